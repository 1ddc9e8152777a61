"""Collects the rows of a window, and stores them together with the progress. No I/O of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cnct.client.work.scan_run import ScanProgress
from cnct.openapi.shapes import Record

if TYPE_CHECKING:
    from cnct.client.work.scan_fields import ScanField
    from cnct.client.work.scan_run import ScanRun
    from cnct.client.work.windows import FieldWindow

_MOST_ROWS = 5_000  # in memory, of a window with more rows of one value


class WindowKeeper:
    """Takes the place of a scan's checkpoint.

    Args:
        store: Stores rows, together with the progress, or with ``None`` to leave it as it is.
        resumed: Progress of an interrupted scan; empty if there is none.
        count: Receives the number of rows that were read.

    Attributes:
        progress: Progress of an interrupted run, for the scan.
        drifts: Warnings of sets that moved so that rows may be missing.
    """

    def __init__(
        self,
        store: Callable[[list[Any], Record | None], object],
        resumed: Record | None = None,
        *,
        count: Callable[[int], object],
    ) -> None:
        self._store = store
        self._count = count
        self._resumed = resumed or {}
        self._rows: list[Any] = []
        self._has_nulls = True
        self._below: int | None = None
        self._has_windows = True
        self.progress: ScanProgress | None = None
        self.drifts: list[str] = []

    def start(self, field: ScanField) -> None:
        """Begin, or resume, a scan by a field."""
        resumed = self._resumed
        self._name = field.name
        if resumed.get("by") == field.name:
            self._below, self._has_windows = resumed["below"], resumed["windows"]
            self._has_nulls = resumed["nulls"]
            self.progress = ScanProgress(
                self._below, self._has_windows, self._has_nulls, resumed["since"]
            )

    def take(self, rows: list[Any]) -> bool:
        """Collect rows, and return whether there are enough to `flush`."""
        self._rows += rows
        self._count(len(rows))
        return len(self._rows) >= _MOST_ROWS

    def flush(self) -> None:
        """Store the collected rows without progress."""
        rows, self._rows = self._rows, []
        self._store(rows, None)

    def note(self, run: ScanRun, window: FieldWindow) -> None:
        """Store the rows of a window, and that the window was read."""
        if run.has_nulls(window):
            self._has_nulls = False
        if not window.nulls:
            self._below, self._has_windows = window.high, window.high is not None
        progress: Record = {
            "by": self._name,
            "below": self._below,
            "windows": self._has_windows,
            "nulls": self._has_nulls,
            "since": run.since,
        }
        rows, self._rows = self._rows, []
        self._store(rows, progress)

    def note_changes(self, run: ScanRun) -> None:  # noqa: ARG002 - as of a checkpoint
        """Store rows that were read again."""
        self.flush()

    def finish(self) -> None:
        """Store the last rows."""
        self.flush()

    def close(self) -> None:
        """Do nothing: the file stays open."""
