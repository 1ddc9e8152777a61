"""Runs calls that belong together in threads or tasks, and aborts them together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from cnct.client._http.threads import Reading, working_for
from cnct.client._http.workers import Workers

T = TypeVar("T")


class Jobs:
    """Functions that run in up to ``width`` threads; the end of the block aborts their calls.

    Args:
        width: Largest number of threads.
        settings: Returns a function that gives another thread the settings of this one's session.
    """

    def __init__(self, width: int, settings: Callable[[], Callable[[], None]]) -> None:
        self._workers = Workers(width, daemon=True)
        self._reading = Reading(settings())

    def start(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Run a function in a thread."""
        return self._workers.submit(self._run, function, *args)

    def _run(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function; a method, so that a running thread keeps this object alive."""
        return working_for(self._reading, function, *args)

    def __enter__(self) -> Self:
        """Return the object itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Abort the calls."""
        self._workers.cancel()
        self._reading.end()

    def join(self) -> None:
        """Abort the calls since the client is closed, and wait for the end of every thread.

        The futures, also of functions that do not run yet, get a `ClientError`.
        """
        self._reading.end(is_closed=True)
        self._workers.join()


class AsyncJobs:
    """Async twin of `Jobs`: coroutines in tasks, of which up to ``width`` run at a time."""

    def __init__(self, width: int) -> None:
        self._slots = asyncio.Semaphore(width)
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, function: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> asyncio.Task[T]:
        """Run a coroutine function in a task."""
        task = asyncio.create_task(self._in_turn(function, *args))
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    async def _in_turn(self, function: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
        async with self._slots:
            return await function(*args)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        """Retrieve the outcome, since asyncio logs an exception that was never retrieved."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def __aenter__(self) -> Self:
        """Return the object itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cancel the tasks, and wait until they have ended."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
