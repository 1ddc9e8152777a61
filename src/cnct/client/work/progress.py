"""Figures of a running job, for a progress bar or any callable. Does no I/O itself."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple, Protocol, TypeAlias

from cnct.client.work.outcomes import Outcome


class Progress(NamedTuple):
    """Figures of a job.

    Attributes:
        done: Number of outcomes so far.
        failed: Number of those that are ``failed`` or ``unknown``.
        total: Number of outcomes to expect; ``None`` if unknown.
        rate: Outcomes per second so far.
        left: Seconds left at this rate; ``None`` without a total.
    """

    done: int
    failed: int
    total: int | None
    rate: float
    left: float | None


ShowsProgress: TypeAlias = bool | Callable[[Progress], object] | None


class _Closable(Protocol):
    def close(self) -> None: ...


class Expecting(Protocol):
    """Anything with a number of expected outcomes, ``None`` if unknown."""

    @property
    def expected(self) -> int | None:
        """The number."""
        ...


class Reporter:
    """Passes the figures on after each outcome.

    Args:
        progress: A callable; ``True`` for a bar on the terminal, if standard error is one.
        job: The job, or anything else with a number of expected outcomes.
    """

    def __init__(self, progress: ShowsProgress, job: Expecting) -> None:
        self._job = job
        self._bar: _Closable | None = None
        self._show: Callable[[Progress], object] | None = None
        self._done = self._failed = 0
        self._start = monotonic()
        if progress is True:
            from cnct.console.progress_bar import ProgressBar  # noqa: PLC0415 - rich is slow

            bar = ProgressBar()
            if bar.is_visible:
                self._bar, self._show = bar, bar.show
        elif callable(progress):
            self._show = progress

    @property
    def is_shown(self) -> bool:
        """Whether anything receives the figures."""
        return self._show is not None

    def add(self, outcome: Outcome[Any]) -> None:
        """Count an outcome, and pass the figures on."""
        self.advance(1, failed=outcome.is_failure)

    def advance(self, done: int, failed: int = 0) -> None:
        """Count outcomes, and pass the figures on."""
        self._done += done
        self._failed += failed
        if self._show is not None:
            self._show(self._figures())

    def _figures(self) -> Progress:
        expected = self._job.expected
        total = None if expected is None else max(expected, self._done)
        seconds = monotonic() - self._start
        rate = self._done / seconds if seconds > 0 else 0.0
        left = (total - self._done) / rate if total is not None and rate else None
        return Progress(self._done, self._failed, total, rate, left)

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            self._bar.close()


def checked_progress(progress: Any) -> ShowsProgress:
    """Return the argument ``progress``.

    Raises:
        TypeError: If it is neither a callable nor a flag.
    """
    if progress is None or isinstance(progress, bool) or callable(progress):
        checked: ShowsProgress = progress
        return checked
    raise TypeError("progress must be a callable, or True for a bar on the terminal")
