"""The index of a document: its paths as a tree, and the rest packed, to be decoded on access.

Does no I/O and knows no Python names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Raw, Struct
from msgspec.msgpack import decode, encode

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
    paths: dict[str, Raw]
    components: dict[str, dict[str, Raw]]

    def document(self) -> Object:
        """Return a view like the parsed document; parts are decoded on first access."""
        components = {name: _Parts(parts) for name, parts in self.components.items()}
        return {**self.head, "paths": _Parts(self.paths), "components": components}


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


def _packed(parts: Object) -> dict[str, Raw]:
    return {name: Raw(encode(part)) for name, part in parts.items()}


class _Parts(Mapping[str, Any]):
    """Packed parts by name."""

    def __init__(self, packed: Mapping[str, Raw]) -> None:
        self._packed = packed
        self._decoded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name in self._decoded:
            return self._decoded[name]
        return self._decoded.setdefault(name, decode(self._packed[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)
