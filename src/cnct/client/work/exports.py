"""Exports of sets: reads rows as the server sent them, and hands them to a file of `cnct.data`.

Decides how a set is read; knows no format.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cnct.client._core.arguments import checked_int
from cnct.client._core.paging import Window
from cnct.client.checking import load
from cnct.client.models.set_base import SetBase
from cnct.client.work.progress import Reporter, ShowsProgress, checked_progress
from cnct.client.work.scan import AsyncScan, Scan
from cnct.client.work.scan_fields import scan_field
from cnct.data.collection_columns import collection_columns
from cnct.data.columns import Choice
from cnct.data.exported import Exported
from cnct.data.exporting import Export, warn_of_extra
from cnct.data.file_formats import row_file
from cnct.data.whole_file import Target, WholeFile
from cnct.exceptions import NotScannableError

if TYPE_CHECKING:
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet
    from cnct.openapi import OpenAPISpecs

SetT = TypeVar("SetT", bound=SetBase)


class SetExport(Generic[SetT]):
    """Base of `SyncSetExport` and `AsyncSetExport`.

    Args:
        rows: The set.
        target: Path of the file, or an open target.
        form: Name of the format.
        by: Field of the windows; by default, the time of creation if the set can be cut.
        concurrency: Calls at the same time; by default, the set's.
        columns: Columns to write; ``None`` for all.
        progress: Receives figures, see `ResourceSet.process`.
        options: Options of the format.

    Raises:
        ExportError: If the file cannot be written, or the format is unknown or not installed.
        TypeError: If an argument is of the wrong type.
        ValueError: If an argument has an invalid value.
    """

    def __init__(
        self,
        rows: SetT,
        target: str | os.PathLike[str] | Target,
        form: str,
        *,
        by: str | None = None,
        concurrency: int | None = None,
        columns: Choice | None = None,
        progress: ShowsProgress = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        query = rows._query
        self._rows = rows._raw()
        self._by = by
        self._width = checked_int(
            "concurrency", query.concurrency if concurrency is None else concurrency, 1
        )
        self._choice = columns
        self._progress = checked_progress(progress)
        self._row_file = row_file(form, **(options or {}))
        self.expected: int | None = None
        self._target = WholeFile(target) if isinstance(target, str | os.PathLike) else target

    def _opened(self, specs: OpenAPISpecs | None) -> Export:
        """Return the export with the columns of the document, without those of ``select('-…')``."""
        columns = collection_columns(specs, self._rows._path)
        if columns is not None:
            selection = self._rows._query.selection
            columns = columns.without([name[1:] for name in selection if name.startswith("-")])
        return Export(self._target, self._row_file, columns, self._choice)

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


class SyncSetExport(SetExport["ResourceSet"]):
    """An export of a `ResourceSet`."""

    def run(self) -> Exported:
        """Export the set, and return the report."""
        client = self._rows._client
        specs = client.specs
        specs = specs if specs and client._available(specs) else None
        report = Reporter(self._progress, self)
        try:
            with self._opened(specs) as export, closing(self._pages(specs)) as pages:
                if report.is_shown:
                    self.expected = self._rows.count()
                for page in pages:
                    export.write([row.raw for row in page])
                    report.advance(len(page))
                exported = export.finish()
        finally:
            report.close()
        warn_of_extra(exported)
        return exported

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


class AsyncSetExport(SetExport["AsyncResourceSet"]):
    """Async twin of `SyncSetExport`; the file is written in a thread."""

    async def run(self) -> Exported:
        """Export the set, and return the report. Async twin of `SyncSetExport.run`."""
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

        client = self._rows._client
        specs = client.specs
        if specs and not specs.at_hand():
            await in_thread(load, specs)
        specs = specs if specs and client._available(specs) else None
        report = Reporter(self._progress, self)
        try:
            with self._opened(specs) as export:
                if report.is_shown:
                    self.expected = await self._rows.count()
                async with aclosing(self._pages(specs)) as pages:
                    async for page in pages:
                        await in_thread(export.write, [row.raw for row in page])
                        report.advance(len(page))
                exported = await in_thread(export.finish)
        finally:
            report.close()
        warn_of_extra(exported)
        return exported

    async def _pages(self, specs: OpenAPISpecs | None) -> AsyncGenerator[list[Any]]:
        """Yield the pages. Async twin of `SyncSetExport._pages`."""
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
