"""Makes sources and resources of dlt. The only module that imports dlt; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

from cnct.client.fluent import ConnectClient
from cnct.client.models import Collection, ResourceSet
from cnct.dlt.changed_rows import RunCursor, changed_pages
from cnct.dlt.loads import Clients, Load, checked_lookback, loads
from cnct.rql import R

LOOKBACK = timedelta(minutes=15)
"""Time before the cursor from which changes are read again."""

_STATE = "cnct_rows"


def connect(
    *collections: str | Collection | ResourceSet,
    client: ConnectClient | Callable[[], ConnectClient] | None = None,
    filter: str | R | None = None,  # noqa: A002 - named as the method of sets
    full: bool = False,
    lookback: timedelta = LOOKBACK,
) -> Any:
    """Return a dlt source with a resource for each collection.

    A resource whose rows have a time of the last change loads changed rows, and merges them by id;
    one with a time of creation alone, new rows. The time is dlt's own incremental state. Any
    other resource replaces its table at each run. Reads the API's document, and makes no call.

    Args:
        *collections: Names such as ``requests``, ``subscriptions/assets`` or
            ``products/PRD-000-000-000/items``; or sets such as
            ``client.requests.filter(status="approved")``. Rows of nested collections have a column
            ``_parent``, and those of several parents share a table.
        client: A client, which stays open; or a function that makes one, which is called when rows
            are read. By default ``ConnectClient()``, with the key of the environment or a profile.
        filter: A filter for the collections that are passed by name.
        full: Whether each run reads all rows and replaces the tables, so that deletions and all
            changes are seen.
        lookback: Time before the cursor from which changes are read again, for changes that the
            server publishes late. Rows that did not change are not loaded again.

    Returns:
        A ``DltSource`` for ``pipeline.run``; its resources are named as their tables, with the ids
        of parents added.

    Raises:
        ImportError: If dlt is not installed.
        TypeError: If an argument is of the wrong type.
        ValueError: If there is no collection, one comes twice, or a set is a slice or lacks the
            fields by which changed rows are found; if ``lookback`` is negative.
        NotFoundError: If the document has no such collection.
        RQLError: If the filter is no RQL.
        SettingsError: If there is no API key.

    Examples:
        >>> pipeline = dlt.pipeline("connect", destination="duckdb", dataset_name="connect")
        >>> pipeline.run(connect("requests", "subscriptions/assets"))
    """
    dlt = _dlt()
    checked_lookback(lookback)
    clients = Clients(client)
    parts = loads(collections, clients, filter, is_full=full)

    def connect() -> list[Any]:
        return [_resource(dlt, load, clients, lookback) for load in parts]

    return dlt.source(connect, name="connect")()


def _dlt() -> Any:
    try:
        return import_module("dlt")
    except ModuleNotFoundError as error:
        raise ImportError("cnct.dlt needs dlt: pip install dlt", name="dlt") from error


def _resource(dlt: Any, load: Load, clients: Clients, lookback: timedelta) -> Any:
    hints = {"name": load.name, "table_name": load.table, "columns": load.columns}
    if not load.cursor:
        hints |= {"write_disposition": "replace"}
        return dlt.resource(lambda: _all_pages(load, clients), **hints)
    bounds = RunCursor()
    incremental = dlt.sources.incremental(
        load.cursor,
        last_value_func=bounds.latest,
        on_cursor_value_missing="include",
        primary_key=(),  # dlt would leave out a row that changes twice in one second
    )

    def changes(cursor: Any = incremental) -> Iterator[list[Any]]:
        bounds.start = cursor.start_value
        seen = dlt.current.resource_state().setdefault(_STATE, {})
        with clients.opened(load) as rows:
            yield from changed_pages(load, rows, bounds, lookback, seen)

    hints |= {"write_disposition": "merge", "primary_key": load.key}
    return dlt.resource(changes, **hints)


def _all_pages(load: Load, clients: Clients) -> Iterator[list[Any]]:
    with clients.opened(load) as rows:
        for page in load.pages(rows):
            yield load.completed(page)
