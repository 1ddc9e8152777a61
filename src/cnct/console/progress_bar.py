"""A progress bar on standard error, through rich. Knows no jobs."""

from __future__ import annotations

from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


class Figures(Protocol):
    """The figures of a job."""

    @property
    def done(self) -> int:
        """Number of finished resources."""
        ...

    @property
    def failed(self) -> int:
        """Number of failed resources."""
        ...

    @property
    def total(self) -> int | None:
        """Number of resources, ``None`` if unknown."""
        ...

    @property
    def rate(self) -> float:
        """Resources per second."""
        ...

    @property
    def left(self) -> float | None:
        """Seconds left, ``None`` if unknown."""
        ...


class ProgressBar:
    """Shows done, failed, total, rate and time left; nothing unless standard error is a terminal.

    Attributes:
        is_visible: Whether standard error is a terminal.
    """

    def __init__(self) -> None:
        console = Console(stderr=True)
        self.is_visible = console.is_terminal
        self._progress = Progress(
            MofNCompleteColumn(),
            BarColumn(),
            TextColumn("{task.fields[figures]}"),
            console=console,
            disable=not self.is_visible,
        )
        self._task = self._progress.add_task("", total=None, figures="")
        self._progress.start()

    def show(self, figures: Figures) -> None:
        """Show figures."""
        left = "" if figures.left is None else f", {_duration(figures.left)} left"
        text = f"{figures.failed:,} failed, {figures.rate:,.1f}/s{left}"
        self._progress.update(self._task, completed=figures.done, total=figures.total, figures=text)

    def close(self) -> None:
        """Show the last figures, and restore the terminal."""
        self._progress.stop()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
