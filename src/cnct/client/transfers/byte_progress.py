"""Passes the figures of a transfer in bytes to a bar or a function. Does no I/O itself."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from cnct.client.work.progress import Progress, ShowsProgress, checked_progress


class ByteProgress:
    """The progress of one transfer.

    Args:
        progress: A function of a `Progress`; ``True`` for a bar on the terminal, if standard error
            is one.

    Raises:
        TypeError: If ``progress`` is neither a function nor a flag.

    Attributes:
        failure: The error of the user's function that ended the transfer, ``None`` without one.
    """

    def __init__(self, progress: ShowsProgress) -> None:
        self._show: Callable[[Progress], object] | None = None
        self._close: Callable[[], None] | None = None
        self._start = monotonic()
        self._first = 0
        self.failure: Exception | None = None
        checked = checked_progress(progress)
        if checked is True:
            from cnct.console.byte_bar import ByteBar  # noqa: PLC0415 - rich is slow

            bar = ByteBar()
            if bar.is_visible:
                self._show, self._close = bar.show, bar.close
        elif callable(checked):
            self._show = checked

    def begin(self, position: int) -> None:
        """Start the clock; bytes that are there already do not count for the rate."""
        self._first, self._start = position, monotonic()

    def show(self, position: int, total: int | None) -> None:
        """Pass the figures on.

        Args:
            position: Number of bytes that are there.
            total: Size of the whole, ``None`` if unknown.
        """
        if self._show is not None:
            seconds = monotonic() - self._start
            rate = (position - self._first) / seconds if seconds > 0 else 0.0
            left = (total - position) / rate if total is not None and rate else None
            self._show(Progress(position, 0, total, rate, left))

    def close(self) -> None:
        """End the bar."""
        if self._close is not None:
            self._close()
