"""Reads pages ahead of their consumer, in tasks: async twin of ``threads``."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Self
from weakref import WeakKeyDictionary

from cnct.client._core.paging import Page, Span, Unread
from cnct.client._core.reader import Reader
from cnct.client._http.forks import renew_after_fork
from cnct.client._http.threads import CLOSED
from cnct.exceptions import ClientError

Fetch = Callable[[Span], Coroutine[Any, Any, Unread]]
Loop = asyncio.AbstractEventLoop

_POLL = 0.005  # seconds between checks whether another event loop has read its page


class Round:
    """Pages that the tasks of one event loop fetch.

    Attributes:
        loop: The event loop.
        pages: Tasks whose pages are not consumed yet.
        has_ended: Whether the tasks were cancelled.
        is_closed: Whether the end of the client cancelled them.
    """

    def __init__(self, width: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.pages: dict[Span, asyncio.Task[Unread]] = {}
        self.has_ended = False
        self.is_closed = False
        self._slots = asyncio.Semaphore(width)

    def start(self, fetch: Fetch, span: Span) -> None:
        """Fetch a page in a task."""
        task = self.pages[span] = asyncio.create_task(self._in_turn(fetch, span))
        task.add_done_callback(_seen)

    async def _in_turn(self, fetch: Fetch, span: Span) -> Unread:
        async with self._slots:
            return await fetch(span)

    def end(self, *, is_closed: bool = False) -> list[asyncio.Task[Unread]]:
        """Cancel the tasks, and return them.

        Args:
            is_closed: Whether the reason is that the client is closed.
        """
        self.is_closed = self.is_closed or is_closed
        self.has_ended = True
        tasks = list(self.pages.values())
        for task in tasks:
            task.cancel()
        return tasks


class AsyncAhead:
    """Async twin of `cnct.client._http.threads.Ahead`; a width of 1 starts no task."""

    def __init__(self, reader: Reader, width: int) -> None:
        self._reader = reader
        self._width = width
        self._round: Round | None = None
        self._turns: WeakKeyDictionary[Loop, asyncio.Lock] = WeakKeyDictionary()
        self._taker = threading.Lock()
        self._taken_by: Loop | None = None
        self._turn = 0
        renew_after_fork(self)

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for the other consumers of the pages, in this event loop and in others."""
        loop = asyncio.get_running_loop()
        async with self._turns.setdefault(loop, asyncio.Lock()):
            while not self._take(loop):  # noqa: ASYNC110 - an Event cannot be set from another loop
                await asyncio.sleep(_POLL)
            try:
                yield
            finally:
                self._give_back(loop)

    def _take(self, loop: Loop) -> bool:
        """Take the turn for a loop if possible, also from a loop that stopped during its turn."""
        with self._taker:
            holder = self._taken_by
            if holder is not None and holder.is_running():
                return False
            self._taken_by = loop
            self._turn += 1
            return True

    def _give_back(self, loop: Loop) -> None:
        """End the turn of a loop, unless another loop has taken it."""
        if self._taken_by is loop:
            self._taken_by = None

    async def __aenter__(self) -> Self:
        """Return the object itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    async def next_page(self, fetch: Fetch, read: Callable[[Unread], Page]) -> list[Any]:
        """Return the rows of the next page.

        Args:
            fetch: Fetches a page; in a task if the width is above 1.
            read: Decodes a page. Neither function is kept, as in the synchronous world.

        Returns:
            New rows in order; none if the next rows are in another place, or another event loop has
            taken the turn since this one stopped.

        Raises:
            ClientError: If the page cannot be fetched, or the client was closed. Calls for later
                pages are cancelled.
        """
        turn = self._turn
        while self._turn == turn:
            spans = self._reader.spans(2 * self._width if self._width > 1 else 1)
            first = spans[0]
            round_ = self._started(spans, fetch)
            if round_ is None:
                unread = await fetch(first)
                return self._reader.feed(read(unread), first) if self._turn == turn else []
            task = round_.pages[first]
            try:
                # Unlike awaiting the task, this distinguishes its cancellation from the consumer's.
                await asyncio.wait((task,))
                if not task.cancelled():
                    page = read(task.result())
                    round_.pages.pop(first, None)
                    return self._reader.feed(page, first) if self._turn == turn else []
            except BaseException:
                await self.close()
                raise
            if round_.is_closed:
                await self.close()
                raise ClientError(CLOSED)
            # Another consumer ended the round: start again.
        return []

    def _started(self, spans: list[Span], fetch: Fetch) -> Round | None:
        """Return the round of this loop, and start tasks for the spans without one.

        Returns:
            ``None`` for a single span, which the consumer fetches.
        """
        round_ = self._round
        if round_ is not None and round_.loop is not asyncio.get_running_loop():
            self._leave(round_)
            round_ = None
        if round_ is None or round_.has_ended:
            if len(spans) == 1:
                return None
            round_ = self._round = Round(self._width)
        if len(spans) == 1 and spans[0] not in round_.pages:
            return None
        for span in round_.pages.keys() - set(spans):
            round_.pages.pop(span).cancel()
        for span in spans:
            if span not in round_.pages:
                round_.start(fetch, span)
        return round_

    def _leave(self, round_: Round) -> None:
        """Cancel the tasks of another loop, in its thread, unless that loop has ended."""
        self._round = None
        with suppress(RuntimeError):
            round_.loop.call_soon_threadsafe(round_.end)

    async def close(self, *, is_closed: bool = False) -> None:
        """Cancel the running tasks of this loop, and wait for their end.

        Args:
            is_closed: Whether the reason is that the client is closed; consumers in other tasks get
                a `ClientError`.
        """
        round_ = self._round
        if round_ is None or round_.loop is not asyncio.get_running_loop():
            return
        if not is_closed:
            self._round = None
        await asyncio.gather(*round_.end(is_closed=is_closed), return_exceptions=True)

    def _renew(self) -> None:
        """Forget the loops of the parent process."""
        self._round = None
        self._taken_by = None
        self._taker = threading.Lock()


def _seen(task: asyncio.Task[Unread]) -> None:
    """Retrieve the outcome, since asyncio logs an exception that was never retrieved."""
    if not task.cancelled():
        task.exception()
