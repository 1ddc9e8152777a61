"""Joins a local document and its referenced files into one document. Parses nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from cnct.exceptions import SpecError
from cnct.openapi.references import FILES, target
from cnct.openapi.repairs import parts_below, schemas_below
from cnct.openapi.shapes import Record, is_list, is_record
from cnct.openapi.sources import NO_STAMP, Stamp, file_stamp, is_url, safe_location
from cnct.text import listed

_OTHER_PARTS = "x-cnct-parts"  # section of the components for parts other than schemas
_ESCAPES = (("%", "%25"), ("~", "~0"), ("/", "~1"))  # RFC 6901, section 6


def bundled(document: Record, location: str, read: Callable[[Path], Any]) -> Record:
    """Return a document including the parts that are in other files.

    References to relative paths are followed in a local document, and in the files in turn.
    The parts are added to the components, and the references changed to point there.

    Args:
        document: The document, whose references are changed in place.
        location: Path or URL of the document.
        read: Reads another file, parsed.

    Raises:
        SpecError: If a part cannot be found; the message names all of them. A schema on the
            network is not followed, and allows any value.
    """
    return _Bundle(document, location, read).joined()


class _Node(NamedTuple):
    """A part of the document, its file, and whether the part is a schema."""

    value: Any
    file: Path
    in_schema: bool


class _Bundle:
    def __init__(self, document: Record, location: str, read: Callable[[Path], Any]) -> None:
        self._document = document
        self._location = location
        self._root = Path("/") if is_url(location) else Path(location).resolve()
        self._read = read
        self._files: dict[Path, Any] = {self._root: document}
        self._stamps: dict[str, Stamp] = {}
        self._parts: dict[str, Record] = {"schemas": {}, _OTHER_PARTS: {}}
        self._missing: dict[str, None] = {}
        self._seen: set[int] = set()  # a file can be referred to as a whole and in part

    def joined(self) -> Record:
        components = self._document.get("components", {})
        todo = [_Node(self._document["paths"], self._root, in_schema=False)]
        todo += [
            _Node(part, self._root, in_schema=section == "schemas")
            for section, parts in components.items()
            for part in parts.values()
        ]
        while todo:
            node = todo.pop()
            if is_list(node.value):
                todo += [node._replace(value=child) for child in node.value]
            elif is_record(node.value) and id(node.value) not in self._seen:
                self._seen.add(id(node.value))
                todo += self._below(node)
        if self._missing:
            raise SpecError(
                f"{safe_location(self._location)} refers to parts that cannot be read:"
                f" {listed(map(repr, self._missing))}. Only files next to a local document are"
                " followed: join them, or save all of them together"
            )
        if not self._stamps:
            return self._document
        sections = {s: {**components.get(s, {}), **parts} for s, parts in self._parts.items()}
        return {**self._document, "components": {**components, **sections}, FILES: self._stamps}

    def _below(self, node: _Node) -> list[_Node]:
        """Follow the reference of a node, or list the parts below."""
        reference = node.value.get("$ref")
        if isinstance(reference, str):
            part = self._follow(node, reference)
            return [part] if part else []
        below = schemas_below(node.value) if node.in_schema else parts_below(node.value)
        return [_Node(value, node.file, in_schema) for value, in_schema in below]

    def _follow(self, node: _Node, reference: str) -> _Node | None:
        path, _, pointer = reference.partition("#")
        if not path and node.file == self._root:
            return None
        if "://" in path or path.startswith("/") or is_url(self._location):
            if not (node.in_schema and "://" in path):
                self._missing[safe_location(reference)] = None
            return None
        file = (node.file.parent / path).resolve() if path else node.file
        if file == self._root:
            node.value["$ref"] = f"#{pointer}"
            return None
        part = self._part(file, pointer)
        if part is None:
            self._missing[reference] = None
            return None
        section = "schemas" if node.in_schema else _OTHER_PARTS
        name = f"{file}#{pointer}"
        self._parts[section][name] = part
        for plain, escaped in _ESCAPES:
            name = name.replace(plain, escaped)
        node.value["$ref"] = f"#/components/{section}/{name}"
        return _Node(part, file, node.in_schema)

    def _part(self, file: Path, pointer: str) -> Any:
        if file not in self._files:
            if not file.is_file():
                return None
            self._stamps[str(file)] = file_stamp(str(file)) or NO_STAMP
            self._files[file] = self._read(file)
        return target(self._files[file], f"#{pointer.rstrip('/')}")
