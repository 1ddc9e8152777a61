"""Describes the tables of an OpenAPI document: one for each collection. Stores nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from cnct.openapi.fields import FilterField
from cnct.openapi.places import Place
from cnct.openapi.row_schemas import PARAM, RowSchemas
from cnct.openapi.schemas import type_name
from cnct.openapi.shapes import Record, as_record
from cnct.openapi.specs import OpenAPISpecs
from cnct.store.tables import DEFAULT_LIMIT, MAX_LIMIT, Table

_MAX_LISTS = 5  # nested properties; a schema with more refers to itself
_FIELD_TYPES = {"boolean": "boolean", "integer": "integer", "number": "float"}


class DocumentedTables:
    """Makes the tables of a document.

    Args:
        specs: The document.

    Attributes:
        schemas: Schemas of the records.
    """

    def __init__(self, specs: OpenAPISpecs) -> None:
        self.schemas = RowSchemas(specs)
        self._has_limits = any(map(self._sets_limits, self.schemas.places))

    def collections(self) -> Iterator[str]:
        """Yield the keys of paths that return an array, and of those with resources below."""
        places = self.schemas.places
        for key in dict.fromkeys(key.removesuffix(f"/{PARAM}") for key in places):
            if PARAM in key.rpartition("/")[2]:
                continue  # named below an id: belongs to the record, and is not a table
            resource = places.get(f"{key}/{PARAM}")
            if (resource and {*resource.operations} != {"POST"}) or self.schemas.row(key):
                yield key

    def table(self, key: str) -> Table:
        """Return the table of a collection.

        Args:
            key: Path of the collection with ``{}`` for every id: ``products/{}/items``.
        """
        schemas = self.schemas
        get = schemas.get(key)
        fields: Mapping[str, FilterField] = get.fields if get else {}
        # A document without any limits, such as Connect's, does not imply unlimited values.
        limit = self._limit_schema(key) if self._has_limits else None
        schema = schemas.resource(key) or schemas.row(key)
        row = schemas.row(key) or schema
        return Table(
            key=key,
            fields={name: self._typed(fields[name], row) for name in fields},
            many={name: lists for name in fields if (lists := self._lists_in(row, name))},
            default_limit=_limit(limit, "default", DEFAULT_LIMIT),
            max_limit=_limit(limit, "maximum", MAX_LIMIT),
            properties=frozenset(as_record(row.get("properties"))),
            identifier=self._identifier(schemas.places.get(f"{key}/{PARAM}"), schema),
            row=schemas.record(key),
            aliases=frozenset(name for name in fields if schemas.property(row, name) is None),
        )

    def _sets_limits(self, key: str) -> bool:
        schema = self._limit_schema(key) or {}
        return "default" in schema or "maximum" in schema

    def _limit_schema(self, key: str) -> Mapping[str, Any] | None:
        get = self.schemas.get(key)
        return self.schemas.specs.parameter(get, "limit") if get else None

    def _identifier(self, resource: Place | None, schema: Record) -> str:
        """Return the property whose value is the last id in a resource's path."""
        properties = as_record(schema.get("properties"))
        name = resource.template.rpartition("/")[2].strip("{}") if resource else "id"
        name = name if name in properties or "__" not in name else name.rpartition("__")[2]
        if name not in properties:
            return "" if properties and not resource and "id" not in properties else "id"
        below = as_record(self.schemas.resolved(properties[name]).get("properties"))
        return f"{name}.id" if "id" in below else name

    def _typed(self, field: FilterField, row: Record) -> FilterField:
        """Return a field of type string with the type of its property."""
        type_ = type_name(self.schemas.property(row, field.name) or {})
        is_other = field.type == "string" and type_ in _FIELD_TYPES
        return replace(field, type=_FIELD_TYPES[type_]) if is_other else field

    def _lists_in(self, schema: Record, name: str) -> str:
        """Return the paths of the lists on the way to a property, separated by spaces."""
        resolved = self.schemas.resolved
        paths: list[str] = []
        parts = name.split(".")
        for end, part in enumerate(parts, 1):
            schema = resolved(as_record(schema.get("properties")).get(part))
            while schema.get("type") == "array" and len(paths) < _MAX_LISTS:
                paths.append(".".join(parts[:end]))
                schema = resolved(schema.get("items"))
        return " ".join(paths)


def _limit(schema: Mapping[str, Any] | None, name: str, default: int) -> int | None:
    """Return a limit of the document, or ``None`` if it is not a number."""
    if schema is None:
        return default
    try:
        value = int(schema[name])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return value if value > 0 else None
