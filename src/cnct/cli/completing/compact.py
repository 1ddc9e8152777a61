"""The names of a document in one small JSON file, beside its index in the cache.

The file is written when the index has changed; this is slow and needs msgspec. All other
completions read only the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from cnct.openapi.cache_folder import cache_file, cache_key

if TYPE_CHECKING:
    from cnct.openapi.lookup import Lookup
    from cnct.openapi.places import Schema
    from cnct.openapi.tree import PathNode

_FORMAT = 1
"""Raise this with every change to the file."""

_LEVELS = 2  # of the fields of a body
_MOST_BODY_FIELDS = 60

Node: TypeAlias = dict[str, Any]
"""A place: ``k`` the first letter of its kind, ``b`` the places below by name, ``f`` the number of
its filters, ``w`` the number of its body's fields by method. Empty members are left out."""


class CompactNames:
    """The names of a document.

    Args:
        root: The root of the places.
        filters: Filters of lists: by name ``[operators, values, marks]``, where the marks are ``o``
            for orderable and ``s`` for only selectable fields.
        bodies: Fields of bodies: by name their values.
    """

    def __init__(
        self,
        root: Node,
        filters: list[dict[str, Any]],
        bodies: list[dict[str, list[str]]],
    ) -> None:
        self.root = root
        self._filters = filters
        self._bodies = bodies

    def at(self, path: str) -> Node | None:
        """Return the place at a path with ids, or ``None``."""
        node: Node | None = self.root
        for segment in path.split("/") if path else ():
            below: dict[str, Node] = node.get("b", {}) if node else {}
            node = below.get(segment) or below.get("{}")
        return node

    def filters(self, node: Node | None) -> dict[str, Any]:
        """Return the filters of a list."""
        number: int | None = node.get("f") if node else None
        return dict[str, Any]() if number is None else self._filters[number]

    def body(self, node: Node | None, method: str) -> dict[str, list[str]]:
        """Return the fields of the body of a write, with their values."""
        numbers: dict[str, int] = node.get("w", {}) if node else {}
        return self._bodies[numbers[method]] if method in numbers else dict[str, list[str]]()


def names_of(location: str) -> CompactNames | None:
    """Return the names of a document whose index is in the cache, without network.

    Args:
        location: Path or URL of the document.
    """
    key = cache_key(location)
    index, file = cache_file(key, "index"), cache_file(key, "names")
    if index is None or file is None:
        return None
    try:
        status = index.stat()
        stamp = [_FORMAT, status.st_mtime_ns, status.st_size]
        kept = _kept(file, stamp)
        return CompactNames(*(kept or _made(location, file, stamp)))
    except (OSError, ValueError, TypeError):
        return None


def _kept(file: Path, stamp: list[int]) -> list[Any] | None:
    with suppress(OSError, ValueError):
        content = json.loads(file.read_bytes())
        if content[0] == stamp:
            parts: list[Any] = content[1:]
            return parts
    return None


def _made(location: str, file: Path, stamp: list[int]) -> list[Any]:
    """Collect the names from the index and store them.

    Raises:
        ValueError: If the index cannot be used.
    """
    from cnct.openapi.cache import at_hand  # noqa: PLC0415 - loads msgspec
    from cnct.openapi.lookup import Lookup  # noqa: PLC0415 - same

    index = at_hand(location)
    if index is None:
        raise ValueError(location)
    parts = _Collector(Lookup(index)).parts()
    aside = file.with_name(f"{file.name}.{os.urandom(8).hex()}")
    with suppress(OSError):
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            json.dump([stamp, *parts], opened, separators=(",", ":"))
        aside.replace(file)
    return parts


class _Collector:
    """Collects the names of a document; equal parts are stored once."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._filters: dict[str, int] = {}
        self._bodies: dict[str, int] = {}

    def parts(self) -> list[Any]:
        root = self._node(self._lookup.index.root)
        return [root, [*map(json.loads, self._filters)], [*map(json.loads, self._bodies)]]

    def _node(self, node: PathNode) -> Node:
        result: Node = {"k": node.kind[0]}
        writes: dict[str, int] = {}
        for method in node.methods:
            operation = self._lookup._operation(node, method)
            if operation.fields:
                filters = {
                    name: [
                        " ".join(sorted(field.lookups)),
                        [*field.enum] or (["true", "false"] if field.type == "boolean" else []),
                        "o" * field.orderable,
                    ]
                    for name, field in operation.fields.items()
                }
                result["f"] = self._number(self._filters, filters)
            if method != "GET" and operation.body:
                writes[method] = self._number(self._bodies, self._body(node, method))
        if writes:
            result["w"] = writes
        below = {name: self._node(child) for name, child in node.below.items()}
        return {**result, "b": below} if below else result

    @staticmethod
    def _number(numbers: dict[str, int], part: Any) -> int:
        return numbers.setdefault(json.dumps(part), len(numbers))

    def _body(self, node: PathNode, method: str) -> dict[str, list[str]]:
        from cnct.openapi import operations  # noqa: PLC0415 - loads msgspec

        operation = self._lookup._operation(node, method)
        described = self._lookup.operation_object(operation)
        schema = operations.schema(operations.body(self._lookup.document, described))
        fields = self._fields(schema, "", _LEVELS) if schema else ()
        return dict(pair for pair, _ in zip(fields, range(_MOST_BODY_FIELDS), strict=False))

    def _fields(self, schema: Schema, prefix: str, levels: int) -> Iterator[tuple[str, list[str]]]:
        """Yield the writable fields of a schema, nested ones with dots."""
        from cnct.openapi.schemas import composed, properties  # noqa: PLC0415 - loads msgspec

        for layer in composed(schema, self._resolve):
            for name, part in properties(layer).items():
                whole = self._resolve(part)
                if whole.get("readOnly"):
                    continue
                nested = properties(whole)
                if nested and levels > 1:
                    yield from self._fields(whole, f"{prefix}{name}.", levels - 1)
                elif not nested:
                    values = [value for value in whole.get("enum") or () if isinstance(value, str)]
                    yield f"{prefix}{name}", values

    def _resolve(self, schema: Schema) -> Schema:
        from cnct.openapi.references import dereference  # noqa: PLC0415 - loads msgspec

        return dereference(self._lookup.document, schema)
