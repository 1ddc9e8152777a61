"""Defers Ctrl-C until a call has ended. Knows no jobs."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class Deferred:
    """A context that a first Ctrl-C does not interrupt, while a second one does.

    Works in the main thread, and where the program has no handler of its own; elsewhere it changes
    nothing.

    Attributes:
        is_due: Whether there was a Ctrl-C.
    """

    def __init__(self) -> None:
        self.is_due = False
        self._is_installed = False

    def __enter__(self) -> Self:
        """Install the handler."""
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._handle)
            self._is_installed = True
        return self

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.is_due:
            signal.default_int_handler(number, frame)
        self.is_due = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Restore the handler of Python."""
        if self._is_installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)
