"""The watches of both worlds: drivers of `WatchRun`. Decide nothing."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from functools import partial
from typing import TYPE_CHECKING, Any

from cnct.client._core.paging import Span
from cnct.client._http.in_threads import completed_in_thread
from cnct.client.checking import load
from cnct.client.watching.watch_run import WatchRun
from cnct.client.watching.watch_settings import WatchSettings
from cnct.client.work.scan_run import answer
from cnct.exceptions import ClientError

if TYPE_CHECKING:
    from cnct.client.models.resourceset import AsyncResourceSet, ResourceSet


def watch(rows: ResourceSet, settings: WatchSettings) -> Generator[dict[str, Any]]:
    """Yield the rows of a set that are new or changed."""
    if rows._query.empty:
        return
    client = rows._client
    with closing(WatchRun(rows, settings)) as run:
        run.open()
        specs = client.specs
        run.choose(specs if specs and client._available(specs) else None)
        run.begin()
        while True:
            with closing(_look(run, rows)) as pages:
                for page in pages:
                    for row in run.changes(page):
                        yield row
                        run.deliver()
            pause = run.pace.next_pause()
            if pause is None:
                return
            client._driver.take_pause(pause, client.endpoint)


def _look(run: WatchRun, rows: ResourceSet) -> Generator[list[dict[str, Any]]]:
    """Yield the pages of a look."""
    try:
        if run.is_unstarted:
            run.start(answer(rows._fetch(Span(0, 0))))
        changed = run.look()
        first = answer(changed._fetch(Span(0, changed._query.size)))
        run.begin_look(first)
        if first.is_whole:
            yield first.rows
        else:
            with closing(changed.pages()) as pages:
                for page in pages:
                    yield page
                    if run.is_overrun:
                        break
        run.end_look()
    except ClientError as error:
        run.fail(error)


class AsyncWatch(AsyncGenerator[dict[str, Any]]):
    """Yields the rows of a set that are new or changed. Async twin of `watch`.

    A loop that is left closes no asynchronous generator; the event loop does it some time later.
    Therefore the state is written and released as soon as nothing refers to this object.

    Args:
        rows: The set.
        settings: The arguments.
    """

    def __init__(self, rows: AsyncResourceSet, settings: WatchSettings) -> None:
        self._run = WatchRun(rows, settings)
        self._changes = _async_changes(self._run, rows)

    async def asend(self, value: None) -> dict[str, Any]:
        """Return the next row. The coroutine refers to this object, so that it stays open."""
        return await self._changes.asend(value)

    async def athrow(self, *error: Any) -> dict[str, Any]:
        """Raise an error at the row that was yielded last, which ends the watch."""
        return await self._changes.athrow(*error)

    async def aclose(self) -> None:
        """End the watch, and close the state."""
        await self._changes.aclose()

    def __del__(self) -> None:
        """Close the state, if the loop was left."""
        self._run.close()


async def _async_changes(run: WatchRun, rows: AsyncResourceSet) -> AsyncGenerator[dict[str, Any]]:
    """Yield the rows of a set that are new or changed."""
    if rows._query.empty:
        return
    client = rows._client
    try:
        await completed_in_thread(run.open)
        specs = client.specs
        if specs and not specs.at_hand():
            await to_thread(load, specs)
        run.choose(specs if specs and client._available(specs) else None)
        await completed_in_thread(run.begin)
        while True:
            async with aclosing(_async_look(run, rows)) as pages:
                async for page in pages:
                    for row in run.changes(page):
                        yield row
                        run.deliver()  # a line in the cache of the file: a thread takes longer
            pause = run.pace.next_pause()
            if pause is None:
                return
            await client._driver.take_pause(pause, client.endpoint)
    finally:
        if run.has_state:
            await completed_in_thread(run.close)


async def _async_look(
    run: WatchRun, rows: AsyncResourceSet
) -> AsyncGenerator[list[dict[str, Any]]]:
    """Yield the pages of a look. Async twin of `_look`."""
    try:
        if run.is_unstarted:
            now = answer(await rows._fetch(Span(0, 0)))
            await completed_in_thread(partial(run.start, now))
        changed = run.look()
        first = answer(await changed._fetch(Span(0, changed._query.size)))
        run.begin_look(first)
        if first.is_whole:
            yield first.rows
        else:
            async with aclosing(changed.pages()) as pages:
                async for page in pages:
                    yield page
                    if run.is_overrun:
                        break
        await completed_in_thread(run.end_look)
    except ClientError as error:
        run.fail(error)
