"""Sets as Arrow data: columns from the document or the first rows, and pages for a stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing, closing
from typing import TYPE_CHECKING

from cnct.client.work.export_pages import AsyncSetPages, SyncSetPages
from cnct.data.arrow_rows import ArrowRows
from cnct.data.columns import Choice

if TYPE_CHECKING:
    from cnct.openapi import OpenAPISpecs


class SyncArrow(SyncSetPages):
    """A `ResourceSet` as Arrow data."""

    def run(self, choice: Choice | None) -> ArrowRows:
        """Return the rows; they are read when they are taken."""
        specs = self._specs()
        columns = self._columns(specs) or self._observed()
        return ArrowRows(columns.chosen(choice), repr(self._rows), lambda: self._raw_pages(specs))

    def _raw_pages(self, specs: OpenAPISpecs | None) -> Iterator[list[bytes]]:
        with closing(self._pages(specs)) as pages:
            for page in pages:
                yield [row.raw for row in page]


class AsyncArrow(AsyncSetPages):
    """Async twin of `SyncArrow`."""

    async def run(self, choice: Choice | None) -> ArrowRows:
        """Read the rows, and return them. Async twin of `SyncArrow.run`."""
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

        specs = await self._specs()
        columns = self._columns(specs) or await self._observed()
        rows = ArrowRows(columns.chosen(choice), repr(self._rows))
        async with aclosing(self._pages(specs)) as pages:
            async for page in pages:
                await in_thread(rows._keep, [row.raw for row in page])
        await in_thread(rows._finish)
        return rows
