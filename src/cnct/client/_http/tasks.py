"""Reads pages ahead of their consumer, in tasks: async twin of ``threads``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Self
from weakref import WeakKeyDictionary

from cnct.client._core.paging import Page, Span, Unread
from cnct.client._core.reader import Reader

Fetch = Callable[[Span], Coroutine[Any, Any, Unread]]


class AsyncAhead:
    """Async twin of :class:`cnct.client._http.threads.Ahead`; ``width`` 1 starts no task."""

    def __init__(self, reader: Reader, width: int) -> None:
        """Start nothing yet."""
        self._reader = reader
        self._width = width
        self._pending: dict[Span, asyncio.Task[Unread]] = {}
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )

    @property
    def turn(self) -> asyncio.Lock:
        """A lock of the running loop, for consumers that share the pages."""
        return self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())

    async def __aenter__(self) -> Self:
        """Return itself, to be closed at the end."""
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
            fetch: Fetches one; in a task if several are fetched at a time.
            read: Decodes one. Neither is kept, as in the synchronous world.

        Raises:
            ClientError: If it cannot be had. What is under way behind it is cancelled.
        """
        spans = self._reader.spans(self._width)
        first = spans[0]
        if len(spans) == 1 and first not in self._pending:
            return self._reader.feed(read(await fetch(first)), first.limit)
        try:
            page = read(await self._started(spans, fetch)[first])
        except BaseException:
            await self.close()
            raise
        del self._pending[first]
        return self._reader.feed(page, first.limit)

    def _started(self, spans: list[Span], fetch: Fetch) -> dict[Span, asyncio.Task[Unread]]:
        self._forget_other_loops()
        for span in self._pending.keys() - set(spans):
            self._pending.pop(span).cancel()
        for span in spans:
            if span not in self._pending:
                task = self._pending[span] = asyncio.create_task(fetch(span))
                task.add_done_callback(_seen)
        return self._pending

    def _forget_other_loops(self) -> None:
        """Leave what was under way when another loop ended: it may not have ended the iteration."""
        loop = asyncio.get_running_loop()
        own = {span: task for span, task in self._pending.items() if task.get_loop() is loop}
        self._pending = own

    async def close(self) -> None:
        """Cancel what is under way, and wait until it has ended."""
        self._forget_other_loops()
        tasks = list(self._pending.values())
        self._pending.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _seen(task: asyncio.Task[Unread]) -> None:
    """Look at the outcome: asyncio complains of an error that nobody has looked at."""
    if not task.cancelled():
        task.exception()
