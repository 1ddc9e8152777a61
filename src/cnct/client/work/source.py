"""Sources of scans and partitions: the set to cut into windows, and the calls that count rows.

The windows are decided by ``scan_run``.
"""

from __future__ import annotations

from asyncio import gather, to_thread
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cnct.client._core.arguments import checked_int
from cnct.client._core.paging import Span, Window
from cnct.client._http.jobs import Jobs
from cnct.client._http.task_jobs import AsyncJobs
from cnct.client.checking import load
from cnct.client.models.set_base import SetBase
from cnct.client.work.scan_fields import ScanField, scan_field
from cnct.client.work.scan_run import Ask, ScanAnswer, ScanRun, answer, choose
from cnct.client.work.windows import FieldWindow
from cnct.rql import R

if TYPE_CHECKING:
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet
    from cnct.openapi import OpenAPISpecs

T = TypeVar("T")
SetT = TypeVar("SetT", bound=SetBase)

_PAGES = 5  # of a window, at least
_ROWS = 2000


class SourceBase(Generic[SetT]):
    """Base of `Source` and `AsyncSource`.

    Args:
        rows: The set.
        by: Name of the field to cut by; by default the time of creation.
        concurrency: Largest number of calls at a time.

    Raises:
        TypeError: If ``by`` is no str, or ``concurrency`` no int.
        ValueError: If ``concurrency`` is less than 1, or the set is a slice.
    """

    def __init__(self, rows: SetT, by: str | None, concurrency: int) -> None:
        if rows._query.window != Window():
            raise ValueError(
                f"{rows!r} is a slice, whose positions move, and windows are cut from whole sets:"
                " leave the slice out, or use iterator()"
            )
        self._rows = rows
        self._by = _checked_name(by)
        self._width = checked_int("concurrency", concurrency, 1)

    @property
    def _is_empty(self) -> bool:
        return self._rows._query.empty

    @property
    def _most(self) -> int:
        """Largest number of rows in a window."""
        return max(_PAGES * self._rows._query.size, _ROWS)

    def _documented(self, specs: OpenAPISpecs | None) -> ScanField | None:
        """Return the field from the document; ``None`` if the list is not documented."""
        path = self._rows._path
        operation = specs.operation("GET", path) if specs else None
        fields = operation.fields if operation else self._rows._field_names()
        field = scan_field(path, fields, self._by) if operation or fields else None
        return self._in_order(field) if field else None

    def _in_order(self, field: ScanField) -> ScanField:
        ordering = self._rows._query.ordering
        if ordering not in ((), (field.name,)):
            raise ValueError(
                f"Windows follow each other in the order of {field.name!r}: leave"
                f" order_by({', '.join(map(repr, ordering))}) out"
            )
        return field

    def _where(self, condition: R) -> SetT:
        """Return the set with a filter of ours, unchecked: the user's query was checked before."""
        query = self._rows._query
        query = query.replaced("where", query.where & condition).replaced("concurrency", 1)
        rows = self._rows._with_query(query)
        rows._checked = True
        return rows

    def _window(self, run: ScanRun, window: FieldWindow) -> SetT:
        """Return the rows of a window, in the order of a field that changes if possible."""
        rows = self._where(run.condition(window))
        if not run.changes:
            return rows
        if run.ordering:
            rows = rows._with_query(rows._query.replaced("ordering", run.ordering))
        rows._checked = True
        rows._drifts()  # rows will move; the end is read again
        return rows


def _checked_name(by: Any) -> str | None:
    if by is not None and not isinstance(by, str):
        raise TypeError(f"by must be the name of a field, not {type(by).__name__}")
    return by


class Source(SourceBase["ResourceSet"]):
    """The set of a synchronous client that is cut into windows."""

    def _jobs(self) -> Jobs:
        jobs: Jobs = self._rows._client._driver.jobs(self._width)
        return jobs

    def _field(self, jobs: Jobs) -> ScanField | None:
        """Return the field to cut by; ``None`` for an empty list."""
        client = self._rows._client
        specs = client.specs
        field = self._documented(specs if specs and client._available(specs) else None)
        return field or self._played(choose(self._rows._path, self._by), jobs)

    def _played(self, flow: Generator[Ask, Any, T], jobs: Jobs) -> T:
        """Run a flow to the end, and return the result."""
        answers: list[ScanAnswer] | None = None
        while True:
            try:
                ask = flow.send(answers)
            except StopIteration as stop:
                result: T = stop.value
                return result
            answers = self._answers(ask, jobs)

    def _answers(self, ask: Ask, jobs: Jobs) -> list[ScanAnswer]:
        if self._width == 1 or len(ask.conditions) == 1:
            return [self._answer(condition, ask.limit) for condition in ask.conditions]
        calls = [jobs.start(self._answer, condition, ask.limit) for condition in ask.conditions]
        return [call.result() for call in calls]

    def _answer(self, condition: R, limit: int) -> ScanAnswer:
        rows = self._where(condition) if condition else self._rows
        return answer(rows._fetch(Span(0, limit)))


class AsyncSource(SourceBase["AsyncResourceSet"]):
    """Async twin of `Source`."""

    async def _field(self, jobs: AsyncJobs) -> ScanField | None:
        """Return the field to cut by. Async twin of `Source._field`."""
        client = self._rows._client
        specs = client.specs
        if specs and not specs.at_hand():
            await to_thread(load, specs)
        field = self._documented(specs if specs and client._available(specs) else None)
        return field or await self._played(choose(self._rows._path, self._by), jobs)

    async def _played(self, flow: Generator[Ask, Any, T], jobs: AsyncJobs) -> T:
        """Run a flow to its end. Async twin of `Source._played`."""
        answers: list[ScanAnswer] | None = None
        while True:
            try:
                ask = flow.send(answers)
            except StopIteration as stop:
                result: T = stop.value
                return result
            answers = await self._answers(ask, jobs)

    async def _answers(self, ask: Ask, jobs: AsyncJobs) -> list[ScanAnswer]:
        calls = [jobs.start(self._answer, condition, ask.limit) for condition in ask.conditions]
        return await gather(*calls)

    async def _answer(self, condition: R, limit: int) -> ScanAnswer:
        rows = self._where(condition) if condition else self._rows
        return answer(await rows._fetch(Span(0, limit)))
