"""Exports of sets: hands rows as the server sent them to a file of `cnct.data`. Knows no format."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, TypeVar

from cnct.client.models.set_base import SetBase
from cnct.client.work.export_pages import AsyncSetPages, SetPages, SyncSetPages
from cnct.client.work.progress import Reporter, ShowsProgress, checked_progress
from cnct.data.columns import Choice
from cnct.data.exported import Exported
from cnct.data.exporting import Export, warn_of_extra
from cnct.data.file_formats import row_file
from cnct.data.whole_file import Target, WholeFile

if TYPE_CHECKING:
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet
    from cnct.openapi import OpenAPISpecs

SetT = TypeVar("SetT", bound=SetBase)


class SetExport(SetPages[SetT]):
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

    Attributes:
        expected: Number of rows to expect; ``None`` if unknown.

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
        super().__init__(rows, by, concurrency)
        self._choice = columns
        self._progress = checked_progress(progress)
        self._row_file = row_file(form, **(options or {}))
        self.expected: int | None = None
        self._target = _opened_target(target)

    def _opened(self, specs: OpenAPISpecs | None) -> Export:
        """Return the export with the columns of the document."""
        return Export(self._target, self._row_file, self._columns(specs), self._choice)

    def _is_counted(self, report: Reporter) -> bool:
        """Return whether to count the rows first: for a bar, or a format with a limit."""
        has_limit = self._row_file.most_rows is not None
        return self.expected is None and (report.is_shown or has_limit)


def _opened_target(target: str | os.PathLike[str] | Target) -> Target:
    """Return an open target, or a new file.

    Raises:
        TypeError: If the target is neither a target nor a path.
    """
    if isinstance(target, str | os.PathLike):
        return WholeFile(target)
    if not hasattr(target, "commit"):
        raise TypeError(f"The path of an export must be a text or a Path, not {target!r}")
    return target


class SyncSetExport(SetExport["ResourceSet"], SyncSetPages):
    """An export of a `ResourceSet`."""

    def run(self) -> Exported:
        """Export the set, warn of values in ``_extra``, and return the report."""
        exported = self.write()
        warn_of_extra(exported)
        return exported

    def write(self) -> Exported:
        """Export the set, and return the report."""
        report = Reporter(self._progress, self)
        try:
            specs = self._specs()
            with self._opened(specs) as export, closing(self._pages(specs)) as pages:
                if self._is_counted(report):
                    self.expected = self._rows.count()
                    self._row_file.check_rows(self.expected)
                for page in pages:
                    export.write([row.raw for row in page])
                    report.advance(len(page))
                return export.finish()
        finally:
            report.close()


class AsyncSetExport(SetExport["AsyncResourceSet"], AsyncSetPages):
    """Async twin of `SyncSetExport`; the file is written in a thread."""

    async def run(self) -> Exported:
        """Export the set, and return the report. Async twin of `SyncSetExport.run`."""
        exported = await self.write()
        warn_of_extra(exported)
        return exported

    async def write(self) -> Exported:
        """Export the set, and return the report. Async twin of `SyncSetExport.write`."""
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

        report = Reporter(self._progress, self)
        try:
            specs = await self._specs()
            with self._opened(specs) as export:
                if self._is_counted(report):
                    self.expected = await self._rows.count()
                    self._row_file.check_rows(self.expected)
                async with aclosing(self._pages(specs)) as pages:
                    async for page in pages:
                        await in_thread(export.write, [row.raw for row in page])
                        report.advance(len(page))
                return await in_thread(export.finish)
        finally:
            report.close()
