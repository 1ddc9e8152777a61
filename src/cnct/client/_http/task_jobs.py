"""Runs related coroutines in tasks, and cancels them together.

Async twin of ``jobs``; a module of its own, since synchronous programs need no asyncio.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

T = TypeVar("T")


class AsyncJobs:
    """Async twin of `cnct.client._http.jobs.Jobs`: up to ``width`` coroutines run at a time."""

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
