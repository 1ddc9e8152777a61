"""The reading that a thread works for, which aborts its pauses and requests at its end.

Knows no pages and starts no threads, so that a program that needs none does not import them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from threading import Event
from typing import TYPE_CHECKING, Protocol

from cnct.client._http.living import Living

if TYPE_CHECKING:
    from concurrent.futures import Future

    from cnct.client._core.paging import Span, Unread


class Breakable(Protocol):
    """A connection that waits for a response."""

    def break_off(self, reading: Reading) -> None:
        """Abort a reading's request on this connection, if any."""
        ...


class Reading:
    """Pauses and calls of the threads of one reading; aborted at its end.

    Args:
        adopt: Copies the settings of the consumer's session to a thread.

    Attributes:
        pages: Pages that are being fetched, or are not consumed yet.
        is_closed: Whether the reason of the end is that the client was closed.
    """

    def __init__(self, adopt: Callable[[], None] = lambda: None) -> None:
        self.adopt = adopt
        self.pages: dict[Span, Future[Unread]] = {}
        self.is_closed = False
        self._ended = Event()
        self._calls: Living[Breakable] = Living()

    @property
    def has_ended(self) -> bool:
        """Whether the reading was ended."""
        return self._ended.is_set()

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
        # To wait for no time takes ten times as long as to look.
        if self._ended.wait(seconds) if seconds else self.has_ended:
            from concurrent.futures import CancelledError  # noqa: PLC0415 - slow import

            raise CancelledError

    def end(self, *, is_closed: bool = False) -> None:
        """Abort every pause and call.

        Args:
            is_closed: Whether the reason is that the client is closed.
        """
        self.is_closed = self.is_closed or is_closed
        self._ended.set()
        for call in self._calls:
            call.break_off(self)


current_reading: ContextVar[Reading | None] = ContextVar("current_reading", default=None)


def current() -> Reading | None:
    """Return the reading that this thread works for, or ``None``."""
    return current_reading.get()


def sleep(seconds: float) -> None:
    """Wait; in a thread that reads ahead, the end of the reading aborts the wait.

    Raises:
        CancelledError: If the reading ends meanwhile.
    """
    reading = current()
    if reading is None:
        time.sleep(seconds)
    else:
        reading.pause(seconds)
