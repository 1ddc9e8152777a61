"""The index of a document: a tree of paths, and packed parts that are decoded on access.

Does no I/O and knows no Python names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.msgpack import decode, encode

from cnct.openapi.repairs import repaired
from cnct.openapi.shapes import Object, as_object
from cnct.openapi.tree import PathNode, tree


class Index(Struct, array_like=True):
    """A document prepared for look-ups.

    Attributes:
        digest: Digest of the document's text.
        root: Root of the tree of paths.
        head: The document without paths and components.
        paths: Packed path items by path.
        components: Packed components by section and name.
    """

    digest: bytes
    root: PathNode
    head: dict[str, Any]
    paths: dict[str, bytes]
    components: dict[str, dict[str, bytes]]

    def document(self, *, as_written: bool = False) -> Object:
        """Return a view like the parsed document; parts are decoded on first access.

        Args:
            as_written: Whether to return unchanged parts; by default, schemas are `repaired`.
        """
        components = {
            name: _Parts(parts, as_written=as_written, are_schemas=name == "schemas")
            for name, parts in self.components.items()
        }
        paths = _Parts(self.paths, as_written=as_written)
        return {**self.head, "paths": paths, "components": components}


def index(document: Object, digest: bytes) -> Index:
    """Index a document.

    Args:
        document: The document.
        digest: Digest of the document's text.
    """
    parts = as_object(document.get("components"))
    return Index(
        digest=digest,
        root=tree(document),
        head={name: part for name, part in document.items() if name not in {"paths", "components"}},
        paths=_packed(document["paths"]),
        components={name: _packed(section) for name, section in parts.items()},
    )


def _packed(parts: Object) -> dict[str, bytes]:
    return {name: encode(part) for name, part in parts.items()}


class _Parts(Mapping[str, Any]):
    """Packed parts by name."""

    def __init__(
        self, packed: Mapping[str, bytes], *, as_written: bool, are_schemas: bool = False
    ) -> None:
        self._packed = packed
        self._as_written = as_written
        self._are_schemas = are_schemas
        self._decoded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name in self._decoded:
            return self._decoded[name]
        part = decode(self._packed[name])
        if not self._as_written:
            part = repaired(part, is_schema=self._are_schemas)
        return self._decoded.setdefault(name, part)

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)
