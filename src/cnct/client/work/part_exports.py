"""Exports of a set in several files: a file for each partition, which a later run can resume.

The directory and its manifest are in `cnct.data`; the partitions are cut by ``partition``.
"""

from __future__ import annotations

import hashlib
import os
import threading
from asyncio import gather
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, as_completed, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cnct.client._http.task_jobs import AsyncJobs
from cnct.client.models.set_base import SetBase
from cnct.client.work.export_pages import AsyncSetPages, SetPages, SyncSetPages
from cnct.client.work.exports import AsyncSetExport, SetExport, SyncSetExport
from cnct.client.work.partition import AsyncParting, Parting, Partition, checked_number
from cnct.client.work.progress import Progress, Reporter, ShowsProgress, checked_progress
from cnct.data.columns import Choice, Columns
from cnct.data.exported import Exported
from cnct.data.exporting import Export, warn_of_extra
from cnct.data.file_formats import row_file
from cnct.data.part_directory import PartDirectory
from cnct.data.part_plan import Part
from cnct.openapi.shapes import Record
from cnct.rql import R
from cnct.rql.filters import filter_text, parse_filter
from cnct.text import safe_url

if TYPE_CHECKING:
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet
    from cnct.openapi import OpenAPISpecs

SetT = TypeVar("SetT", bound=SetBase)
FileT = TypeVar("FileT")


class PartsExport(SetPages[SetT]):
    """Base of `SyncPartsExport` and `AsyncPartsExport`.

    Args:
        rows: The set.
        path: The directory.
        form: Name of the format.
        by: Field of the partitions; by default, the time of creation.
        concurrency: Partitions at the same time; by default, the calls of the set.
        columns: Columns to write; ``None`` for all.
        progress: Receives figures of all files together.
        options: Options of the format.
        partitions: Largest number of partitions.
        most: Largest number of rows in a partition.
        restart: Whether to delete an earlier export first.
    """

    def __init__(
        self,
        rows: SetT,
        path: str | os.PathLike[str],
        form: str,
        *,
        by: str | None,
        concurrency: int | None,
        columns: Choice | None,
        progress: ShowsProgress,
        options: Mapping[str, Any],
        partitions: int | None,
        most: int | None,
        restart: bool,
    ) -> None:
        super().__init__(rows, by, concurrency)
        self._path = path
        self._form = form
        self._choice = columns
        self._progress = checked_progress(progress)
        self._options = options
        self._number = checked_number("partitions", partitions)
        self._largest = checked_number("most", most)
        self._restart = restart
        self._needs_columns = row_file(form, **options).needs_columns or columns is not None
        self._lock = threading.Lock()
        self.expected: int | None = None

    def _opened(self, specs: OpenAPISpecs | None, columns: Columns | None) -> PartDirectory:
        """Return the directory, with an interrupted export if there is one."""
        choice = self._choice
        export: Record = {
            "endpoint": safe_url(self._rows._client.endpoint),
            "path": self._rows._path,
            "query": self._rows._query.text,
            "document": None if columns is None or specs is None else specs.version,
            "columns": None if columns is None else _digest(columns),
            "type": self._form,
            "options": dict(self._options),
            "chosen": dict(choice) if isinstance(choice, Mapping) else choice and [*choice],
            "by": self._by,
            "partitions": self._number,
            "most": self._largest,
        }
        return PartDirectory(self._path, self._form, export, restart=self._restart)

    def _filters(self, partitions: list[Partition]) -> Iterable[tuple[str, int]]:
        """Return filters and counts; an empty set is one part, so that its file has a header."""
        if not partitions:
            return [(filter_text(self._rows._query.where), 0)]
        return [(filter_text(part._query.where), part.count) for part in partitions]

    def _part(self, part: Part) -> SetT:
        """Return the rows of a part."""
        query = self._rows._query
        if not query.empty:  # a filter that nothing matches has no text
            query = query.replaced("where", parse_filter(part.filter) if part.filter else R())
        rows = self._rows._with_query(query.replaced("concurrency", 1))
        rows._checked = True  # the filter of the user was, by the partitions
        return rows

    def _file(
        self,
        kind: Callable[..., FileT],
        directory: Path,
        part: Part,
        columns: Columns | None,
        report: Reporter,
    ) -> FileT:
        """Return the export of a part, of a kind of `PartFile`."""
        return kind(
            self._part(part),
            directory / part.file,
            self._form,
            fixed=columns,
            expected=part.expected,
            columns=self._choice,
            progress=self._counter(report),
            options=self._options,
        )

    def _begin(self, directory: PartDirectory, report: Reporter) -> None:
        """Count the rows of complete files."""
        self.expected = directory.expected
        left = sum(part.expected for _, part in directory.pending())
        report.advance(self.expected - left)

    def _counter(self, report: Reporter) -> Callable[[Progress], None] | None:
        """Return a function that adds the figures of a part to those of all parts."""
        if not report.is_shown:
            return None
        before = 0

        def count(figures: Progress) -> None:
            nonlocal before
            with self._lock:
                report.advance(figures.done - before)
            before = figures.done

        return count


class PartFile(SetExport[SetT]):
    """Base of `SyncPartFile` and `AsyncPartFile`: the export of a part, page by page.

    Args:
        rows: The rows of the part.
        path: The file.
        form: Name of the format.
        fixed: The same columns for all parts; ``None`` if none are needed.
        expected: Number of rows.
        **options: As for `SetExport`.
    """

    def __init__(
        self,
        rows: SetT,
        path: str | os.PathLike[str],
        form: str,
        *,
        fixed: Columns | None,
        expected: int,
        **options: Any,
    ) -> None:
        super().__init__(rows, path, form, concurrency=1, **options)
        self._fixed = fixed
        self.expected = expected

    def _opened(self, specs: OpenAPISpecs | None) -> Export:  # noqa: ARG002 - see fixed
        return Export(self._target, self._row_file, self._fixed, self._choice)

    def _fits_windows(self, specs: OpenAPISpecs | None) -> bool:  # noqa: ARG002 - it is a window
        return False


class SyncPartFile(PartFile["ResourceSet"], SyncSetExport):
    """The export of a part of a `ResourceSet`."""


class AsyncPartFile(PartFile["AsyncResourceSet"], AsyncSetExport):
    """The export of a part of an `AsyncResourceSet`."""


class SyncPartsExport(PartsExport["ResourceSet"], SyncSetPages):
    """An export of a `ResourceSet` in several files."""

    def run(self) -> Exported:
        """Export the parts that are not complete, and return the report of all."""
        specs = self._specs()
        columns = self._columns(specs)
        report = Reporter(self._progress, self)
        try:
            with self._opened(specs, columns) as directory:
                if not directory.is_planned:
                    directory.plan(*self._parts(columns))
                self._begin(directory, report)
                self._write(directory, columns or directory.columns, report)
                exported = directory.exported()
        finally:
            report.close()
        warn_of_extra(exported)
        return exported

    def _parts(self, columns: Columns | None) -> tuple[Iterable[tuple[str, int]], Columns | None]:
        """Return filters and counts of the parts, and the columns of the first rows if needed."""
        rows = self._rows.concurrency(self._width)
        cut = Parting(rows, self._by, self._number, self._largest, are_sent=False)
        filters = self._filters(cut.partitions())
        if columns is not None or not self._needs_columns:
            return filters, None
        return filters, self._observed()

    def _write(self, directory: PartDirectory, columns: Columns | None, report: Reporter) -> None:
        files: list[Future[None]] = []
        try:
            with self._rows._client._driver.jobs(self._width) as jobs:
                files += [
                    jobs.start(self._write_part, directory, number, part, columns, report)
                    for number, part in directory.pending()
                ]
                for file in as_completed(files):
                    file.result()
        finally:
            wait([file for file in files if not file.done()])  # they write to the directory

    def _write_part(
        self,
        directory: PartDirectory,
        number: int,
        part: Part,
        columns: Columns | None,
        report: Reporter,
    ) -> None:
        file = self._file(SyncPartFile, directory.path, part, columns, report)
        directory.complete(number, file.write())


class AsyncPartsExport(PartsExport["AsyncResourceSet"], AsyncSetPages):
    """Async twin of `SyncPartsExport`; files are written in threads."""

    async def run(self) -> Exported:
        """Export the parts that are not complete. Async twin of `SyncPartsExport.run`."""
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

        specs = await self._specs()
        columns = self._columns(specs)
        report = Reporter(self._progress, self)
        try:
            with await in_thread(self._opened, specs, columns) as directory:
                if not directory.is_planned:
                    parts = await self._parts(columns)
                    await in_thread(directory.plan, *parts)
                self._begin(directory, report)
                await self._write(directory, columns or directory.columns, report)
                exported = directory.exported()
        finally:
            report.close()
        warn_of_extra(exported)
        return exported

    async def _parts(
        self, columns: Columns | None
    ) -> tuple[Iterable[tuple[str, int]], Columns | None]:
        """Return filters, counts and columns. Async twin of `SyncPartsExport._parts`."""
        rows = self._rows.concurrency(self._width)
        cut = AsyncParting(rows, self._by, self._number, self._largest, are_sent=False)
        filters = self._filters(await cut.partitions())
        if columns is not None or not self._needs_columns:
            return filters, None
        return filters, await self._observed()

    async def _write(
        self, directory: PartDirectory, columns: Columns | None, report: Reporter
    ) -> None:
        async with AsyncJobs(self._width) as jobs:
            files = [
                jobs.start(self._write_part, directory, number, part, columns, report)
                for number, part in directory.pending()
            ]
            await gather(*files)

    async def _write_part(
        self,
        directory: PartDirectory,
        number: int,
        part: Part,
        columns: Columns | None,
        report: Reporter,
    ) -> None:
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

        file = self._file(AsyncPartFile, directory.path, part, columns, report)
        await in_thread(directory.complete, number, await file.write())


def _digest(columns: Columns) -> str:
    """Return a hash of the names and types of columns, to recognise another document."""
    text = "".join(f"{column.name}\0{column.type}\0" for column in columns.columns)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
