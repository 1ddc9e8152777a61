"""Steps of a mirror's run, and their drivers for both worlds. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from cnct.client._core.paging import Span
from cnct.client.mirroring.window_keeper import WindowKeeper
from cnct.client.work.scan import AsyncScan, Scan, ScanBase
from cnct.client.work.scan_run import ScanAnswer, answer
from cnct.exceptions import ClientError, NotScannableError

if TYPE_CHECKING:
    from cnct.client.work.scan_fields import ScanField
    from cnct.client.work.scan_run import ScanRun
    from cnct.client.work.windows import FieldWindow

T = TypeVar("T")


class Look(NamedTuple):
    """Request the first rows of a set; the driver sends back the `ScanAnswer`.

    Attributes:
        rows: The set.
        limit: Number of rows.
        tolerated: Statuses of errors for which the driver sends back ``None``.
    """

    rows: Any
    limit: int
    tolerated: frozenset[int] = frozenset()


class Walk(NamedTuple):
    """Read a whole set into a keeper, which stores rows and progress.

    The driver sends back ``None``, or a `NotScannableError` if the set cannot be cut.

    Attributes:
        rows: The set.
        by: Field by which to cut windows; ``None`` reads page by page.
        keeper: Receives the rows.
    """

    rows: Any
    by: str | None
    keeper: WindowKeeper


class Store(NamedTuple):
    """Call a function that works on the mirror's file; the driver sends back its result."""

    function: Callable[[], Any]


Step: TypeAlias = Look | Walk | Store
MirrorFlow: TypeAlias = Generator[Step, Any, T]


class _Kept(ScanBase[Any]):
    """A scan whose progress is in a mirror instead of a checkpoint."""

    keeper: WindowKeeper

    def _opened(self, field: ScanField) -> Any:
        self.keeper.start(field)
        return self.keeper

    def _window(self, run: ScanRun, window: FieldWindow) -> Any:
        rows = super()._window(run, window)
        if rows._silent_drifts is None:
            rows._silent_drifts = self.keeper.drifts
        return rows


class MirrorScan(_Kept, Scan):
    """A scan into a mirror."""


class AsyncMirrorScan(_Kept, AsyncScan):
    """Async twin of `MirrorScan`."""


def play(flow: MirrorFlow[T]) -> T:
    """Run a flow to its end, and return the result."""
    value: Any = None
    with closing(flow):
        while True:
            try:
                step = flow.send(value)
            except StopIteration as stop:
                result: T = stop.value
                return result
            if isinstance(step, Look):
                value = _look(step)
            elif isinstance(step, Store):
                value = step.function()
            else:
                value = _walk(step)


def _look(step: Look) -> ScanAnswer | None:
    try:
        return answer(step.rows._fetch(Span(0, step.limit)))
    except ClientError as error:
        if error.status_code not in step.tolerated:
            raise
    return None


def _walk(step: Walk) -> NotScannableError | None:
    keeper = step.keeper
    try:
        with closing(_pages(step, MirrorScan)) as pages:
            for rows in pages:
                if keeper.take(rows):
                    keeper.flush()
        keeper.finish()
    except NotScannableError as error:
        return error
    return None


async def async_play(flow: MirrorFlow[T]) -> T:
    """Run a flow to its end. Async twin of `play`."""
    from cnct.client._http.in_threads import completed_in_thread  # noqa: PLC0415 - needs asyncio

    value: Any = None
    with closing(flow):
        while True:
            try:
                step = flow.send(value)
            except StopIteration as stop:
                result: T = stop.value
                return result
            if isinstance(step, Look):
                value = await _async_look(step)
            elif isinstance(step, Store):
                value = await completed_in_thread(step.function)
            else:
                value = await _async_walk(step)


async def _async_look(step: Look) -> ScanAnswer | None:
    """Request the first rows. Async twin of `_look`."""
    try:
        return answer(await step.rows._fetch(Span(0, step.limit)))
    except ClientError as error:
        if error.status_code not in step.tolerated:
            raise
    return None


async def _async_walk(step: Walk) -> NotScannableError | None:
    """Read a set into a keeper. Async twin of `_walk`."""
    from cnct.client._http.in_threads import completed_in_thread  # noqa: PLC0415 - needs asyncio

    keeper = step.keeper
    try:
        async with aclosing(_pages(step, AsyncMirrorScan)) as pages:
            async for rows in pages:
                if keeper.take(rows):
                    await completed_in_thread(keeper.flush)
        await completed_in_thread(keeper.finish)
    except NotScannableError as error:
        return error
    return None


def _pages(step: Walk, kind: Callable[..., Any]) -> Any:
    """Return the pages of a set, in windows if it can be cut."""
    if step.by is None:
        step.keeper.drifts = step.rows._drifts()
        return step.rows.pages()
    scan = kind(step.rows, step.by, step.rows._query.concurrency, None)
    scan.keeper = step.keeper
    return scan.pages()
