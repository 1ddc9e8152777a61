"""Sets of resources: lazy, refined without being changed, read page by page.

Which rows to ask for is decided by ``_core.paging``; this module only keeps what has come.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, overload

from cnct.client._core.paging import Page, Reader
from cnct.client.models.base import Located
from cnct.client.models.query import Query, combined, signed_fields
from cnct.client.models.values import flat
from cnct.rql import R

if TYPE_CHECKING:
    from cnct.client.fluent import ConnectClient


class ResourceSet(Located):
    """Represent a set of resources.

    Makes no call until rows are needed. Refining (``filter``, ``order_by``, ``limit``, slices and
    so on) returns a new set. A set that was read keeps its rows, also those of an interrupted
    iteration, unless the client was made with ``resourceset_append=False``.

    Args:
        client: Who makes the calls.
        path: Path below the endpoint.
        query: A filter.
    """

    def __init__(self, client: ConnectClient, path: str, query: R | None = None) -> None:
        """Start without rows."""
        super().__init__(client, path)
        where = R() if query is None else query
        self._start(Query(where=where, size=client.default_limit))

    def _start(self, query: Query) -> None:
        self._query = query
        self._rows: list[Any] = []
        self._single: dict[int, Any] = {}
        self._total: int | None = 0 if query.empty else None
        self._reader = self._new_reader()
        self._lock = threading.RLock()

    def _new_reader(self) -> Reader:
        reader = Reader(self._query.window, self._query.size)
        reader.complete = self._query.empty
        return reader

    def _refined(self, **changes: Any) -> ResourceSet:
        refined = type(self).__new__(type(self))
        refined._client = self._client
        refined._path = self._path
        refined._start(replace(self._query, **changes))
        return refined

    @property
    def query(self) -> R:
        """The filter."""
        return self._query.where

    def all(self) -> ResourceSet:
        """Return a copy that has read nothing yet."""
        return self._refined()

    def filter(self, *args: str | R, **kwargs: Any) -> ResourceSet:
        """Return the resources of this set that also match.

        Args:
            *args: RQL strings or R objects, combined with ``and``.
            **kwargs: Conditions as ``field__nested__op=value``, combined with ``and``.

        Raises:
            TypeError: If an argument is neither a string nor an R.
            RQLError: If a condition cannot be read, or written.

        Example:
            ``rs.filter(R().product.name.ilike("*saas*"), status__in=("active", "suspended"))``
        """
        return self._refined(where=self._query.where & combined(args, kwargs))

    def order_by(self, *fields: str) -> ResourceSet:
        """Return the set ordered by these fields, after those it is ordered by already.

        Args:
            *fields: Names, with ``-`` before them for descending.
        """
        ordering = self._query.ordering + signed_fields(fields, "order_by")
        return self._refined(ordering=ordering)

    def select(self, *fields: str) -> ResourceSet:
        """Return the set with hidden fields added, or fields removed.

        Args:
            *fields: Names of fields to add, with ``-`` before those to remove.
        """
        selection = self._query.selection + signed_fields(fields, "select")
        return self._refined(selection=selection)

    def search(self, term: str) -> ResourceSet:
        """Return the resources of this set that contain the words of ``term``.

        Raises:
            TypeError: If ``term`` is not a string.
        """
        return self._refined(search=_checked(term, str, "term"))

    def limit(self, limit: int) -> ResourceSet:
        """Return the set with another number of rows fetched at once.

        Raises:
            TypeError: If ``limit`` is not an int.
            ValueError: If ``limit`` is less than 1.
        """
        if _checked(limit, int, "limit") < 1:
            raise ValueError(f"limit must be at least 1, not {limit}")
        return self._refined(size=limit)

    def configure(self, **kwargs: Any) -> ResourceSet:
        """Return the set with keyword arguments for its calls; see :meth:`ConnectClient.execute`.

        Those that were configured before and are not named here stay.
        """
        return self._refined(kwargs={**self._query.kwargs, **kwargs})

    def __iter__(self) -> Iterator[Any]:
        """Yield the resources, fetching pages as they are needed."""
        return self._kept() if self._client.resourceset_append else self.iterator()

    def _kept(self) -> Iterator[Any]:
        index = 0
        while True:
            while index < len(self._rows):
                yield self._rows[index]
                index += 1
            with self._lock:
                if index == len(self._rows):
                    if self._reader.complete:
                        return
                    self._rows += self._read(self._reader)

    def iterator(self) -> Iterator[Any]:
        """Yield the resources without keeping them: memory holds one page at a time."""
        if self._reader.complete:
            yield from self._rows
            return
        reader = self._new_reader()
        while not reader.complete:
            yield from self._read(reader)

    def _read(self, reader: Reader) -> list[Any]:
        return reader.feed(self._fetch(reader.limit, reader.offset))

    def _fetch(self, limit: int, offset: int) -> Page:
        path = f"{self._path}?{self._query.at(limit, offset)}"
        page = self._client.fetch_page(path, **self._query.kwargs)
        if page.total is not None and page.total >= len(page.rows):
            self._total = page.total
        return page

    def __bool__(self) -> bool:
        """Tell whether there is any resource; asks for one row at most."""
        if self._rows:
            return True
        if self._total is not None:
            return self.count() > 0
        return self.first() is not None

    @overload
    def __getitem__(self, key: int) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> ResourceSet: ...

    def __getitem__(self, key: int | slice) -> Any:
        """Return one resource, or the set of a range of them.

        Raises:
            TypeError: If ``key`` is neither an int nor a slice of ints.
            ValueError: If an index is negative, or a slice has a step.
            IndexError: If there is no such resource.
        """
        if isinstance(key, slice):
            return self._sliced(*_bounds(key))
        index = _checked_index(key)
        row = self._one(index)
        if row is _MISSING:
            raise IndexError(f"{self!r} has no resource at index {index}")
        return row

    def _sliced(self, start: int, stop: int | None) -> ResourceSet:
        sliced = self._refined(window=self._query.window.narrowed(start, stop))
        if self._reader.complete:
            sliced._rows = self._rows[start:stop]
            sliced._reader.complete = True
            sliced._total = self._total
        return sliced

    def _one(self, index: int) -> Any:
        """Return the row at an index, by a call for it alone if it is not known yet."""
        with self._lock:
            if index < len(self._rows):
                return self._rows[index]
            if self._reader.complete or index not in self._query.window:
                return _MISSING
            if index not in self._single:
                rows = self._fetch(1, self._query.window.start + index).rows
                self._single[index] = rows[0] if rows else _MISSING
                if index == 0 and not rows:
                    self._reader.complete = True
            return self._single[index]

    def first(self) -> Any:
        """Return the first resource, or ``None``; asks for one row."""
        row = self._one(0)
        return None if row is _MISSING else row

    def count(self) -> int:
        """Count the resources; asks for no rows, once.

        Where the server tells no total, the rows are read and counted.
        """
        window = self._query.window
        with self._lock:
            if self._reader.complete:
                return len(self._rows)
            if self._total is None:
                self._fetch(0, 0)
            if self._total is None:
                return sum(1 for _ in self)
            return window.length(self._total)

    def values_list(self, *fields: str) -> list[dict[str, Any]]:
        """Pick fields of every resource.

        Args:
            *fields: Names, with dots for nested ones.

        Returns:
            A flat dictionary for each resource; ``None`` where there is no such field.
        """
        return [flat(row, fields) for row in self]

    def __repr__(self) -> str:
        """Show path, query and what was fetched; makes no call."""
        window = self._query.window
        bounds = (
            ""
            if window.start == 0 and window.stop is None
            else (f"[{window.start or ''}:{'' if window.stop is None else window.stop}]")
        )
        query = f"?{self._query.text}" if self._query.text else ""
        total = "?" if self._total is None else window.length(self._total)
        if self._reader.complete:
            total = len(self._rows)
        return f"<ResourceSet {self._path}{query}{bounds} {len(self._rows)}/{total} fetched>"

    def __getstate__(self) -> dict[str, Any]:
        """Copy and pickle the query; rows are fetched again."""
        return {"client": self._client, "path": self._path, "query": self._query}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Start anew with the same query."""
        self._client = state["client"]
        self._path = state["path"]
        self._start(state["query"])


_MISSING: Any = object()
T = TypeVar("T")


def _checked(value: Any, kind: type[T], name: str) -> T:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{name} must be of type {kind.__name__}, not {type(value).__name__}")
    return value


def _checked_index(key: Any) -> int:
    index = _checked(key, int, "An index")
    if index < 0:
        raise ValueError(f"Negative indexes are not supported: {index}")
    return index


def _bounds(key: slice) -> tuple[int, int | None]:
    if key.step is not None:
        raise ValueError(f"Slices with a step are not supported: {key.step}")
    start = 0 if key.start is None else _checked_index(key.start)
    return start, None if key.stop is None else _checked_index(key.stop)
