"""A bar for the bytes of a transfer on standard error, through rich. Knows no files."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from cnct.console.progress_bar import Figures


class ByteBar:
    """Shows bytes, rate and time left; nothing unless standard error is a terminal.

    Attributes:
        is_visible: Whether standard error is a terminal.
    """

    def __init__(self) -> None:
        console = Console(stderr=True)
        self.is_visible = console.is_terminal
        columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, disable=not self.is_visible)
        self._task = self._progress.add_task("", total=None)
        self._progress.start()

    def show(self, figures: Figures) -> None:
        """Show figures in bytes."""
        self._progress.update(self._task, completed=figures.done, total=figures.total)

    def close(self) -> None:
        """Show the last figures, and restore the terminal."""
        self._progress.stop()
