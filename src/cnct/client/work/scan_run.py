"""Decides which windows of a list to count and to read, and which rows are new. No I/O.

A driver counts and reads. If the field never changes, each row stays in one window. If the field
changes, a row can move out of a window that is not read yet, but only to the end, which is
therefore read again.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from math import ceil
from typing import Any, NamedTuple

from cnct.client._core.paging import Unread
from cnct.client.models.flattening import flat
from cnct.client.work.scan_fields import ScanField, is_known_time, undocumented
from cnct.client.work.windows import FieldWindow, Piece, cut, grouped
from cnct.exceptions import NotScannableError
from cnct.openapi.shapes import is_record
from cnct.rql import R

_COARSE = 64  # windows to cut before the first one is read
_TURNS = 3  # windows of a small set for each concurrent call
_FINE = 8  # windows to count for each partition
_ATTEMPTS = 5  # attempts to get counts that agree while rows come and go
_READINGS = 20  # of the end, while rows come that may have been missed before
_MARGIN = timedelta(seconds=2)  # a Date header has whole seconds

WHOLE = FieldWindow()
NULLS = FieldWindow(nulls=True)


class Ask(NamedTuple):
    """Filters for which the driver requests rows, at the same time if it can.

    Attributes:
        conditions: A filter for each request.
        limit: Number of rows of each response; 0 only counts.
    """

    conditions: list[R]
    limit: int = 0


class ScanAnswer(NamedTuple):
    """A response to one of the requests.

    Attributes:
        total: Number of rows that match, ``None`` if the server sends none.
        rows: The first rows, at most the limit.
        now: The server's time.
    """

    total: int | None
    rows: list[Any]
    now: datetime

    @property
    def is_whole(self) -> bool:
        """Whether the response has all rows that match."""
        return self.total is not None and self.total <= len(self.rows)


def answer(response: Unread) -> ScanAnswer:
    """Return the parts of a response that matter to a scan."""
    page = response.page()
    try:
        now = parsedate_to_datetime(response.response.headers.get("Date", ""))  # always GMT
    except ValueError:
        now = datetime.now(UTC)
    return ScanAnswer(page.total, page.rows, now.replace(tzinfo=UTC))


class Survey(NamedTuple):
    """A list, counted.

    Attributes:
        pieces: Adjacent windows, not cut yet.
        nulls: Number of rows without a value that need a window of their own.
    """

    pieces: list[Piece]
    nulls: int


class ScanProgress(NamedTuple):
    """The progress of an interrupted scan.

    Attributes:
        below: Position below which all windows are read; ``None`` before the first.
        has_windows: Whether windows of values are left.
        has_nulls: Whether the window of rows without a value is left.
        since: Position from which changes are read again; ``None`` for the whole list.
        ids: Ids of the rows that were read, if the field changes.
    """

    below: int | None = None
    has_windows: bool = True
    has_nulls: bool = True
    since: int | None = None
    ids: frozenset[Any] = frozenset()


def choose(path: str, by: str | None) -> Generator[Ask, Any, ScanField | None]:
    """Return the field to cut by, for a list without a document; ``None`` for an empty list.

    Raises:
        NotScannableError: If no field is named, or its type cannot be recognised.
    """
    row = None
    if by is not None and not is_known_time(by):
        [first] = yield Ask([R()], limit=1)
        if not first.rows:
            return None
        row = first.rows[0]
    return undocumented(path, by, row)


class ScanRun:
    """One pass over a list.

    Args:
        path: Path of the list, for messages.
        field: The field to cut by.
        most: Largest number of rows in a window that can be cut.
        progress: Progress of an interrupted pass.
        least: Number of rows below which a window is not cut.
        width: Number of windows to read at a time.
        pivot: Time at which to cut first; by default the server's, near which there is most.

    Attributes:
        since: Position from which changes are read again; ``None`` for the whole list.
        drifts: Warnings of the last reading of changes.
    """

    def __init__(
        self,
        path: str,
        field: ScanField,
        most: int,
        progress: ScanProgress | None = None,
        *,
        least: int = 1,
        width: int = 1,
        pivot: datetime | None = None,
    ) -> None:
        self._path = path
        self._field = field
        self._most = most
        self._least = least if width > 1 else most
        self._width = width
        self._progress = progress
        self._are_nulls_apart = progress is not None and bool(field.nullable)
        self._ids = set(progress.ids) if progress else set[Any]()
        self._began = datetime.now(UTC)
        self._fixed_pivot = pivot
        self._new_ids: list[Any] = []
        self._news = 1
        self._readings = 0  # of the end
        self.since = progress.since if progress else None
        self.drifts: list[str] | None = None

    def condition(self, window: FieldWindow) -> R:
        """Return the filter for the rows of a window."""
        name, axis = self._field.name, self._field.axis
        return window.condition(name, axis, are_nulls_apart=self._are_nulls_apart)

    @property
    def changes(self) -> bool:
        """Whether the field changes, so that rows move while they are read."""
        return self._field.changes

    @property
    def ordering(self) -> tuple[str, ...]:
        """The order by a field that changes: changed rows move behind the current one."""
        field = self._field
        return (field.name,) if field.changes and field.orderable else ()

    def take_ids(self) -> list[Any]:
        """Return the ids of the rows that were new since the last call."""
        ids, self._new_ids = self._new_ids, []
        return ids

    def has_nulls(self, window: FieldWindow) -> bool:
        """Return whether a window has the rows without a value."""
        return window.nulls or (window == WHOLE and not self._are_nulls_apart)

    def windows(self) -> Generator[Ask | FieldWindow, Any, None]:
        """Yield filters to count, and windows to read in the order of the field, nulls last.

        Raises:
            NotScannableError: If the server sends no totals, or the list has rows without a value
                and no filter for them.
        """
        changes = self._field.changes
        pieces, nulls = yield from self._survey(self._least)
        total = sum(piece.rows for piece in pieces)
        most = min(self._most, max(self._least, ceil(total / (self._width * _TURNS))))
        is_large = total > most * _COARSE and not changes
        pieces = yield from self._cut(pieces, most * (_COARSE if is_large else 1))
        if changes and not self._progress:
            self.since = self._end(pieces)
        for piece in pieces:
            parts = (yield from self._cut([piece], most)) if is_large else [piece]
            for part in parts:
                yield part.window
        if nulls or (changes and self._are_nulls_apart):
            yield NULLS

    def partitions(self, number: int | None) -> Generator[Ask, Any, list[Piece]]:
        """Return adjacent windows with their counts.

        Args:
            number: Largest number of windows; by default ``most`` decides.

        Raises:
            NotScannableError: See `windows`.
        """
        pieces, nulls = yield from self._survey(0 if number else self._most)
        total = sum(piece.rows for piece in pieces)
        if number == 1:
            self._are_nulls_apart = False
            return [Piece(WHOLE, total + nulls, 0)]
        last = [Piece(NULLS, nulls, 0)] if nulls else []
        if number is None:
            return [*(yield from self._cut(pieces, self._most)), *last]
        pieces = yield from self._cut(pieces, max(ceil(total / (number * _FINE)), 1))
        return [*grouped(pieces, number - len(last)), *last]

    def _survey(self, small: int) -> Generator[Ask, Any, Survey]:
        """Count the list, or the unread part of an interrupted scan.

        Args:
            small: Number of rows up to which the list stays whole.
        """
        total = yield from self._whole()
        if self._progress:
            return (yield from self._rest(self._progress))
        nulls = [NULLS] if self._field.nullable else []
        for _ in range(_ATTEMPTS):
            if total <= small:
                return Survey([Piece(WHOLE, total, self._field.axis.step)], 0)
            cuts = self._field.axis.first_cuts(self._fixed_pivot or self._began)
            windows = [FieldWindow(*bounds) for bounds in pairwise([None, *cuts, None])]
            counts = yield from self._count([*windows, *nulls])
            if min(counts) >= total:
                raise NotScannableError(
                    f"{self._path} ignores conditions on {self._field.name!r}, so that each window"
                    " would have all rows: read it with iterator(), or pass another field as by="
                )
            before = total
            if not nulls and total > sum(counts):
                # A row that comes or goes in between is in only one of the totals.
                total = yield from self._whole()
            if nulls or min(before, total) <= sum(counts):
                self._are_nulls_apart = bool(nulls)
                return Survey(self._pieces(windows, counts), sum(counts[len(windows) :]))
        raise NotScannableError(
            f"{self._path} has rows without {self._field.name!r} and no filter for them: pass"
            " another field as by="
        )

    def _whole(self) -> Generator[Ask, Any, int]:
        """Count the whole list, and store the server's time."""
        [first] = yield Ask([R()])
        self._began = first.now
        return self._total(first)

    def _rest(self, progress: ScanProgress) -> Generator[Ask, Any, Survey]:
        windows = [FieldWindow(progress.below, None)] if progress.has_windows else []
        nulls = [NULLS] if progress.has_nulls and self._field.nullable else []
        counts = yield from self._count([*windows, *nulls])
        return Survey(self._pieces(windows, counts), sum(counts[len(windows) :]))

    @property
    def _pivot(self) -> int:
        return self._field.axis.pivot(self._fixed_pivot or self._began)

    def _pieces(self, windows: list[FieldWindow], counts: list[int]) -> list[Piece]:
        step = self._field.axis.step
        return [Piece(window, count, step) for window, count in zip(windows, counts, strict=False)]

    def _count(self, windows: list[FieldWindow]) -> Generator[Ask, Any, list[int]]:
        answers: list[ScanAnswer] = yield Ask([self.condition(window) for window in windows])
        return [self._total(answer) for answer in answers]

    def _cut(self, pieces: list[Piece], most: int) -> Generator[Ask, Any, list[Piece]]:
        cutting = cut(self._field.axis, pieces, most, self._pivot)
        counts: list[int] | None = None
        while True:
            try:
                windows = next(cutting) if counts is None else cutting.send(counts)
            except StopIteration as stop:
                result: list[Piece] = stop.value
                return result
            counts = yield from self._count(windows)

    def _total(self, response: ScanAnswer) -> int:
        if response.total is None:
            raise NotScannableError(
                f"{self._path} sends no totals (Content-Range), which cutting needs: read it with"
                " iterator()"
            )
        return response.total

    def _end(self, pieces: list[Piece]) -> int | None:
        """Return the position from which to read changes again.

        At most the start of the last rows: the clock that dates rows can be behind the clock that
        dates responses.
        """
        last = [piece.window.low for piece in pieces if piece.rows][-1:]
        low = last[0] if last else None
        return None if low is None else min(low, self._field.axis.pivot(self._began - _MARGIN))

    def again(self) -> FieldWindow | None:
        """Return the window to read again after all others; ``None`` if no row can have moved.

        Where others write without a pause, each reading of the end has news; the last one is then
        a warning of drift.
        """
        news, self._news = self._news, 0
        if not self._field.changes or not news:
            return None
        if self._readings == _READINGS:
            message = (
                f"{self._path} has moved during each of {_READINGS} readings of its end, so that"
                " rows may be missing: scan it again, or by a field that does not change"
            )
            self.drifts = [*(self.drifts or ()), message]
            return None
        self._readings += 1
        return FieldWindow(self.since, None)

    def fresh(self, rows: list[Any]) -> list[Any]:
        """Return the rows that were not read before; all rows if the field never changes.

        Raises:
            NotScannableError: If rows have no id by which to recognise them.
        """
        if not self._field.changes:
            return rows
        fresh: list[Any] = []
        for row in rows:
            key = _id_of(row)
            if key is None:
                raise NotScannableError(
                    f"Rows of {self._path} have no id by which a changed one is recognised: pass a"
                    " field that does not change as by="
                )
            if key not in self._ids:
                self._ids.add(key)
                self._new_ids.append(key)
                fresh.append(row)
        self._news += sum(not self._is_newcomer(row) for row in fresh)
        return fresh

    def _is_newcomer(self, row: Any) -> bool:
        """Return whether a row was created after the scan began and thus proves no gap."""
        if not self._field.created:
            return False
        name = self._field.created.replace("__", ".")
        created = moment_of(flat(row, [name])[name])
        return created is not None and created > self._began


def moment_of(value: Any) -> datetime | None:
    """Return the time in a row, which is in UTC without an offset; ``None`` for anything else."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _id_of(row: Any) -> Any:
    """Return the id of a row, or ``None``."""
    key = row.get("id") if is_record(row) else None
    return key if isinstance(key, str | int) else None
