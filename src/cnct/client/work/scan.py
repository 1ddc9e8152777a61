"""Scans: all resources of a set, read in windows, several at a time.

The windows are decided by ``scan_run``.
"""

from __future__ import annotations

import os
import warnings
from asyncio import Task, to_thread
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from concurrent.futures import Future
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from cnct.client._http.jobs import Jobs
from cnct.client._http.task_jobs import AsyncJobs
from cnct.client.work.checkpoint import Checkpoint
from cnct.client.work.scan_fields import ScanField
from cnct.client.work.scan_run import Ask, ScanAnswer, ScanRun
from cnct.client.work.source import AsyncSource, SetT, Source, SourceBase
from cnct.client.work.windows import FieldWindow
from cnct.text import safe_url
from cnct.user_warnings import DriftWarning, users_level

if TYPE_CHECKING:
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet

Path = str | os.PathLike[str]

_LEAST_PAGES = 3  # of a window: counting costs a call
_HELD = 2  # windows for each concurrent call, so that calls go on while the next window is due


class ScanBase(SourceBase[SetT]):
    """Base of `Scan` and `AsyncScan`."""

    def __init__(
        self, rows: SetT, by: str | None, concurrency: int, checkpoint: Path | None
    ) -> None:
        super().__init__(rows, by, concurrency)
        self._checkpoint = checkpoint

    def __repr__(self) -> str:
        """Return the set and the field; makes no call."""
        return f"<{type(self).__name__} by {self._by or 'creation'} of {self._rows!r}>"

    def _opened(self, field: ScanField) -> Checkpoint | None:
        if self._checkpoint is None:
            return None
        rows = self._rows
        endpoint = safe_url(rows._client.endpoint)
        scan = {"scan": rows._path, "endpoint": endpoint, "query": rows._query.text}
        return Checkpoint(self._checkpoint, scan, field)

    def _new_run(self, field: ScanField, checkpoint: Checkpoint | None) -> ScanRun:
        progress = checkpoint.progress if checkpoint else None
        return ScanRun(
            self._rows._path,
            field,
            self._most,
            progress,
            least=min(_LEAST_PAGES * self._rows._query.size, self._most),
            width=self._width,
        )

    def _pages_of(self, run: ScanRun, window: FieldWindow) -> Any:
        """Return the pages of a window, whose large ones are only split until they are reached."""
        rows: Any = self._window(run, window)
        return rows._pages(rows._read_split)

    def _fresh(self, run: ScanRun, page: list[Any]) -> list[Any]:
        """Return the new rows of a page, decoded if the run looks into rows."""
        return run.fresh([*self._rows._each(page)] if run.changes else page)


class Scan(ScanBase["ResourceSet"], Source):
    """All resources of a set, read in windows over a field: iterate over it, or over `pages`.

    Windows come in the order of the field, resources without a value last. Memory holds the
    next windows: up to 4,000 rows, or ten pages if that is more, for each concurrent call. A
    window is larger only if more rows share one value.

    Each iteration starts a new scan.

    Args:
        rows: The set.
        by: Name of the field; by default, the time of creation.
        concurrency: Number of windows to read at a time.
        checkpoint: File for the progress; ``None`` keeps none.
    """

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the resources.

        Raises:
            NotScannableError: If the list cannot be cut; the message names the fields to use.
            JournalError: If the checkpoint is in use, finished, or belongs to another scan.
            ClientError: If a call fails.
        """
        for rows in self._pages():
            yield from self._rows._each(rows)

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        """Yield the resources in lists, page by page."""
        for rows in self._pages():
            yield [*self._rows._each(rows)]

    def _pages(self) -> Iterator[list[Any]]:
        if self._is_empty:
            return
        with self._jobs() as jobs:
            field = self._field(jobs)
            if field is None:
                return
            checkpoint = self._opened(field)
            try:
                yield from self._run(self._new_run(field, checkpoint), checkpoint, jobs)
            finally:
                if checkpoint:
                    checkpoint.close()

    def _run(self, run: ScanRun, checkpoint: Checkpoint | None, jobs: Jobs) -> Iterator[list[Any]]:
        for window, pages in self._ahead(run, jobs):
            for page in pages:
                if rows := self._fresh(run, page):
                    yield rows
            if checkpoint:
                checkpoint.note(run, window)
        while end := run.again():
            last = self._window(run, end)
            for page in last.pages():
                if rows := run.fresh(page):
                    yield rows
                    if checkpoint:
                        checkpoint.note_changes(run)
            run.drifts = last._silent_drifts
        _warn_of_drift(run)
        if checkpoint:
            checkpoint.finish()

    def _ahead(self, run: ScanRun, jobs: Jobs) -> Iterator[tuple[FieldWindow, Iterator[list[Any]]]]:
        """Yield the windows with their pages, and read the next windows ahead."""
        pending: deque[tuple[FieldWindow, Iterator[list[Any]]]] = deque()
        for window in self._windows(run, jobs):
            pages = self._pages_of(run, window)
            if self._width == 1:
                yield window, pages
                continue
            pending.append((window, _received(jobs.start(_listed, pages))))
            if len(pending) > _HELD * self._width:
                yield pending.popleft()
        yield from pending

    def _windows(self, run: ScanRun, jobs: Jobs) -> Iterator[FieldWindow]:
        flow = run.windows()
        answers: list[ScanAnswer] | None = None
        while (step := _sent(flow, answers)) is not None:
            answers = None
            if isinstance(step, Ask):
                answers = self._answers(step, jobs)
            else:
                yield step


class AsyncScan(ScanBase["AsyncResourceSet"], AsyncSource):
    """Async twin of `Scan`: iterate with ``async for``."""

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the resources. Async twin of `Scan.__iter__`."""
        async with aclosing(self._pages()) as pages:
            async for rows in pages:
                for row in self._rows._each(rows):
                    yield row

    async def pages(self) -> AsyncGenerator[list[dict[str, Any]]]:
        """Yield the resources in lists. Async twin of `Scan.pages`."""
        async with aclosing(self._pages()) as pages:
            async for rows in pages:
                yield [*self._rows._each(rows)]

    async def _pages(self) -> AsyncGenerator[list[Any]]:
        if self._is_empty:
            return
        async with AsyncJobs(self._width) as jobs:
            field = await self._field(jobs)
            if field is None:
                return
            checkpoint = await to_thread(self._opened, field)
            try:
                run = self._new_run(field, checkpoint)
                async with aclosing(self._run(run, checkpoint, jobs)) as pages:
                    async for rows in pages:
                        yield rows
            finally:
                if checkpoint:
                    await to_thread(checkpoint.close)

    async def _run(
        self, run: ScanRun, checkpoint: Checkpoint | None, jobs: AsyncJobs
    ) -> AsyncGenerator[list[Any]]:
        async with aclosing(self._ahead(run, jobs)) as windows:
            async for window, pages in windows:
                async with aclosing(pages):
                    async for page in pages:
                        if rows := self._fresh(run, page):
                            yield rows
                if checkpoint:
                    await to_thread(checkpoint.note, run, window)
        while end := run.again():
            last = self._window(run, end)
            async with aclosing(last.pages()) as pages:
                async for page in pages:
                    if rows := run.fresh(page):
                        yield rows
                        if checkpoint:
                            await to_thread(checkpoint.note_changes, run)
            run.drifts = last._silent_drifts
        _warn_of_drift(run)
        if checkpoint:
            await to_thread(checkpoint.finish)

    async def _ahead(
        self, run: ScanRun, jobs: AsyncJobs
    ) -> AsyncGenerator[tuple[FieldWindow, AsyncGenerator[list[Any]]]]:
        """Yield the windows with their pages. Async twin of `Scan._ahead`."""
        pending: deque[tuple[FieldWindow, AsyncGenerator[list[Any]]]] = deque()
        async with aclosing(self._windows(run, jobs)) as windows:
            async for window in windows:
                pages = self._pages_of(run, window)
                if self._width == 1:
                    yield window, pages
                    continue
                pending.append((window, _async_received(jobs.start(_async_listed, pages))))
                if len(pending) > _HELD * self._width:
                    yield pending.popleft()
        for reading in pending:
            yield reading

    async def _windows(self, run: ScanRun, jobs: AsyncJobs) -> AsyncGenerator[FieldWindow]:
        flow = run.windows()
        answers: list[ScanAnswer] | None = None
        while (step := _sent(flow, answers)) is not None:
            answers = None
            if isinstance(step, Ask):
                answers = await self._answers(step, jobs)
            else:
                yield step


def _warn_of_drift(run: ScanRun) -> None:
    """Issue the warnings of the final reading, whose rows are not read again."""
    for message in run.drifts or ():
        warnings.warn(message, DriftWarning, stacklevel=users_level())


def _sent(
    flow: Generator[Ask | FieldWindow, Any, None], answers: list[ScanAnswer] | None
) -> Ask | FieldWindow | None:
    """Send the answers to a flow; return its next step, ``None`` at the end."""
    try:
        return flow.send(answers)
    except StopIteration:
        return None


def _received(pages: Future[list[list[Any]]]) -> Iterator[list[Any]]:
    yield from pages.result()


def _listed(pages: Iterator[list[Any]]) -> list[list[Any]]:
    return [*pages]


async def _async_received(pages: Task[list[list[Any]]]) -> AsyncGenerator[list[Any]]:
    for page in await pages:
        yield page


async def _async_listed(pages: AsyncGenerator[list[Any]]) -> list[list[Any]]:
    return [page async for page in pages]
