"""Writes records as JSON and as the columns of their table. Knows no SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cnct.openapi.shapes import Record, is_list, is_record
from cnct.store.aliases import Aliases
from cnct.store.comparables import encodable, from_json
from cnct.store.tables import Table

_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def json_text(value: Any) -> str:
    """Write JSON without spaces; half of a surrogate pair, which SQLite cannot take, is escaped."""
    text = _encoded(value)
    is_whole = text.isascii() or encodable(text) == text
    return text if is_whole else json.dumps(value, separators=(",", ":"))


def column_values(table: Table, record: Record) -> list[Any]:
    """Return the values of a record for the columns of its table, in their order."""
    aliases = Aliases(record)
    return [
        _array(record, path, kind)
        if many
        else _single(record, aliases.path(path) if is_alias else path, kind)
        for path, kind, many, is_alias in table.columns
    ]


def _array(record: Record, path: tuple[str, ...], kind: str) -> str:
    """Write the values of all elements as a JSON array, with null for an element without one."""
    return json.dumps([from_json(kind, value) for value in _values_at(record, path)] or [None])


def _single(record: Record, path: tuple[str, ...], kind: str) -> Any:
    node: Any = record
    try:
        for name in path:
            node = node[name]
    except KeyError:
        return None
    except TypeError:  # an array, or null
        return from_json(kind, next(_values_at(record, path), None))
    if isinstance(node, dict | list):
        node = next(_values_at(record, path), None)
    return from_json(kind, node)


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
