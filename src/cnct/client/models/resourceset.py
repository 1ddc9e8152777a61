"""Sets of resources: lazy, refined without being changed, read page by page."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, Self, overload

from cnct.client._core.paging import Span, Unread
from cnct.client.models.baseset import MISSING, UNREAD, BaseResourceSet
from cnct.client.models.flattening import AsyncValues, flat
from cnct.client.models.query import Query
from cnct.client.models.refinement import checked_index
from cnct.exceptions import NotYetEvaluatedError

if TYPE_CHECKING:
    from cnct.client._http.tasks import AsyncAhead
    from cnct.client._http.threads import Ahead
    from cnct.client.fluent import AsyncConnectClient, ConnectClient


class ResourceSet(BaseResourceSet["ConnectClient"]):
    """Represent a set of resources.

    Makes no call until rows are needed. Refining (``filter``, ``order_by``, ``limit``, slices and
    so on) returns a new set. A set that was read keeps its rows, also those of an interrupted
    iteration, unless the client was made with ``resourceset_append=False``.

    Args:
        client: Who makes the calls.
        path: Path below the endpoint.
        query: A filter.
    """

    def _start(self, query: Query) -> None:
        super()._start(query)
        self._lock = threading.RLock()
        self._comings_and_goings = threading.RLock()

    @cached_property
    def _ahead(self) -> Ahead:
        return self._client._read_ahead(self._reader, self._query.concurrency)

    def __iter__(self) -> Iterator[Any]:
        """Yield the resources, fetching pages as they are needed."""
        return self._kept() if self._client.resourceset_append else self.iterator()

    def _kept(self) -> Iterator[Any]:
        """Yield kept rows, and more as long as there are; iterations share what they fetch."""
        index = 0
        with self._comings_and_goings:
            self._iterations += 1
        try:
            while self._has_row(index):
                while index < len(self._rows):
                    yield self._rows[index]
                    index += 1
        finally:
            with self._comings_and_goings:  # not to end what has just been begun in another thread
                self._iterations -= 1
                if not self._iterations:
                    self._ahead.close()

    def _has_row(self, index: int) -> bool:
        """Tell whether there is a row, after fetching the page that should hold it."""
        with self._lock:
            while index == len(self._rows) and not self._reader.complete:
                self._rows += self._ahead.next_page(self._fetch, self._read)
        return index < len(self._rows)

    def iterator(self) -> Iterator[Any]:
        """Yield the resources without keeping them: memory holds the pages under way."""
        if self._reader.complete:
            yield from self._rows
            return
        with self._stream() as ahead:
            while not ahead.complete:
                yield from ahead.next_page(self._fetch, self._read)

    def pages(self) -> Iterator[list[Any]]:
        """Yield the resources in lists, page by page, without keeping them."""
        if self._reader.complete:
            yield from self._kept_pages()
            return
        with self._stream() as ahead:
            while not ahead.complete:
                if rows := ahead.next_page(self._fetch, self._read):
                    yield rows

    def _stream(self) -> Ahead:
        return self._client._read_ahead(self._new_reader(), self._query.concurrency)

    def _fetch(self, span: Span) -> Unread:
        answer = self._client._fetch(self._at(span), self._query.kwargs, self._checked)
        self._checked = True
        return answer

    def __bool__(self) -> bool:
        """Tell whether there is any resource; the page that is read for it is kept."""
        if self._counted() is None and self._client.resourceset_append:
            return self._has_row(0)
        return self.first() is not None if self._counted() is None else self.count() > 0

    @overload
    def __getitem__(self, key: int) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> Self: ...

    def __getitem__(self, key: int | slice) -> Any:
        """Return one resource, or the set of a range of them.

        Raises:
            TypeError: If ``key`` is neither an int nor a slice of ints.
            ValueError: If an index is negative, or a slice has a step.
            IndexError: If there is no such resource.
        """
        if isinstance(key, slice):
            return self._sliced(key)
        row = self._one(checked_index(key))
        if row is MISSING:
            raise self._no_such(key)
        return row

    def _one(self, index: int) -> Any:
        """Return the row at an index, by a call for it alone if it is not known yet."""
        with self._lock:
            row = self._known(index)
            if row is UNREAD:
                row = self._remembered(index, self._read(self._fetch(self._only(index))))
            return row

    def first(self) -> Any:
        """Return the first resource, or ``None``; asks for one row."""
        row = self._one(0)
        return None if row is MISSING else row

    def count(self) -> int:
        """Count the resources; asks for no rows, once.

        Where the server tells no total, the rows are read and counted.
        """
        with self._lock:
            if self._counted() is None:
                self._read(self._fetch(Span(0, 0)))
            counted = self._counted()
        return sum(1 for _ in self) if counted is None else counted

    def values_list(self, *fields: str) -> list[dict[str, Any]]:
        """Pick fields of every resource.

        Args:
            *fields: Names, with dots for nested ones.

        Returns:
            A flat dictionary for each resource; ``None`` where there is no such field.
        """
        return [flat(row, fields) for row in self]


class AsyncResourceSet(BaseResourceSet["AsyncConnectClient"]):
    """Async twin of :class:`ResourceSet`: read with ``async for``, what makes calls is awaited."""

    @cached_property
    def _ahead(self) -> AsyncAhead:
        return self._client._read_ahead(self._reader, self._query.concurrency)

    def __aiter__(self) -> AsyncIterator[Any]:
        """Yield the resources, fetching pages as they are needed."""
        return self._kept() if self._client.resourceset_append else self.iterator()

    def __iter__(self) -> NoReturn:
        """Refuse, with the way to do it."""
        raise TypeError(f"Iterate over {self!r} with: async for resource in ...")

    async def _kept(self) -> AsyncIterator[Any]:
        """Yield kept rows, and more as long as there are; iterations share what they fetch."""
        index = 0
        self._iterations += 1
        try:
            while await self._has_row(index):
                while index < len(self._rows):
                    yield self._rows[index]
                    index += 1
        finally:
            self._iterations -= 1
            if not self._iterations:
                await self._ahead.close()

    async def _has_row(self, index: int) -> bool:
        """Tell whether there is a row, after fetching the page that should hold it."""
        async with self._ahead.turn:
            while index == len(self._rows) and not self._reader.complete:
                self._rows += await self._ahead.next_page(self._fetch, self._read)
        return index < len(self._rows)

    async def iterator(self) -> AsyncIterator[Any]:
        """Yield the resources without keeping them: memory holds the pages under way."""
        if self._reader.complete:
            for row in self._rows:
                yield row
            return
        async with self._stream() as ahead:
            while not ahead.complete:
                for row in await ahead.next_page(self._fetch, self._read):
                    yield row

    async def pages(self) -> AsyncIterator[list[Any]]:
        """Yield the resources in lists, page by page, without keeping them."""
        if self._reader.complete:
            for rows in self._kept_pages():
                yield rows
            return
        async with self._stream() as ahead:
            while not ahead.complete:
                if rows := await ahead.next_page(self._fetch, self._read):
                    yield rows

    def _stream(self) -> AsyncAhead:
        return self._client._read_ahead(self._new_reader(), self._query.concurrency)

    async def _fetch(self, span: Span) -> Unread:
        answer = await self._client._fetch(self._at(span), self._query.kwargs, self._checked)
        self._checked = True
        return answer

    def __bool__(self) -> bool:
        """Tell whether there is any resource, if that is known.

        Raises:
            NotYetEvaluatedError: If it is not.
        """
        counted = len(self._rows) or self._counted()
        if counted is None:
            raise NotYetEvaluatedError(
                f"{self!r} has not been read: use 'await rs.count()' or 'await rs.first()'"
            )
        return counted > 0

    @overload
    def __getitem__(self, key: int) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> Self: ...

    def __getitem__(self, key: int | slice) -> Any:
        """Return one resource, if it has been read, or the set of a range of them.

        Raises:
            TypeError: If ``key`` is neither an int nor a slice of ints.
            ValueError: If an index is negative, or a slice has a step.
            IndexError: If there is no such resource.
            NotYetEvaluatedError: If the resource has not been read.
        """
        if isinstance(key, slice):
            return self._sliced(key)
        row = self._known(checked_index(key))
        if row is UNREAD:
            raise NotYetEvaluatedError(
                f"{self!r} has not read index {key}: use 'await rs[{key}:].first()', "
                "or read it with 'async for'"
            )
        if row is MISSING:
            raise self._no_such(key)
        return row

    async def first(self) -> Any:
        """Return the first resource, or ``None``; asks for one row."""
        row = self._known(0)
        if row is UNREAD:
            row = self._remembered(0, self._read(await self._fetch(self._only(0))))
        return None if row is MISSING else row

    async def count(self) -> int:
        """Count the resources; asks for no rows, once. Async twin of :meth:`ResourceSet.count`."""
        if self._counted() is None:
            self._read(await self._fetch(Span(0, 0)))
        counted = self._counted()
        return len([row async for row in self]) if counted is None else counted

    def values_list(self, *fields: str) -> AsyncValues:
        """Pick fields of every resource: ``await`` the list, or read it with ``async for``.

        Args:
            *fields: Names, with dots for nested ones.

        Returns:
            A flat dictionary for each resource; ``None`` where there is no such field.
        """
        return AsyncValues(self, fields)
