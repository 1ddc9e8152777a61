"""Finds the moments of a collection's rows in the document. Converts nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnct.openapi import OpenAPISpecs, schemas
from cnct.openapi.checks.memory import Memory
from cnct.openapi.fields import FilterField
from cnct.openapi.places import Schema
from cnct.openapi.plain_schemas import plain
from cnct.openapi.row_schemas import PARAM, RowSchemas
from cnct.openapi.shapes import Record
from cnct.openapi.tree import shape
from cnct.rows.moments import CONTENTS, Kind, MomentFields

# ``datetime`` is Connect's spelling.
_FORMATS: Mapping[Any, Kind] = {"date-time": "datetime", "datetime": "datetime", "date": "date"}
_MOST_OBJECTS = 2_000  # of one schema; Connect has 200
_DEEPEST = 40  # lists within each other

_memory = Memory[MomentFields | None](256)


def moment_fields(specs: OpenAPISpecs | None, path: str) -> MomentFields | None:
    """Return the moments of a collection's rows, or of a resource.

    These are the properties with a format of times, and those that only a filter of the list
    describes as times.

    Args:
        specs: The document; ``None`` if there is none at hand.
        path: Path of the collection or resource.

    Returns:
        ``None`` if there is no document, or no description of these rows.
    """
    template = specs.template(path) if specs else ""
    if specs is None or not template:
        return None
    return _memory.of(specs, (template, ""), lambda: _documented(specs, template))


def _documented(specs: OpenAPISpecs, template: str) -> MomentFields | None:
    row_schemas = RowSchemas(specs)
    key = shape(template).removesuffix(f"/{PARAM}")
    schema = row_schemas.record(key)
    if not schemas.properties(plain(schema, row_schemas.resolved)):
        return None
    fields = _Reading(row_schemas.resolved).fields(schema)
    get = row_schemas.get(key)
    for field in get.fields.values() if get else ():
        _add_filter(fields, field)
    return fields


class _Reading:
    """Reads the moments of schemas, each once: schemas can be parts of themselves."""

    def __init__(self, resolve: Callable[[Any], Record]) -> None:
        self._resolve = resolve
        self._read: dict[Any, tuple[Schema, MomentFields]] = {}  # with the schema, to keep its id
        self._pending: list[tuple[Schema, MomentFields]] = []

    def fields(self, schema: Schema) -> MomentFields:
        """Return the moments of an object's schema."""
        fields = self._of(schema)
        while self._pending:
            below, of_below = self._pending.pop()
            self._fill(of_below, plain(below, self._resolve))
        return fields

    def _of(self, schema: Schema, *, is_content: bool = False) -> MomentFields:
        """Return the moments of a schema, to be filled later; without names beyond a limit."""
        key = schema.get("$ref") or id(schema), is_content
        if key not in self._read and len(self._read) < _MOST_OBJECTS:
            self._read[key] = schema, MomentFields(is_content=is_content)
            self._pending.append(self._read[key])
        return self._read[key][1] if key in self._read else MomentFields(is_content=is_content)

    def _fill(self, fields: MomentFields, schema: Record) -> None:
        properties = schemas.properties(schema)
        fields.names = frozenset(properties)
        for name, written in properties.items():
            member = self._item(written)
            described = plain(member, self._resolve)
            kind = _FORMATS.get(described.get("format"))
            if kind and schemas.type_name(described) in ("string", ""):
                fields.kinds[name] = kind
            elif schemas.properties(described):
                is_content = fields.is_content or name in CONTENTS
                fields.below[name] = self._of(member, is_content=is_content)

    def _item(self, schema: Schema) -> Schema:
        """Return the schema of a list's items, through lists of lists; any other unchanged."""
        for _ in range(_DEEPEST):
            items = schemas.items(plain(schema, self._resolve))
            if items is None:
                break
            schema = items
        return schema


def _add_filter(fields: MomentFields, field: FilterField) -> None:
    """Add a moment that the schema describes as plain text."""
    kind = _FORMATS.get(field.type)
    *above, name = field.name.split(".")
    described: MomentFields | None = fields
    for part in above:
        described = described.below.get(part) if described else None
    if kind and described and name in described.names and name not in described.below:
        described.kinds.setdefault(name, kind)
