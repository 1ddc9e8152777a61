"""Decides how collections are loaded: tables, keys and cursors, by the API's document.

Makes no calls and does not import dlt.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cnct.client._core.paging import Window
from cnct.client._core.urls import checked_name
from cnct.client.fluent import ConnectClient
from cnct.client.models import Collection, ResourceSet
from cnct.client.models.flattening import flat
from cnct.client.models.names import check_name
from cnct.client.work.cursor_fields import CursorFields, cursor_fields
from cnct.data.collection_columns import collection_columns
from cnct.data.mirror import DocumentedTables
from cnct.exceptions import NotScannableError
from cnct.openapi import OpenAPISpecs
from cnct.openapi.tree import shape
from cnct.rql import R

PARENT = "_parent"
"""Name of the column with the path of a nested row's parent."""

_TYPES = {
    "string": "text",
    "integer": "bigint",
    "decimal": "decimal",
    "float": "double",
    "boolean": "bool",
    "datetime": "timestamp",
    "date": "date",
}
"""Data types of dlt by types of columns; lists and other JSON are left to dlt."""


class Load(NamedTuple):
    """The way to load one collection.

    Attributes:
        name: Name of the resource.
        table: Name of the table.
        path: Path of the collection.
        query: The query, which has neither key nor connection.
        fields: The times by which changed rows are found, ``None`` if there are none.
        identifier: Path of a row's id within its collection; empty if there is none.
        parent: Path of the parent resource, empty if there is none.
        columns: Types of the columns.
        origin: The client of a set; ``None`` for a collection that is passed by name.
    """

    name: str
    table: str
    path: str
    query: Any
    fields: CursorFields | None
    identifier: str
    parent: str
    columns: dict[str, dict[str, str]]
    origin: ConnectClient | None = None

    @property
    def key(self) -> list[str]:
        """Names of the columns of the primary key."""
        return [*([PARENT] if self.parent else []), self.identifier.replace(".", "__")]

    @property
    def cursor(self) -> str:
        """Path in a row of the time by which changed rows are found, empty if there is none."""
        return self.fields.name.replace("__", ".") if self.fields else ""

    def since(self, moment: datetime) -> R:
        """Return the filter for rows that were created or changed at or after a moment."""
        return self.fields.since(moment) if self.fields else R()

    def pages(self, rows: ResourceSet) -> Iterator[list[Any]]:
        """Yield all rows, page by page: in windows where the list can be cut by creation."""
        created = self.fields.created if self.fields else None
        query = rows._query
        if created and not query.ordering:
            pages = rows.scan(by=created.name, concurrency=query.concurrency).pages()
            first: list[Any] = []
            try:
                first = next(pages, first)
            except NotScannableError:  # of the counts that come before the first rows
                pass
            else:
                yield first
                yield from pages
                return
        yield from rows.pages()

    def identity(self, row: Any) -> str:
        """Return the text that identifies a row of this collection."""
        return str(flat(row, [self.identifier])[self.identifier])

    def completed(self, page: list[Any]) -> list[Any]:
        """Return rows with the column of the parent."""
        return [{PARENT: self.parent, **row} for row in page] if self.parent else page


class Clients:
    """Opens clients for reading, and closes those that it has opened.

    Args:
        client: A client, a function that makes one, or ``None``.

    Raises:
        TypeError: If ``client`` is something else.
    """

    def __init__(self, client: Any) -> None:
        if not (client is None or isinstance(client, ConnectClient) or callable(client)):
            raise TypeError(
                f"client must be a ConnectClient, or a function that makes one, not {client!r}"
            )
        self._open: Callable[[], Any] = ConnectClient if client is None else client
        self._client = client if isinstance(client, ConnectClient) else None

    @contextmanager
    def client(self) -> Generator[ConnectClient]:
        """Return a client until the end of the block."""
        if self._client is not None:
            yield self._client  # stays open
            return
        client = self._open()
        if not isinstance(client, ConnectClient):
            raise TypeError(f"client must return a ConnectClient, not {client!r}")
        with client:
            yield client

    @contextmanager
    def opened(self, load: Load) -> Generator[ResourceSet]:
        """Return the set of a collection until the end of the block."""
        with (Clients(load.origin) if load.origin else self).client() as client:
            rows = client._collection_at(load.path).all()
            rows._query = load.query
            yield rows


def loads(
    collections: Sequence[Any], clients: Clients, where: Any = None, *, is_full: bool
) -> list[Load]:
    """Return the ways to load collections.

    Args:
        collections: Names, and sets.
        clients: Opens a client for the document.
        where: A filter for the collections that are passed by name, or ``None``.
        is_full: Whether to load all rows at each run.

    Raises:
        TypeError: If a collection is neither a name nor a set.
        ValueError: If there is no collection, one comes twice, a set is a slice, or a selection
            lacks the fields by which changed rows are found.
        NotFoundError: If the document has no such collection.
    """
    if not collections:
        raise ValueError("There is nothing to load: write connect('requests')")
    with ExitStack() as stack:
        has_names = any(isinstance(collection, str) for collection in collections)
        client = stack.enter_context(clients.client()) if has_names else None
        sets = [_rows(collection, client, where) for collection in collections]
        parts = [_load(*rows, is_full=is_full) for rows in sets]
    names = [part.name for part in parts]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"{twice!r} comes twice: make a source of its own for each filter")
    return parts


def _load(rows: ResourceSet, origin: ConnectClient | None, *, is_full: bool) -> Load:
    path = rows._path
    specs = _document(rows)
    if specs is None:
        name = path.replace("/", "_")
        return Load(name, name, path, rows._query, None, "", "", {}, origin)
    if specs.operation("GET", path) is None:
        check_name(rows._client, specs, path, "collection")
    key = shape(specs.template(path) or path)
    table = DocumentedTables(specs).table(key)
    identifier = table.identifier if table.identifier.split(".")[0] in table.properties else ""
    fields = cursor_fields(path, table.fields)
    parents = [index for index, name in enumerate(key.split("/")) if "{}" in name]
    load = Load(
        name=path.replace("/", "_"),
        table="_".join(name for name in key.split("/") if "{}" not in name),
        path=path,
        query=rows._query,
        fields=fields if fields.name and identifier and not is_full else None,
        identifier=identifier,
        parent="/".join(path.split("/")[: parents[-1] + 1]) if parents else "",
        columns=_columns(specs, path),
        origin=origin,
    )
    _check_selection(load)
    return load


def _rows(
    collection: Any, client: ConnectClient | None, where: Any
) -> tuple[ResourceSet, ConnectClient | None]:
    """Return the set of a collection, and its client if the caller has chosen one."""
    if isinstance(collection, Collection):
        collection = collection.all()
    if isinstance(collection, ResourceSet):
        if collection._query.window != Window():
            raise ValueError(
                f"{collection!r} is a slice, whose positions move: leave the slice out, and pass"
                " a filter"
            )
        return collection, collection._client
    if client is None or not isinstance(collection, str):
        raise TypeError(
            "connect() takes names like 'requests', and sets like client.requests.all(), not"
            f" {type(collection).__name__}"
        )
    rows = client._collection_at(checked_name(collection, "collection")).all()
    return rows if where is None else rows.filter(where), None


def _check_selection(load: Load) -> None:
    """Refuse a selection without the fields by which changed rows are found and merged."""
    if not load.fields:
        return
    for name in load.query.selection:
        hidden = name.removeprefix("-")
        for field in (load.identifier, load.cursor):
            if name != hidden and f"{field}.".startswith(f"{hidden}."):
                raise ValueError(
                    f"{load.path} is loaded by {field!r}: leave {name!r} out of select(), or pass"
                    " full=True"
                )


def _document(rows: ResourceSet) -> OpenAPISpecs | None:
    specs = rows._client.specs
    return specs if specs and rows._client._available(specs) else None


def _columns(specs: OpenAPISpecs, path: str) -> dict[str, dict[str, str]]:
    columns = collection_columns(specs, path)
    return {
        "__".join(column.path): {"data_type": _TYPES[column.type]}
        for column in (columns.columns if columns else ())
        if column.type in _TYPES
    }


def checked_lookback(lookback: Any) -> timedelta:
    """Return a lookback.

    Raises:
        TypeError: If it is no ``timedelta``.
        ValueError: If it is negative.
    """
    if not isinstance(lookback, timedelta):
        raise TypeError(
            "lookback must be a timedelta like timedelta(minutes=15), not"
            f" {type(lookback).__name__}"
        )
    if lookback < timedelta():
        raise ValueError(f"lookback must not be negative, as {lookback} is")
    return lookback
