"""Writes records as JSON and as the columns of their table. Knows no SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cnct.openapi.shapes import Record, is_list, is_record
from cnct.store.aliases import aliased_path
from cnct.store.comparables import encodable, from_json
from cnct.store.tables import Table


def json_text(value: Any) -> str:
    """Write JSON without spaces; half of a surrogate pair, which SQLite cannot take, is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    is_whole = text.isascii() or encodable(text) == text
    return text if is_whole else json.dumps(value, separators=(",", ":"))


def column_values(table: Table, record: Record) -> list[Any]:
    """Return the values of a record for the columns of its table, in their order."""
    return [
        _array(record, path, kind)
        if many
        else _single(record, aliased_path(record, path) if is_alias else path, kind)
        for path, kind, many, is_alias in table.columns
    ]


def _array(record: Record, path: tuple[str, ...], kind: str) -> str:
    """Write the values of all elements as a JSON array, with null for an element without one."""
    return json.dumps([from_json(kind, value) for value in _values_at(record, path)] or [None])


def _single(record: Record, path: tuple[str, ...], kind: str) -> Any:
    node: Any = record
    for name in path:
        if not is_record(node):
            break
        node = node.get(name)
    else:
        if not isinstance(node, dict | list):  # as almost always
            return from_json(kind, node)
    return from_json(kind, next(_values_at(record, path), None))


def _values_at(node: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Yield the values at a path; there are several where the path leads through arrays."""
    if is_list(node):
        for item in node:
            yield from _values_at(item, path)
    elif not path:
        yield json_text(node) if is_record(node) else node
    elif is_record(node):
        yield from _values_at(node.get(path[0]), path[1:])
    else:
        yield None
