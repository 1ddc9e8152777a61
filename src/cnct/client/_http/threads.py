"""Reads pages ahead of their consumer, in threads; waits that the end of the reading ends too.

Which pages is decided by ``_core.paging``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from threading import Event
from typing import Any, Protocol, Self
from weakref import WeakSet

from cnct.client._core.paging import Page, Span, Unread
from cnct.client._core.reader import Reader

Fetch = Callable[[Span], Unread]


class Breakable(Protocol):
    """Something that waits for an answer."""

    def break_off(self, reading: Reading) -> None:
        """End the call that a reading has under way here, if it has."""
        ...


class Reading:
    """What the threads of one reading have under way: pauses and calls, which end with it."""

    def __init__(self) -> None:
        """Begin."""
        self._ended = Event()
        self._calls: WeakSet[Breakable] = WeakSet()

    def add(self, call: Breakable) -> None:
        """Break off a call at the end.

        Raises:
            CancelledError: If the end has come.
        """
        self._calls.add(call)
        self.pause(0)

    def pause(self, seconds: float) -> None:
        """Wait.

        Raises:
            CancelledError: If the end comes.
        """
        if self._ended.wait(seconds):
            raise CancelledError

    def end(self) -> None:
        """End every pause and call."""
        self._ended.set()
        for call in list(self._calls):
            call.break_off(self)


_current: ContextVar[Reading | None] = ContextVar("_current", default=None)


def current() -> Reading | None:
    """Return the reading that this thread works for, if it does for any."""
    return _current.get()


def sleep(seconds: float) -> None:
    """Wait; in a thread that reads ahead, only as long as somebody reads.

    Raises:
        CancelledError: If nobody does any more.
    """
    reading = current()
    if reading is None:
        time.sleep(seconds)
    else:
        reading.pause(seconds)


class Ahead:
    """The pages of a reader, up to ``width`` of them fetched at a time, handed out in order.

    The page in the consumer's hands counts: no more than ``width`` are held or under way.

    Args:
        reader: Says what to ask for.
        width: Pages at a time; 1 fetches in the consumer's own thread.
    """

    def __init__(self, reader: Reader, width: int) -> None:
        """Start nothing yet."""
        self._reader = reader
        self._width = width
        self._pending: dict[Span, Future[Unread]] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._ending: list[tuple[ThreadPoolExecutor, list[Future[Unread]]]] = []
        self._under_way = Reading()

    def __enter__(self) -> Self:
        """Return itself, to be closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    @property
    def complete(self) -> bool:
        """Whether all is read."""
        return self._reader.complete

    def next_page(self, fetch: Fetch, read: Callable[[Unread], Page]) -> list[Any]:
        """Return the rows of the next page.

        Args:
            fetch: Fetches one; in a thread if several are fetched at a time.
            read: Decodes one, in the consumer's own thread. Neither is kept: they may hold who
                holds this, and rows in a circle would stay until a full garbage collection.

        Raises:
            ClientError: If it cannot be had. What is under way behind it is given up.
        """
        spans = self._reader.spans(self._width)
        first = spans[0]
        if len(spans) == 1 and first not in self._pending:
            return self._reader.feed(read(fetch(first)), first.limit)
        try:
            page = read(self._started(spans, fetch)[first].result())
        except BaseException:
            self.close()
            raise
        del self._pending[first]
        return self._reader.feed(page, first.limit)

    def _started(self, spans: list[Span], fetch: Fetch) -> dict[Span, Future[Unread]]:
        for span in self._pending.keys() - set(spans):
            self._pending.pop(span).cancel()
        if self._threads is None:
            self._under_way = Reading()
            self._ending = [left for left in self._ending if not all(f.done() for f in left[1])]
            self._threads = ThreadPoolExecutor(self._width, thread_name_prefix="cnct")
        for span in spans:
            if span not in self._pending:
                run = copy_context().run
                self._pending[span] = self._threads.submit(
                    run, self._run, self._under_way, fetch, span
                )
        return self._pending

    def _run(self, reading: Reading, fetch: Fetch, span: Span) -> Unread:
        _current.set(reading)
        return fetch(span)

    def close(self) -> None:
        """Give up what is under way; the calls are broken off, and their threads end."""
        threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)
            self._under_way.end()
            self._ending.append((threads, list(self._pending.values())))
        self._pending.clear()

    def join(self) -> None:
        """Give up what is under way, and wait for the end of every thread."""
        self.close()
        for threads, _ in self._ending:
            threads.shutdown(wait=True)
