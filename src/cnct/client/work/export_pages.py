"""Reads the pages of a set for exports: rows as the server sent them, in windows where possible.

Knows no format.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterable
from contextlib import aclosing
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cnct.client._core.arguments import checked_int
from cnct.client._core.paging import Window
from cnct.client.checking import load
from cnct.client.models.set_base import SetBase
from cnct.client.work.scan import AsyncScan, Scan
from cnct.client.work.scan_fields import scan_field
from cnct.data.columns import Columns
from cnct.data.exporting import OBSERVED_ROWS
from cnct.data.json_rows import decoded_row
from cnct.exceptions import NotScannableError

if TYPE_CHECKING:
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet
    from cnct.openapi import OpenAPISpecs

SetT = TypeVar("SetT", bound=SetBase)


class SetPages(Generic[SetT]):
    """Base of `SyncSetPages` and `AsyncSetPages`.

    Args:
        rows: The set.
        by: Field of the windows; by default, the time of creation if the set can be cut.
        concurrency: Calls at the same time; by default, the set's.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If ``concurrency`` is less than 1.
    """

    def __init__(self, rows: SetT, by: str | None, concurrency: int | None) -> None:
        width = rows._query.concurrency if concurrency is None else concurrency
        self._rows = rows._raw()
        self._by = by
        self._width = checked_int("concurrency", width, 1)

    def _columns(self, specs: OpenAPISpecs | None) -> Columns | None:
        """Return the columns of the document, without those of ``select('-…')``."""
        columns: Columns | None = self._rows._client._columns_at(self._rows._path, specs)
        if columns is None:
            return None
        selection = self._rows._query.selection
        return columns.without([name[1:] for name in selection if name.startswith("-")])

    def _fits_windows(self, specs: OpenAPISpecs | None) -> bool:
        """Return whether to read in windows a set that is not a slice, not ordered, documented."""
        query = self._rows._query
        operation = specs.operation("GET", self._rows._path) if specs else None
        if query.window != Window() or query.ordering or not query.overlap or operation is None:
            return False
        try:
            scan_field(self._rows._path, operation.fields, None)
        except NotScannableError:
            return False
        return True


class SyncSetPages(SetPages["ResourceSet"]):
    """The pages of a `ResourceSet`."""

    def _specs(self) -> OpenAPISpecs | None:
        """Return the document, if it is available."""
        client = self._rows._client
        specs = client.specs
        return specs if specs and client._available(specs) else None

    def _observed(self) -> Columns:
        """Return the columns of the first rows."""
        return observed_columns(self._rows[:OBSERVED_ROWS].pages())

    def _pages(self, specs: OpenAPISpecs | None) -> Generator[list[Any]]:
        """Yield the pages of the scan, or of the set where the server sends no totals."""
        if self._by is not None or self._fits_windows(specs):
            has_begun = False
            try:
                for page in Scan(self._rows, self._by, self._width, None).pages():
                    has_begun = True
                    yield page
            except NotScannableError:
                if self._by is not None or has_begun:
                    raise
            else:
                return
        yield from self._rows.concurrency(self._width).pages()


class AsyncSetPages(SetPages["AsyncResourceSet"]):
    """Async twin of `SyncSetPages`."""

    async def _specs(self) -> OpenAPISpecs | None:
        """Return the document. Async twin of `SyncSetPages._specs`."""
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

        client = self._rows._client
        specs = client.specs
        if specs and not specs.at_hand():
            await in_thread(load, specs)
        return specs if specs and client._available(specs) else None

    async def _observed(self) -> Columns:
        """Return the columns of the first rows. Async twin of `SyncSetPages._observed`."""
        return observed_columns([page async for page in self._rows[:OBSERVED_ROWS].pages()])

    async def _pages(self, specs: OpenAPISpecs | None) -> AsyncGenerator[list[Any]]:
        """Yield the pages. Async twin of `SyncSetPages._pages`."""
        if self._by is not None or self._fits_windows(specs):
            has_begun = False
            try:
                async with aclosing(
                    AsyncScan(self._rows, self._by, self._width, None).pages()
                ) as scanned:
                    async for page in scanned:
                        has_begun = True
                        yield page
            except NotScannableError:
                if self._by is not None or has_begun:
                    raise
            else:
                return
        async with aclosing(self._rows.concurrency(self._width).pages()) as pages:
            async for page in pages:
                yield page


def observed_columns(pages: Iterable[list[Any]]) -> Columns:
    """Return the columns of the rows of pages."""
    return Columns.observed(decoded_row(row.raw) for row in chain.from_iterable(pages))
