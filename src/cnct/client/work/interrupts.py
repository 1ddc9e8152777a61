"""Defers Ctrl-C while an exception would corrupt a job. Knows no jobs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self


class Interrupts:
    """A context that counts Ctrl-C, and raises KeyboardInterrupt only where allowed.

    Has no effect outside the main thread, or if the program has a handler of its own.

    Args:
        wake: Called after a Ctrl-C that does not raise.
        most: Largest number of Ctrl-C that do not raise; ``None`` for no limit.

    Attributes:
        count: Number of Ctrl-C so far.
    """

    def __init__(self, wake: Callable[[], None] | None = None, most: int | None = None) -> None:
        self.count = 0
        self._wake = wake
        self._most = most
        self._raises = False
        self._is_installed = False

    def __enter__(self) -> Self:
        """Install the handler."""
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._handle)
            self._is_installed = True
        return self

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self._raises or (self._most is not None and self.count > self._most):
            signal.default_int_handler(number, frame)
        if self._wake is not None:
            self._wake()

    @contextmanager
    def raised(self) -> Generator[None]:
        """Let a Ctrl-C raise KeyboardInterrupt within this block."""
        self._raises = True
        try:
            yield
        finally:
            self._raises = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Restore the handler of Python."""
        if self._is_installed:
            self._is_installed = False
            signal.signal(signal.SIGINT, signal.default_int_handler)
