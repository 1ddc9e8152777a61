"""Reads pages ahead of their consumer, in tasks: async twin of ``threads``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Self
from weakref import WeakKeyDictionary

from cnct.client._core.paging import Page, Span, Unread
from cnct.client._core.reader import Reader

Fetch = Callable[[Span], Coroutine[Any, Any, Unread]]
Loop = asyncio.AbstractEventLoop


class AsyncAhead:
    """Async twin of `cnct.client._http.threads.Ahead`; a width of 1 starts no task."""

    def __init__(self, reader: Reader, width: int) -> None:
        self._reader = reader
        self._width = width
        self._pending: dict[Span, asyncio.Task[Unread]] = {}
        self._turns: WeakKeyDictionary[Loop, asyncio.Lock] = WeakKeyDictionary()
        self._slots: WeakKeyDictionary[Loop, asyncio.Semaphore] = WeakKeyDictionary()

    @property
    def turn(self) -> asyncio.Lock:
        """A lock of the running loop, for consumers that share the pages."""
        return self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())

    async def __aenter__(self) -> Self:
        """Return the object itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    @property
    def complete(self) -> bool:
        """Whether all is read."""
        return self._reader.complete

    async def next_page(self, fetch: Fetch, read: Callable[[Unread], Page]) -> list[Any]:
        """Return the rows of the next page.

        Args:
            fetch: Fetches a page; in a task if the width is above 1.
            read: Decodes a page. Neither is kept, as in the synchronous world.

        Returns:
            New rows in order; none where the reader has to look elsewhere for the next ones.

        Raises:
            ClientError: If the page cannot be had. Calls for later pages are cancelled.
        """
        spans = self._reader.spans(2 * self._width if self._width > 1 else 1)
        first = spans[0]
        if len(spans) == 1 and first not in self._pending:
            return self._reader.feed(read(await fetch(first)), first)
        try:
            page = read(await self._started(spans, fetch)[first])
        except BaseException:
            await self.close()
            raise
        del self._pending[first]
        return self._reader.feed(page, first)

    def _started(self, spans: list[Span], fetch: Fetch) -> dict[Span, asyncio.Task[Unread]]:
        self._forget_other_loops()
        for span in self._pending.keys() - set(spans):
            self._pending.pop(span).cancel()
        slots = self._slots.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self._width))
        for span in spans:
            if span not in self._pending:
                task = self._pending[span] = asyncio.create_task(_in_turn(slots, fetch, span))
                task.add_done_callback(_seen)
        return self._pending

    def _forget_other_loops(self) -> None:
        """Forget tasks of a loop that closed before this iteration finished."""
        loop = asyncio.get_running_loop()
        own = {span: task for span, task in self._pending.items() if task.get_loop() is loop}
        self._pending = own

    async def close(self) -> None:
        """Cancel the tasks that are under way, and wait until they have ended."""
        self._forget_other_loops()
        tasks = list(self._pending.values())
        self._pending.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _in_turn(slots: asyncio.Semaphore, fetch: Fetch, span: Span) -> Unread:
    async with slots:
        return await fetch(span)


def _seen(task: asyncio.Task[Unread]) -> None:
    """Retrieve the outcome, since asyncio logs an exception that was never retrieved."""
    if not task.cancelled():
        task.exception()
