"""Reads pages ahead of their consumer, in threads.

Pauses and requests are aborted when the consumer stops. The order in which pages are read is
decided by ``_core.reader``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from threading import Event
from typing import Any, Protocol, Self, TypeVar
from weakref import WeakSet

from cnct.client._core.paging import Page, Span, Unread
from cnct.client._core.reader import Reader

T = TypeVar("T")
Fetch = Callable[[Span], Unread]


class Breakable(Protocol):
    """A connection that waits for a response."""

    def break_off(self, reading: Reading) -> None:
        """Abort the request that a reading has under way on this connection, if any."""
        ...


class Reading:
    """Pauses and calls of the threads of one reading, which end with it."""

    def __init__(self) -> None:
        self._ended = Event()
        self._calls: WeakSet[Breakable] = WeakSet()

    def add(self, call: Breakable) -> None:
        """Register a call to be aborted at the end.

        Raises:
            CancelledError: If the reading has ended.
        """
        self._calls.add(call)
        self.pause(0)

    def pause(self, seconds: float) -> None:
        """Wait.

        Raises:
            CancelledError: If the reading ends meanwhile.
        """
        if self._ended.wait(seconds):
            raise CancelledError

    def end(self) -> None:
        """Abort every pause and call."""
        self._ended.set()
        for call in list(self._calls):
            call.break_off(self)


_current: ContextVar[Reading | None] = ContextVar("_current", default=None)


def current() -> Reading | None:
    """Return the reading that this thread works for, ``None`` for any other thread."""
    return _current.get()


def working_for(reading: Reading, function: Callable[..., T], *args: Any) -> T:
    """Call a function in a thread whose pauses and calls end with a reading."""
    _current.set(reading)
    return function(*args)


def sleep(seconds: float) -> None:
    """Wait; in a thread that reads ahead, until the reading ends at the latest.

    Raises:
        CancelledError: If the reading ends meanwhile.
    """
    reading = current()
    if reading is None:
        time.sleep(seconds)
    else:
        reading.pause(seconds)


class Ahead:
    """Pages of a reader in order, fetched by ``width`` threads.

    A thread that has fetched a page fetches the next at once, however slow the consumer, until
    twice as many pages as threads are held.

    Args:
        reader: Plans the pages.
        width: Number of threads; 1 fetches in the consumer's own thread.
    """

    def __init__(self, reader: Reader, width: int) -> None:
        self._reader = reader
        self._width = width
        self._pending: dict[Span, Future[Unread]] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._ending: list[tuple[ThreadPoolExecutor, list[Future[Unread]]]] = []
        self._under_way = Reading()

    def __enter__(self) -> Self:
        """Return the object itself."""
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
            fetch: Fetches a page; in a thread if the width is above 1.
            read: Decodes a page, in the consumer's own thread. Neither is kept: as methods of the
                set that holds this object, they would make a circle, and the rows would stay until
                a full garbage collection.

        Returns:
            New rows in order; none where the reader has to look elsewhere for the next ones.

        Raises:
            ClientError: If the page cannot be had. Calls for later pages are aborted.
        """
        spans = self._reader.spans(2 * self._width if self._width > 1 else 1)
        first = spans[0]
        if len(spans) == 1 and first not in self._pending:
            return self._reader.feed(read(fetch(first)), first)
        try:
            page = read(self._started(spans, fetch)[first].result())
        except BaseException:
            self.close()
            raise
        del self._pending[first]
        return self._reader.feed(page, first)

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
        """Fetch a page; a method, so that a running thread keeps this object alive."""
        return working_for(reading, fetch, span)

    def close(self) -> None:
        """Abort the calls that are under way; their threads end."""
        threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)
            self._under_way.end()
            self._ending.append((threads, list(self._pending.values())))
        self._pending.clear()

    def join(self) -> None:
        """Abort the calls that are under way, and wait for the end of every thread."""
        self.close()
        for threads, _ in self._ending:
            threads.shutdown(wait=True)
