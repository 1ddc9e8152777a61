"""Finds fields by which a list can be filtered, but which are not in the schema of the rows.

Real rows have these properties, so that invented rows need them too. Invents nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cnct.openapi.fields import FilterField
from cnct.openapi.shapes import Record, is_list, is_record
from cnct.store.aliases import Aliases
from cnct.store.tables import Table

_LOOKUPS = frozenset({"exact", "icontains", "is_null"})  # Django's, as ends of a field's name
_SCHEMAS: dict[str, Record] = {
    "datetime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "decimal": {"type": "string", "format": "decimal"},
    "float": {"type": "number"},
}


class MissingField(NamedTuple):
    """A field that the schema of a row lacks: the names of the path, and a schema for the value."""

    path: tuple[str, ...]
    schema: Record


def missing_fields(table: Table) -> list[MissingField]:
    """Return the fields that rows of a table lack, the deepest first: others can be prefixes."""
    missing: dict[tuple[str, ...], Record] = {}
    for name in sorted(table.aliases):
        field = table.fields[name]
        path = _path(name)
        if field.lookups and not _is_described(table, path):
            missing.setdefault(path, _schema(field))
    return [MissingField(*entry) for entry in sorted(missing.items(), key=lambda e: -len(e[0]))]


def reaches(record: Record, path: tuple[str, ...]) -> bool:
    """Return whether a record has a property at a path, or at the path for which it is an alias."""
    return any(_values(record, path)) or any(_values(record, Aliases(record).path(path)))


def _path(name: str) -> tuple[str, ...]:
    """Return the names of a field's path, which Django separates by two underscores."""
    names = name.replace("__", ".").split(".")
    return tuple(names[:-1] if len(names) > 1 and names[-1] in _LOOKUPS else names)


def _is_described(table: Table, path: tuple[str, ...]) -> bool:
    name = ".".join(path)
    return name in table.fields and name not in table.aliases


def _schema(field: FilterField) -> Record:
    schema = _SCHEMAS.get(field.type, {"type": field.type})
    return {**schema, "enum": list(field.enum)} if field.enum else schema


def _values(node: Any, path: tuple[str, ...]) -> Iterator[bool]:
    """Yield true for each property at a path, through lists."""
    if is_list(node):
        for item in node:
            yield from _values(item, path)
    elif not path:
        yield True
    elif is_record(node) and path[0] in node:
        yield from _values(node[path[0]], path[1:])
