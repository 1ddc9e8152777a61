"""Decides when all rows of a set are handled, while rows leave and enter the set. No I/O."""

from __future__ import annotations

_SLACK = 1000  # rows that may enter in an endless pass
_GROWTH = 3  # multiple of the rows at the beginning of a pass that may enter in addition
_LEAST_PASSES = 3  # passes without progress before the work is given up


class Passes:
    """Counts the rows of each pass over a set.

    The work ends after a whole pass without new rows. If new rows never cease, it ends as soon as
    more rows entered during a pass than the pass handled, or if their number does not fall from
    pass to pass.

    Attributes:
        overrun: Why the work was ended while rows still enter; empty otherwise.
    """

    def __init__(self) -> None:
        self.overrun = ""
        self._number = 1
        self._new = 0
        self._read = 0
        self._total: int | None = None  # of the first page of the pass
        self._previous: int | None = None  # new rows of the pass before
        self._is_whole = True
        self._least: int | None = None  # new rows of any pass
        self._futile_passes = 0  # since then
        self._futile_rows = 0

    def page(self, total: int | None) -> None:
        """Take the total of a page; only the first one of a pass is used."""
        if self._total is None:
            self._total = total

    def row(self, *, is_new: bool) -> None:
        """Count a row."""
        self._read += 1
        self._new += is_new
        total = self._read if self._total is None else self._total
        arrived = max(self._read - total, 0)  # at the end of the list, during this pass
        if arrived > _GROWTH * total + _SLACK:
            self._stop(f"{arrived:,} during pass {self._number}, which began with {total:,}")
        elif self._previous is not None and self._new - arrived > self._previous:
            self._stop(
                f"more than {self._previous:,} during pass {self._number - 1}, "
                f"which handled {self._previous:,}"
            )

    def break_off(self) -> None:
        """Note that the pass did not read the whole set, since rows moved too fast."""
        self._is_whole = False

    def end(self) -> bool:
        """End a pass, and return whether another one is due."""
        if self.overrun or (self._is_whole and not self._new):
            return False
        self._count_progress()
        self._previous, self._new, self._read = self._new, 0, 0
        self._total, self._is_whole = None, True
        self._number += 1
        return not self.overrun

    def _count_progress(self) -> None:
        if self._is_whole and (self._least is None or self._new < self._least):
            self._least, self._futile_passes, self._futile_rows = self._new, 0, 0
            return
        self._futile_passes += 1
        self._futile_rows += self._new or self._read or 1
        if self._futile_passes >= _LEAST_PASSES and self._futile_rows >= _SLACK:
            self._stop(f"{self._new:,} in pass {self._number}, and no fewer in those before")

    def _stop(self, figures: str) -> None:
        self.overrun = f"rows come in as fast as they are handled: {figures}"
