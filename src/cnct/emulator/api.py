"""The document for a server: routes of paths, and the tables behind them.

Paths, kinds and operations come from `cnct.openapi`. Stores no records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from msgspec.structs import replace

from cnct.openapi import OpenAPISpecs
from cnct.openapi.places import Operation, Success
from cnct.openapi.row_schemas import PARAM
from cnct.openapi.shapes import JSON, Record
from cnct.openapi.tree import shape
from cnct.store.documented import DocumentedTables
from cnct.store.tables import Table

_STATUS = {"GET": 200, "POST": 201, "PUT": 200, "PATCH": 200, "DELETE": 204}
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
        documented = DocumentedTables(self.specs)
        self._schemas = documented.schemas
        self._places = self._schemas.places
        self.tables = {key: documented.table(key) for key in documented.collections()}

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
        return self._schemas.get(table.key) is not None

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
        return self._schemas.resolved(schema)

    def rows_within(self, schema: Any, key: str) -> tuple[str, ...]:
        """Return the path of the rows in an object that wraps the list of a table.

        See `RowSchemas.rows_within`.
        """
        return self._schemas.rows_within(schema, key)

    def _is_set_to_array(self, key: str) -> bool:
        put = self._places[key].operations.get("PUT")
        payload = self.specs.payload(put, JSON) if put else None
        return self.resolved(payload).get("type") == "array"
