"""Reads a list page by page so that no row is lost or repeated while the list moves. No I/O.

Every page after the first starts one row early, at the anchor: the last row that was passed. If a
page does not start with the anchor, rows were inserted or deleted in front of it. Then the reader
probes the offset indicated by the change of the total, or else goes back page by page, until a page
has a row that was passed, or to the start of the list, and continues behind that row. As long as
the server keeps the order of the remaining rows, all rows behind are new.

The next offset follows from the rows received, not from the rows asked for: servers cap the limit
silently, and ``Content-Range`` may be missing or wrong (docs/rql.md, "Pagination").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cnct.client._core.paging import Page, Span, Window
from cnct.client._core.row_keys import RowKeys

_CALLS_PER_PAGE = 10  # share of the first total; a list that moves faster is given up
_MORE_CALLS = 100
_FAR_AWAY = 10**6  # rows behind the last one
_UNKNOWN_PAGES = 100  # rows per page, assumed if the first page has no total

_STOPPED = (
    "The list moves faster than it can be read: stopped after {calls} calls and {rows} rows. "
    "Rows may be missing; narrow the filter, or read with a larger limit."
)
_REORDERED = (
    "The server changed the order of rows while they were read. Rows may be missing; order by a "
    "field that does not change, such as the id."
)
_INEXACT = (
    "The list moved while it was read, and its rows have no ids of their own. They were compared "
    "as a whole, so that a row that changed meanwhile may be missing or come twice."
)


class PageGrid(NamedTuple):
    """Offsets at which pages are planned: ``base`` and every ``step`` behind it; 0 for none."""

    base: int
    step: int

    def after(self, offset: int) -> int:
        """Return the first planned offset behind another one."""
        return self.base + ((offset - self.base) // self.step + 1) * self.step


class _Placed(NamedTuple):
    """Rows and their offset; as text, since the consumer may change rows."""

    offset: int
    text: str


class _Joint(NamedTuple):
    """The joint in a page: index of the last row passed, and of the first that may be new."""

    last: int
    first: int


class Reader:
    """Reads a window of a list in order, and plans pages ahead.

    When a page has given the total, the rest is planned on a grid as wide as that page. A shorter
    page leaves a gap, which is read before later pages. Pages planned before the list moved are
    dropped; then pages are planned one by one, and one more for each page that fits, so that moves
    cost at most twice the calls.

    Args:
        window: Rows to read.
        size: Rows of a page.
        overlap: Whether pages overlap by a row; without, pages follow each other by offset.

    Attributes:
        complete: Whether all rows were read.
        warning: Text of the one `DriftWarning`, due when all rows are read; otherwise empty.
    """

    def __init__(self, window: Window, size: int, *, overlap: bool = True) -> None:
        self.complete = not window.covers(0)
        self.warning = ""
        self._window = window
        self._size = size
        self._overlap = int(overlap)
        self._exact = overlap
        self._keys = RowKeys()
        self._anchored = False  # whether there is a row that was passed last
        self._offset = window.start  # of the first row that was not passed
        self._rows = 0  # that were returned
        self._total: int | None = None  # of the page that brought the anchor
        self._probe: int | None = None  # offset to look at for a row that was passed
        self._moved = False
        self._reordered = False
        self._shift = 0  # rows by which the next page is expected to have moved to the front
        self._width: int | None = None  # pages planned at once; None for any number
        self._grid = PageGrid(window.start, 0)
        self._end = 0  # of the rows that can be planned
        self._at_end = False  # whether a page ended at its total
        self._last_page = _Placed(0, "")  # of a list without totals
        self._is_paged = False  # whether it was found out that offsets work
        self._far_away: int | None = None  # offset that finds it out
        self._lone_end = 0  # offset behind a page of a single row
        self._one_by_one = False  # whether the server gives one row at a time
        self._planned: list[Span] = []
        self._calls = 0
        self._most_calls = 0
        self._largest_total: int | None = None
        self._growths = 0  # pages whose total was larger than all before

    def spans(self, count: int = 1) -> list[Span]:
        """Return up to ``count`` spans to request now, in order; none after all rows are read."""
        if self.complete:
            return []
        spans = self._plan_spans(count)
        self._calls += sum(span not in self._planned for span in spans)
        self._planned = spans
        return spans

    def _plan_spans(self, count: int) -> list[Span]:
        if self._far_away is not None:
            return [Span(self._far_away, self._page_size)]
        if self._probe is not None:
            return [Span(self._probe, self._page_size)]
        start = self._offset
        if self._anchored and self._overlap:
            start = max(start - 1 - self._shift, 0)
        first = Span(start, self._limit(start))
        count = count if self._width is None else min(count, self._width)
        if count == 1 or not self._grid.step:
            return [first]
        line = self._grid.after(start)
        if (start - self._grid.base) % self._grid.step:
            first = Span(start, min(line + self._overlap - start, first.limit))
        spans = [first]
        while len(spans) < count and line + self._overlap < self._end:
            spans.append(Span(line, self._limit(line)))
            line += self._grid.step
        return spans

    @property
    def _page_size(self) -> int:
        """Rows of a page with an anchor, enough to get beyond the anchor."""
        return max(self._size, 1 + self._overlap)

    @property
    def _remaining(self) -> int | None:
        start, stop = self._window
        return None if stop is None else stop - start - self._rows

    def _limit(self, start: int) -> int:
        size = self._page_size if self._anchored else self._size
        remaining = self._remaining
        return size if remaining is None else min(size, self._offset + remaining - start)

    def feed(self, page: Page, span: Span) -> list[Any]:
        """Process the page of the first span, and return the new rows; none during a search.

        Args:
            page: The page.
            span: The requested span.
        """
        self._planned = self._planned[1:]
        self._note_total(page)
        if self._far_away is not None:
            self._far_away = None
            self._is_paged = repr(page.rows) != self._last_page.text
            self.complete = not self._is_paged
            return []
        if self._is_unpaged(page, span):
            self._far_away = span.offset + _FAR_AWAY
            return []
        if self._exact and not self._overlap and not self._one_by_one and page.rows:
            self._overlap = 1
            return []
        if self._exact:
            self._keys.take_up(page.rows)
        first = self._first_new(page, span)
        rows = [] if first is None else self._take(page, span, first)
        stopped = self._calls >= self._most_calls and (self._moved or self._growths > 1)
        if not self.complete and stopped:
            self.complete = True
            self.warning = _STOPPED.format(calls=self._calls, rows=self._rows)
        elif self.complete and self._moved:
            inexact = "" if self._keys.exact else _INEXACT
            self.warning = _REORDERED if self._reordered else inexact
        return rows

    def _note_total(self, page: Page) -> None:
        total = page.total if page.total is not None and page.total >= len(page.rows) else None
        if not self._most_calls:
            pages = _UNKNOWN_PAGES if total is None else total // max(len(page.rows), 1) + 1
            self._most_calls = _CALLS_PER_PAGE * pages + _MORE_CALLS
            self._largest_total = total
        elif total is not None and total > (self._largest_total or 0):
            self._growths += 1
            self._largest_total = total

    def _is_unpaged(self, page: Page, span: Span) -> bool:
        """Return whether the server may ignore offsets: two of them have the same rows.

        A list without totals may also have moved by a page, so that a third offset, behind all
        rows, decides.
        """
        last = self._last_page
        if self._is_paged or page.total is not None or span.offset == last.offset:
            return False
        return repr(page.rows) == last.text

    def _first_new(self, page: Page, span: Span) -> int | None:
        """Return the index of the first row that may be new; ``None`` to search elsewhere."""
        if not (self._anchored and self._overlap):
            return 0
        if span.offset == self._offset - 1 and self._starts_with_anchor(page):
            self._width = self._width and self._width + 1
            self._shift = 0
            return 1
        self._note_move(page)
        joint = self._joint(page, span.offset)
        if joint is None and span.offset > 0:
            self._probe = self._next_probe(page, span.offset)
            return None
        if joint is None and self._window.start > 0:
            self._start_again()
            return None
        last, first = joint or _Joint(-1, 0)
        self._shift = self._next_shift(page, self._offset - 1 - span.offset - last)
        return first

    def _starts_with_anchor(self, page: Page) -> bool:
        return bool(page.rows) and self._keys.is_anchor(page.rows[0])

    def _joint(self, page: Page, offset: int) -> _Joint | None:
        """Return the joint in a page; ``None`` if there may be new rows in front of the page."""
        rows, keys = page.rows, self._keys
        for index, row in enumerate(rows):
            if keys.is_anchor(row):
                return _Joint(index, index + 1)
        last = next((i for i in range(len(rows) - 1, -1, -1) if keys.passed(rows[i])), None)
        if last is None:
            return None
        if not keys.exact or self._window.start > 0:
            return _Joint(last, last + 1)
        # A passed row may have left and returned behind others, which are still new.
        return _Joint(last, 0) if offset == 0 or keys.passed(rows[0]) else None

    def _note_move(self, page: Page) -> None:
        if not self._moved:
            self._keys.start_search(page.rows)
        if self._keys.exact and not self._keys.keeps_order():
            self._reordered = True
        self._moved = True
        self._width = 1

    def _next_shift(self, page: Page, shift: int) -> int:
        """Expect the next page to move like this one, or further if the total does not agree."""
        return shift if shift <= 0 or self._change(page) == -shift else shift + shift // 2

    def _change(self, page: Page) -> int:
        """Return the change of the total since the anchor was read."""
        if page.total is None or self._total is None:
            return 0
        return page.total - self._total

    def _next_probe(self, page: Page, offset: int) -> int:
        """Return the next offset to probe: by the total, then back by increasing steps."""
        anchor = self._offset - 1
        change = self._change(page)
        moved_to = max(anchor + change, 0)
        if self._probe is None and (moved_to < offset or moved_to >= offset + len(page.rows)):
            return moved_to
        offset = min(offset, anchor)
        page_size = min(self._page_size, self._grid.step)
        step = max((anchor - offset) * 2, page_size // 4, 1)
        return max(offset - min(step, page_size), 0)

    def _start_again(self) -> None:
        """Continue at the start of the window, since no passed row is left."""
        self._probe = None
        self._anchored = False
        self._offset = self._window.start

    def _take(self, page: Page, span: Span, first: int) -> list[Any]:
        """Mark the rows of a page as passed, and return the new rows from index ``first`` on."""
        end = span.offset + len(page.rows)
        total = page.total if page.total is not None and page.total >= end else None
        new: Sequence[int] = range(first, len(page.rows))
        if self._exact and self._moved:
            new = [index for index in new if self._keys.is_new(index)]
            self._moved = self._moved or len(new) < len(page.rows) - first
        new = new[: self._remaining]
        if self._exact and page.rows:
            self._keys.add(new)
            self._keys.mark(page.rows[-1])
        self._rows += len(new)
        self.complete = self._is_last(page, span, total, nothing_new=not new)
        self._plan(page, span, end, total)
        self._probe = None
        self._anchored = self._anchored or bool(page.rows)
        self._offset = end
        self._total = page.total
        if page.total is None and not self._is_paged:
            self._last_page = _Placed(span.offset, repr(page.rows))
        return [page.rows[index] for index in new]

    def _is_last(self, page: Page, span: Span, total: int | None, *, nothing_new: bool) -> bool:
        if self._remaining == 0 or not page.rows:
            return True
        if total is None:
            return len(page.rows) > span.limit  # the server does not page at all
        if span.offset + len(page.rows) != total:
            return False
        # A total that has just changed is trusted when a second page also ends there.
        believed = total == self._total or not self._anchored or self._at_end
        self._at_end = True
        return believed or nothing_new

    def _plan(self, page: Page, span: Span, end: int, total: int | None) -> None:
        """Plan the pages behind this one."""
        remaining = self._remaining
        self._end = 0 if total is None else total
        if remaining is not None:
            self._end = min(self._end, end + remaining)
        if self._overlap and len(page.rows) == 1 < span.limit and (total is None or end < total):
            # Either this is the end of a list without totals, or the server gives one row at a
            # time, so that pages cannot overlap. If there are rows behind, it is asked again.
            self._overlap, self._one_by_one = 0, self._lone_end == end
            self._lone_end = end
        step = len(page.rows) - self._overlap
        if self._probe is not None or step > self._grid.step:
            self._grid = PageGrid(end - self._overlap, max(step, self._grid.step))
