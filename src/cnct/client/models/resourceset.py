"""Sets of resources: lazy, refined without being changed, read page by page."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, Self, overload

from cnct.client._core.paging import Page, Span, Unread
from cnct.client.models.mistakes import answer_mistakes
from cnct.client.models.noun import AsyncNoun, SyncNoun
from cnct.client.models.query import first_query
from cnct.client.models.refinement import checked_index
from cnct.client.models.set_base import MISSING, UNREAD, reader_of
from cnct.client.models.set_comparing import AsyncSetComparing, SyncSetComparing
from cnct.client.models.set_exports import AsyncSetExports, SyncSetExports
from cnct.client.models.set_lookups import AsyncSetLookups, SetLookups
from cnct.client.models.set_tables import AsyncSetTables, SyncSetTables
from cnct.client.models.watched import AsyncWatched, Watched
from cnct.client.models.windowed import AsyncWindowed, Windowed
from cnct.exceptions import NotYetEvaluatedError
from cnct.rql import R

if TYPE_CHECKING:
    from cnct.client.fluent import AsyncConnectClient, ConnectClient
    from cnct.client.models.explaining import Explanation
    from cnct.client.models.flattening import AsyncValues


class ResourceSet(
    SyncNoun, SetLookups, Windowed, Watched, SyncSetExports, SyncSetTables, SyncSetComparing
):
    """Represent a set of resources.

    Makes no call until rows are needed. Refining (``filter``, ``order_by``, ``limit``, slices and
    so on) returns a new set. A set that was read keeps its rows, also those of an interrupted
    iteration, unless the client was made with ``resourceset_append=False``.

    Args:
        client: Makes the calls.
        path: Path below the endpoint.
        query: A filter.
    """

    def __init__(self, client: ConnectClient, path: str, query: R | None = None) -> None:
        self._client = client if client._viewed is None else client._viewed
        self._path = path
        self._query = first_query(query, client.default_limit, client.concurrency, client.overlap)

    def _repr_html_(self) -> str | None:
        return self._rows_html()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the resources, fetching pages as they are needed."""
        return self._kept() if self._client.resourceset_append else self.iterator()

    def _kept(self) -> Iterator[dict[str, Any]]:
        """Yield the kept rows, then read more and keep them; iterations share what they fetch."""
        with self._iterating():
            index = 0
            for rows in self._kept_steps():
                if rows is None:
                    self._has_row(index)
                else:
                    yield from rows
                    index += len(rows)

    @contextmanager
    def _iterating(self) -> Generator[None]:
        """Count an iteration; the last one to end aborts the pages that are under way."""
        rows = self._rows
        with rows.iterations_lock:
            rows.iterations += 1
        try:
            yield
        finally:
            with rows.iterations_lock:
                rows.iterations -= 1
                if not rows.iterations:
                    self._ahead.close()

    def _has_row(self, index: int) -> bool:
        """Return whether there is a row, after fetching the page that should hold it."""
        rows = self._rows
        with rows.lock:
            while index >= len(rows.kept) and not rows.reader.complete:
                rows.kept += self._ahead.next_page(self._fetch, self._read_kept)
                self._warn_of_drift(rows.reader)
        return index < len(rows.kept)

    def iterator(self) -> Iterator[dict[str, Any]]:
        """Yield the resources without keeping them: memory holds the pages under way."""
        for rows in self._pages(self._read_split):
            yield from self._each(rows)

    def pages(self) -> Generator[list[dict[str, Any]]]:
        """Yield the resources in lists, page by page, without keeping them."""
        return self._pages(self._read)

    def _pages(self, read: Callable[[Unread], Page]) -> Generator[list[Any]]:
        if self._rows.reader.complete:
            yield from self._kept_pages()
            return
        reader = reader_of(self._query)
        with self._client._read_ahead(reader, self._query.concurrency) as ahead:
            while not reader.complete:
                rows = ahead.next_page(self._fetch, read)
                self._warn_of_drift(reader)
                if rows:
                    yield rows

    def _fetch(self, span: Span) -> Unread:
        response = self._client._fetch(self._at(span), self._query.kwargs, self._checked)
        self._checked = True
        return response

    def __bool__(self) -> bool:
        """Return whether there is any resource; a page that is fetched for this is kept."""
        if self._counted() is None and self._client.resourceset_append:
            return self._has_row(0)
        return self.first() is not None if self._counted() is None else self.count() > 0

    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
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
        """Return the row at an index; an unread row is fetched alone."""
        with self._rows.lock:
            row = self._row_at(index)
            if row is UNREAD:
                row = self._remembered(index, self._read(self._fetch(self._only(index))))
            return row

    def first(self) -> dict[str, Any] | None:
        """Return the first resource, or ``None``; asks for one row."""
        row = self._one(0)
        return None if row is MISSING else row

    def count(self) -> int:
        """Count the resources; asks for no rows, once.

        If the server sends no total, the rows are read and counted.
        """
        with self._rows.lock:
            if self._counted() is None:
                self._with_total(self._fetch(Span(0, 0)).counted())
            counted = self._counted()
        return sum(1 for _ in self) if counted is None else counted

    def dates(self) -> ResourceSet:
        """Return the set with rows whose moments are aware datetimes instead of texts.

        The moments are the fields with a format of times in the OpenAPI document, nested ones too.
        Without a document, or for fields that it does not describe, they are texts such as
        ``2026-01-31T09:30:00+00:00`` in fields whose name Connect uses for times, such as ``at``
        and ``created``. Values of parameters are never converted. The offset of a text is kept, no
        offset is UTC, a date without a time is a ``date``, and a text that cannot be read exactly
        stays. Exports, whose columns have types, are the same with and without `dates`.

        Examples:
            ``[row["created"].date() for row in client.requests.filter(status="pending").dates()]``
        """
        return self._with_query(self._query.replaced("dates", value=True))

    def explain(self) -> Explanation:
        """Return the cost of reading the set: rows, calls, and hints of the document.

        Makes a call to count the resources, unless the count is known.
        """
        from cnct.client.models.explaining import explained  # noqa: PLC0415 - few programs need it

        return explained(self, self.url, self.count())

    def values_list(self, *fields: str, dates: bool = False) -> list[dict[str, Any]]:
        """Pick fields of every resource; the rows of an unread set are not kept.

        Args:
            *fields: Names, with dots for nested ones.
            dates: Whether moments are returned as datetimes, as by `dates`.

        Returns:
            A flat dictionary for each resource; ``None`` for a field that a resource does not
            have.
        """
        from cnct.client.models.flattening import FlatRows  # noqa: PLC0415 - not for each set
        from cnct.client.models.picking import Picking  # noqa: PLC0415 - same

        rows = self if self._is_begun() else self.iterator()
        picking = Picking(self, fields, "values_list", dates=dates)
        values = FlatRows(picking.of(row) for row in rows)
        picking.finish()
        return values


class AsyncResourceSet(
    AsyncNoun,
    AsyncSetLookups,
    AsyncWindowed,
    AsyncWatched,
    AsyncSetExports,
    AsyncSetTables,
    AsyncSetComparing,
):
    """Async twin of `ResourceSet`: read with ``async for``; methods that make calls are awaited."""

    def __init__(self, client: AsyncConnectClient, path: str, query: R | None = None) -> None:
        self._client = client if client._viewed is None else client._viewed
        self._path = path
        self._query = first_query(query, client.default_limit, client.concurrency, client.overlap)

    def _repr_html_(self) -> str | None:
        return self._rows_html()

    def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the resources, fetching pages as they are needed."""
        return self._kept() if self._client.resourceset_append else self.iterator()

    def __iter__(self) -> NoReturn:
        """Refuse, and name ``async for``."""
        raise TypeError(f"Iterate over {self!r} with: async for resource in ...")

    async def _kept(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the kept rows, then read more and keep them; iterations share what they fetch."""
        async with self._iterating():
            index = 0
            for rows in self._kept_steps():
                if rows is None:
                    await self._has_row(index)
                    continue
                for row in rows:
                    yield row
                index += len(rows)

    @asynccontextmanager
    async def _iterating(self) -> AsyncGenerator[None]:
        """Count an iteration; the last one to end aborts the pages that are under way."""
        rows = self._rows
        with rows.iterations_lock:
            rows.iterations += 1
        try:
            yield
        finally:
            with rows.iterations_lock:
                rows.iterations -= 1
                is_last = not rows.iterations
            if is_last:
                await self._ahead.close()

    async def _has_row(self, index: int) -> bool:
        """Return whether there is a row, after fetching the page that should hold it."""
        rows = self._rows
        while index >= len(rows.kept) and not rows.reader.complete:
            async with self._ahead.turn():
                if index >= len(rows.kept) and not rows.reader.complete:
                    rows.kept += await self._ahead.next_page(self._fetch, self._read_kept)
                    self._warn_of_drift(rows.reader)
        return index < len(rows.kept)

    async def iterator(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the resources without keeping them: memory holds the pages under way."""
        async with aclosing(self._pages(self._read_split)) as pages:
            async for rows in pages:
                for row in self._each(rows):
                    yield row

    def pages(self) -> AsyncGenerator[list[dict[str, Any]]]:
        """Yield the resources in lists, page by page, without keeping them."""
        return self._pages(self._read)

    async def _pages(self, read: Callable[[Unread], Page]) -> AsyncGenerator[list[Any]]:
        if self._rows.reader.complete:
            for rows in self._kept_pages():
                yield rows
            return
        reader = reader_of(self._query)
        async with self._client._read_ahead(reader, self._query.concurrency) as ahead:
            while not reader.complete:
                rows = await ahead.next_page(self._fetch, read)
                self._warn_of_drift(reader)
                if rows:
                    yield rows

    async def _fetch(self, span: Span) -> Unread:
        is_raw = self._query.decoder is not None
        response = await self._client._fetch(
            self._at(span), self._query.kwargs, self._checked, is_raw
        )
        self._checked = True
        return response

    def __bool__(self) -> bool:
        """Return whether there is any resource, if the rows read so far decide this.

        Raises:
            NotYetEvaluatedError: If nothing has been read that decides this.
        """
        counted = len(self._rows.kept) or self._counted()
        if counted is None:
            raise NotYetEvaluatedError(
                f"{self!r} has not been read: use 'await rs.count()' or 'await rs.first()'"
            )
        return counted > 0

    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
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
        row = self._row_at(checked_index(key))
        if row is UNREAD:
            raise NotYetEvaluatedError(
                f"{self!r} has not read index {key}: use 'await rs[{key}:].first()', "
                "or read it with 'async for'"
            )
        if row is MISSING:
            raise self._no_such(key)
        return row

    async def first(self) -> dict[str, Any] | None:
        """Return the first resource, or ``None``; asks for one row."""
        row = self._row_at(0)
        if row is UNREAD:
            row = self._remembered(0, self._read(await self._fetch(self._only(0))))
        return None if row is MISSING else row

    async def count(self) -> int:
        """Count the resources; asks for no rows, once. Async twin of `ResourceSet.count`."""
        if self._counted() is None:
            self._with_total((await self._fetch(Span(0, 0))).counted())
        counted = self._counted()
        return len([row async for row in self]) if counted is None else counted

    def dates(self) -> AsyncResourceSet:
        """Return the set with rows whose moments are aware datetimes instead of texts.

        Async twin of `ResourceSet.dates`.
        """
        return self._with_query(self._query.replaced("dates", value=True))

    async def explain(self) -> Explanation:
        """Return the cost of reading the set. Async twin of `ResourceSet.explain`."""
        from cnct.client.models.explaining import explained  # noqa: PLC0415 - few programs need it

        return explained(self, self.url, await self.count())

    def values_list(self, *fields: str, dates: bool = False) -> AsyncValues:
        """Pick fields of every resource: ``await`` the list, or read it with ``async for``.

        Rows of a set that was not read before are not kept.

        Args:
            *fields: Names, with dots for nested ones.
            dates: Whether moments are returned as datetimes, as by `dates`.

        Returns:
            A flat dictionary for each resource; ``None`` for a field that a resource does not
            have.
        """
        from cnct.client.models.flattening import AsyncValues  # noqa: PLC0415 - not for each set
        from cnct.client.models.picking import Picking  # noqa: PLC0415 - same

        return AsyncValues(
            lambda: self if self._is_begun() else self.iterator(),
            lambda: Picking(self, fields, "values_list", dates=dates),
        )


answer_mistakes("set", ResourceSet, AsyncResourceSet)
