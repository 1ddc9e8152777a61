"""Cuts a list into windows of a bounded number of rows, by counting. Does no I/O.

The windows cover every value whatever the counts are; rows that come and go during counting can
only make windows uneven.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise
from typing import NamedTuple

from cnct.client.work.axes import Axis
from cnct.rql import R

_MOST_PARTS = 8  # of a window that is cut
_FILL = 0.8  # share of the allowed rows to aim at, so that random differences need no further cut
_FASTER = 8  # growth of the steps towards an open end


class FieldWindow(NamedTuple):
    """The rows whose position is at least ``low`` and less than ``high``.

    Attributes:
        low: First position, ``None`` for no bound.
        high: Position after the last one, ``None`` for no bound.
        nulls: Whether these are the rows without a value instead.
    """

    low: int | None = None
    high: int | None = None
    nulls: bool = False

    def condition(self, field: str, axis: Axis, *, are_nulls_apart: bool = False) -> R:
        """Return the filter for the rows; ``R()`` for all rows.

        Args:
            field: Name of the field.
            axis: Converts positions to values.
            are_nulls_apart: Whether rows without a value are in a window of their own.
        """
        name = R().n(field)
        if self.nulls:
            return name.null(value=True)
        if self.low is None and self.high is None:
            return name.null(value=False) if are_nulls_apart else R()
        above = R() if self.low is None else name.ge(axis.value(self.low))
        below = R() if self.high is None else name.lt(axis.value(self.high))
        return above & below


class Piece(NamedTuple):
    """A window with the number of its rows.

    Attributes:
        window: The window.
        rows: Number of rows at the time of counting.
        step: Distance from the bound to the next cut, for a window with an open end.
    """

    window: FieldWindow
    rows: int
    step: int


Cutting = Generator[list[FieldWindow], list[int], list[Piece]]
"""Yields windows to count, is sent the counts, and returns the pieces in order."""


def cut(axis: Axis, pieces: list[Piece], most: int, pivot: int) -> Cutting:
    """Cut pieces until each has at most ``most`` rows, or a single position.

    Each round yields the windows of all pieces that are too large, so that a driver can count them
    concurrently. The count of a piece's last part is the remainder.

    Args:
        axis: Limits the positions.
        pieces: Adjacent pieces, in order.
        most: Number of rows.
        pivot: Position at which to cut a piece without bounds.
    """
    while True:
        parts = [_parts(axis, piece, most, pivot) for piece in pieces]
        inner = [window for windows in parts for window in windows[:-1]]
        if not inner:
            return _joined(pieces, most)
        counts = iter((yield inner))
        cut_pieces: list[Piece] = []
        for piece, windows in zip(pieces, parts, strict=True):
            cut_pieces += _counted(piece, windows, [next(counts) for _ in windows[:-1]])
        pieces = cut_pieces


def _parts(axis: Axis, piece: Piece, most: int, pivot: int) -> list[FieldWindow]:
    """Return the windows into which to cut a piece; a single one if the piece stays whole."""
    points = _points(axis, piece, most, pivot) if piece.rows > most else []
    low, high, _ = piece.window
    bounds = [low, *points, high]
    return [FieldWindow(*pair) for pair in pairwise(bounds)]


def _points(axis: Axis, piece: Piece, most: int, pivot: int) -> list[int]:
    """Return the positions at which to cut a piece; none if that is impossible."""
    low, high, _ = piece.window
    if low is None:
        point = pivot if high is None else max(high - piece.step, axis.least)
        return [point] if high is None or point < high else []
    if high is None:
        point = min(low + piece.step, axis.greatest)
        return [point] if point > low else []
    width = high - low
    number = min(_MOST_PARTS, max(2, round(piece.rows / (most * _FILL))), width)
    return [
        axis.rounded(low + width * part // number, width // number) for part in range(1, number)
    ]


def _counted(piece: Piece, windows: list[FieldWindow], counts: list[int]) -> list[Piece]:
    counts = [*counts, max(piece.rows - sum(counts), 0)] if counts else [piece.rows]
    step = piece.step * _FASTER if len(windows) > 1 else piece.step
    return [Piece(window, count, step) for window, count in zip(windows, counts, strict=True)]


def _joined(pieces: list[Piece], most: int) -> list[Piece]:
    """Join neighbours as long as they have at most ``most`` rows together."""
    joined = pieces[:1]
    for piece in pieces[1:]:
        last = joined[-1]
        count = last.rows + piece.rows
        if count <= most or not (piece.rows and last.rows):
            joined[-1] = Piece(FieldWindow(last.window.low, piece.window.high), count, last.step)
        else:
            joined.append(piece)
    return joined


def grouped(pieces: list[Piece], number: int) -> list[Piece]:
    """Join neighbours so that at most ``number`` pieces of similar counts are left."""
    total = sum(piece.rows for piece in pieces)
    groups: list[list[Piece]] = [[] for _ in range(number)]
    before = 0
    for piece in pieces:
        middle = before + piece.rows / 2
        groups[min(int(middle * number / max(total, 1)), number - 1)].append(piece)
        before += piece.rows
    return [
        Piece(
            FieldWindow(group[0].window.low, group[-1].window.high),
            sum(piece.rows for piece in group),
            group[0].step,
        )
        for group in groups
        if group
    ]
