"""The document for a server: routes of paths, and the tables behind them.

Paths, kinds and operations come from `cnct.openapi`. Stores no records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from msgspec.structs import replace

from cnct.emulator.inventing.plain_schemas import plain
from cnct.emulator.wrappers import rows_in
from cnct.openapi import OpenAPISpecs
from cnct.openapi.fields import FilterField
from cnct.openapi.operations import JSON
from cnct.openapi.places import Operation, Place, Success
from cnct.openapi.schemas import type_name
from cnct.openapi.shapes import Record, as_record, is_record
from cnct.openapi.tree import shape
from cnct.store.tables import DEFAULT_LIMIT, MAX_LIMIT, Table

PARAM = "{}"
_STATUS = {"GET": 200, "POST": 201, "PUT": 200, "PATCH": 200, "DELETE": 204}
_MAX_LISTS = 5  # nested properties; a schema with more refers to itself

_FIELD_TYPES = {"boolean": "boolean", "integer": "integer", "number": "float"}

Serves = Literal["rows", "record", "value", "effect"]


@dataclass(frozen=True, slots=True)
class Route:
    """A request path, matched to a path of the document.

    Attributes:
        serves: Rows of a table, one record, a value without a table, such as settings, or an
            effect, with nothing to read.
        table: The table of the rows or the record; for an effect, the table of the record above.
        ids: Ids in the path; the record's own id is last.
        path: The path, ids decoded.
        key: The path, ids replaced by ``{}``.
        operations: The document's operations by method, upper case.
    """

    serves: Serves
    table: Table
    ids: tuple[str, ...]
    path: str
    key: str
    operations: Mapping[str, Operation]

    @property
    def name(self) -> str:
        """The last segment of the path: the name of an action."""
        return self.path.rpartition("/")[2]

    @property
    def record(self) -> str:
        """The path of the nearest record: up to the last id."""
        segments, names = self.path.split("/"), self.key.split("/")
        while names and PARAM not in names[-1]:
            names.pop()
        return "/".join(segments[: len(names)]) if names else self.path


def depth(key: str) -> int:
    """Return the number of ids in a key, a path with ids replaced by ``{}``."""
    return sum(PARAM in segment for segment in key.split("/"))


class Api:
    """Routes and tables of a document.

    Args:
        location: Path or URL of an OpenAPI 3 document, YAML or JSON.

    Raises:
        SpecError: If the document cannot be read or is not OpenAPI 3.

    Attributes:
        specs: The document, for checks and schemas.
        tables: Tables by key, in the order of the document.
    """

    def __init__(self, location: str | Path) -> None:
        self.specs = OpenAPISpecs(location)
        self.specs.load()
        self._resolved: dict[str, Record] = {}
        self._places = {shape(place.template): place for place in self.specs.places()}
        self._has_limits = any(map(self._sets_limits, self._places))
        self.tables = {key: self._table(key) for key in self._table_keys()}

    def _table_keys(self) -> Iterator[str]:
        """Yield the paths that return an array, and those with resources below."""
        for key in dict.fromkeys(key.removesuffix(f"/{PARAM}") for key in self._places):
            if PARAM in key.rpartition("/")[2]:
                continue  # named below an id: belongs to the record, and is not a table
            resource = self._places.get(f"{key}/{PARAM}")
            if (resource and {*resource.operations} != {"POST"}) or self._row_schema(key):
                yield key

    def find(self, path: str) -> Route | None:
        """Return the route of a path below the base, ids decoded; names win over ids."""
        # The look-up takes a question mark for the start of a query, but here it is part of an id.
        key = shape(self.specs.template(quote(path)))
        segments, names = path.split("/"), key.split("/")
        # The look-up ignores outer slashes, and returns no other result for an unknown path.
        if len(segments) != len(names) or (path and not key) or key not in self._places:
            return None
        pairs = zip(names, segments, strict=True)
        ids = tuple(segment for name, segment in pairs if PARAM in name)
        serves, table = self._served(key)
        return Route(serves, table, ids, path, key, self._places[key].operations)

    def _served(self, key: str) -> tuple[Serves, Table]:
        """Decide by the operations of a path: namespaces, too, have paths that list nothing."""
        parent, _, name = key.rpartition("/")
        if key in self.tables:
            return "rows", self.tables[key]
        if name == PARAM and parent in self.tables and not self._is_set_to_array(key):
            return "record", self.tables[parent]
        if "GET" in self._places[key].operations:
            return "value", Table(key)
        return "effect", self.tables.get(parent.removesuffix(f"/{PARAM}")) or Table(parent)

    def lists(self, table: Table) -> bool:
        """Return whether the records of a table can be listed."""
        return self._get(table.key) is not None

    def success(self, operation: Operation) -> Success:
        """Return the successful response, with the usual status if the document has none."""
        success = self.specs.success(operation)
        return success if success.status else replace(success, status=_STATUS[operation.method])

    def media_types(self, operation: Operation) -> tuple[str, ...]:
        """Return the media types of the successful response, JSON first; none without a body."""
        preferred = self.success(operation).media_type
        return next((names for names in operation.responses.values() if preferred in names), ())

    def resolved(self, schema: Any) -> Record:
        """Return a schema with ``$ref`` resolved; the empty schema for anything but an object."""
        if not is_record(schema):
            return {}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        if reference not in self._resolved:
            self._resolved[reference] = as_record(self.specs.resolve(schema))
        return self._resolved[reference]

    def _get(self, key: str) -> Operation | None:
        place = self._places.get(key)
        return place.operations.get("GET") if place else None

    def _is_set_to_array(self, key: str) -> bool:
        put = self._places[key].operations.get("PUT")
        payload = self.specs.payload(put, JSON) if put else None
        return self.resolved(payload).get("type") == "array"

    def _sets_limits(self, key: str) -> bool:
        schema = self._limit_schema(key) or {}
        return "default" in schema or "maximum" in schema

    def _limit_schema(self, key: str) -> Mapping[str, Any] | None:
        get = self._get(key)
        return self.specs.parameter(get, "limit") if get else None

    def _table(self, key: str) -> Table:
        get = self._get(key)
        fields: Mapping[str, FilterField] = get.fields if get else {}
        # A document without any limits, such as Connect's, does not imply unlimited values.
        limit = self._limit_schema(key) if self._has_limits else None
        schema = self._resource_schema(key) or self._row_schema(key)
        row = self._row_schema(key) or schema
        return Table(
            key=key,
            fields={name: self._typed(fields[name], row) for name in fields},
            many={name: lists for name in fields if (lists := self._lists_in(row, name))},
            default_limit=_limit(limit, "default", DEFAULT_LIMIT),
            max_limit=_limit(limit, "maximum", MAX_LIMIT),
            properties=frozenset(as_record(row.get("properties"))),
            identifier=self._identifier(self._places.get(f"{key}/{PARAM}"), schema),
            row=_merged(schema, row),
            aliases=frozenset(name for name in fields if self._property(row, name) is None),
        )

    def _identifier(self, resource: Place | None, schema: Record) -> str:
        """Return the property whose value is the last id in a resource's path."""
        properties = as_record(schema.get("properties"))
        name = resource.template.rpartition("/")[2].strip("{}") if resource else "id"
        name = name if name in properties or "__" not in name else name.rpartition("__")[2]
        if name not in properties:
            return "" if properties and not resource and "id" not in properties else "id"
        below = as_record(self.resolved(properties[name]).get("properties"))
        return f"{name}.id" if "id" in below else name

    def _row_schema(self, key: str) -> Record:
        schema = self._success_schema(key)
        wrapper = self.rows_within(schema, key)
        for name in wrapper:
            properties = as_record(plain(schema, self.resolved).get("properties"))
            schema = self.resolved(properties.get(name))
        is_list = wrapper or schema.get("type") == "array"
        return self.resolved(schema.get("items")) if is_list else {}

    def rows_within(self, schema: Any, key: str) -> tuple[str, ...]:
        """Return the path of the rows in an object that wraps the list of a table.

        Args:
            schema: Schema of the response to a GET of the list.
            key: Key of the table.

        Returns:
            Names of properties: ``("data",)``; empty if the list is not an object, or the object is
                a row, as in some documents.
        """
        resource = f"{key}/{PARAM}"
        whole = self.resolved(schema)
        if resource not in self._places or whole == self._success_schema(resource):
            return ()
        return rows_in(whole, self.resolved, key.rpartition("/")[2])

    def _resource_schema(self, key: str) -> Record:
        # In some documents a resource returns a list: the list of this resource alone.
        resource = f"{key}/{PARAM}"
        return self._row_schema(resource) or self._success_schema(resource)

    def _success_schema(self, key: str) -> Record:
        get = self._get(key)
        return self.resolved(self.specs.success(get).schema) if get else {}

    def _property(self, schema: Any, path: str) -> Record | None:
        """Return the schema of a property, through objects and lists, or ``None``."""
        shape = plain(schema, self.resolved)
        for name in path.split("."):
            if "items" in shape:
                shape = plain(shape["items"], self.resolved)
            below = as_record(shape.get("properties"))
            if name not in below:
                return None
            shape = plain(below[name], self.resolved)
        return shape

    def _typed(self, field: FilterField, row: Record) -> FilterField:
        """Return a field of type string with the type of its property."""
        type_ = type_name(self._property(row, field.name) or {})
        is_other = field.type == "string" and type_ in _FIELD_TYPES
        return replace(field, type=_FIELD_TYPES[type_]) if is_other else field

    def _lists_in(self, schema: Record, name: str) -> str:
        """Return the paths of the lists on the way to a property, separated by spaces."""
        paths: list[str] = []
        parts = name.split(".")
        for end, part in enumerate(parts, 1):
            schema = self.resolved(as_record(schema.get("properties")).get(part))
            while schema.get("type") == "array" and len(paths) < _MAX_LISTS:
                paths.append(".".join(parts[:end]))
                schema = self.resolved(schema.get("items"))
        return " ".join(paths)


def _merged(schema: Record, row: Record) -> Record:
    """Merge the schemas of a resource and its row in a list: either can have more properties."""
    if not as_record(schema.get("properties")):
        return schema or row
    properties = {**as_record(row.get("properties")), **as_record(schema.get("properties"))}
    for name, in_row in as_record(row.get("properties")).items():
        if not as_record(in_row).get("nullable"):  # the stricter one applies
            properties[name] = {**as_record(properties[name]), "nullable": False}
    required = {*schema.get("required", ()), *row.get("required", ())}
    return {**schema, "properties": properties, "required": sorted(required)}


def _limit(schema: Mapping[str, Any] | None, name: str, default: int) -> int | None:
    """Return a limit of the document, or ``None`` if it is not a number."""
    if schema is None:
        return default
    try:
        value = int(schema[name])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return value if value > 0 else None
