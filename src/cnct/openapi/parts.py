"""The parts of an indexed document, packed one by one and decoded on access. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.msgpack import decode, encode

from cnct.openapi.repairs import repaired
from cnct.openapi.shapes import Object, as_object


class Parts(Struct, array_like=True):
    """The parts of a document.

    Attributes:
        head: The document without paths and components.
        paths: Packed path items by path.
        components: Packed components by section and name.
    """

    head: dict[str, Any]
    paths: dict[str, bytes]
    components: dict[str, dict[str, bytes]]

    def document(self, *, as_written: bool) -> Object:
        """Return a view like the parsed document; see `Index.document`."""
        components = {
            name: _Unpacked(parts, as_written=as_written, are_schemas=name == "schemas")
            for name, parts in self.components.items()
        }
        paths = _Unpacked(self.paths, as_written=as_written)
        return {**self.head, "paths": paths, "components": components}


def packed(document: Object) -> bytes:
    """Return the packed `Parts` of a document."""
    sections = as_object(document.get("components"))
    head = {name: part for name, part in document.items() if name not in {"paths", "components"}}
    components = {name: _packed(section) for name, section in sections.items()}
    return encode(Parts(head, _packed(document["paths"]), components))


def unpacked(data: bytes | memoryview) -> Parts:
    """Return the parts of `packed`."""
    return decode(data, type=Parts)


def _packed(parts: Object) -> dict[str, bytes]:
    return {name: encode(part) for name, part in parts.items()}


class _Unpacked(Mapping[str, Any]):
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
