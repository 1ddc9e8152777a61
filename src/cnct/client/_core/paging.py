"""Limit/offset paging: which rows to ask for next, and what an answer proves. No I/O.

The next offset is what was received, not what was asked: servers cap the limit silently, and
``Content-Range`` may be missing or odd (docs/rql.md, "Pagination").
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from cnct.client._core.messages import Request, Response
from cnct.client._core.responses import value_of
from cnct.exceptions import ClientError
from cnct.openapi.shapes import is_list

_CONTENT_RANGE = re.compile(r"\s*items\s+(?:\d+-\d+|\*)\s*/\s*(\d+)\s*", re.IGNORECASE)


class Page(NamedTuple):
    """The rows of one answer, and the total it claims, if any."""

    rows: list[Any]
    total: int | None


class Span(NamedTuple):
    """What one call asks for: ``limit`` rows from ``offset``."""

    offset: int
    limit: int


class Unread(NamedTuple):
    """A list answer that has come and is not decoded yet.

    Whoever takes the page decodes it: so the first of several pages that arrive together is there
    soonest, and the next calls go out one after the other instead of in bursts.
    """

    request: Request
    response: Response

    def page(self) -> Page:
        """Decode the answer.

        Raises:
            ClientError: If the body is not a JSON array.
        """
        rows = value_of(self.request, self.response)
        if not is_list(rows):
            raise ClientError(
                f"Expected a JSON array of rows, got {type(rows).__name__}",
                status_code=self.response.status_code,
                method=self.request.method,
                url=self.request.shown_url,
            )
        found = _CONTENT_RANGE.fullmatch(self.response.headers.get("Content-Range", ""))
        return Page(rows, int(found[1]) if found else None)


class Window(NamedTuple):
    """A range of a collection, half open as in Python; ``stop`` is ``None`` for no end."""

    start: int = 0
    stop: int | None = None

    def narrowed(self, start: int, stop: int | None) -> Window:
        """Take a slice of this range, its bounds counted from this one's start."""
        first = self.start + start
        last = None if stop is None else self.start + stop
        if self.stop is not None:
            last = self.stop if last is None else min(self.stop, last)
        return Window(first, None if last is None else max(first, last))

    def covers(self, index: int) -> bool:
        """Tell whether ``index``, counted from the start, may lie inside."""
        return self.stop is None or self.start + index < self.stop

    def length(self, total: int) -> int:
        """Count the rows inside, of a collection of ``total``."""
        last = total if self.stop is None else min(self.stop, total)
        return max(last - self.start, 0)


class Reader:
    """Reads a window page by page, in order, and plans ahead.

    Once a page has told the total, the rest is asked for on a grid as wide as that page: what the
    server gives at once, whatever was asked. A page that comes shorter leaves a gap, which is
    asked for before anything behind it, so that rows are neither lost nor read twice.

    Args:
        window: What to read.
        size: Rows to ask for at once.
    """

    def __init__(self, window: Window, size: int) -> None:
        """Begin at the start of the window."""
        self._window = window
        self._size = size
        self._last: list[Any] = []
        self._grid = Span(window.start, 0)
        self._end = 0  # where the rows end, as far as it is known
        self.offset = window.start
        self.complete = not window.covers(0)

    def spans(self, count: int = 1) -> list[Span]:
        """Return up to ``count`` spans to ask for now, in order; none if all is read."""
        if self.complete:
            return []
        spans = [Span(self.offset, self._limit(self.offset))]
        if count == 1 or not self._grid.limit:
            return spans
        line = self._line_after(self.offset)
        if (self.offset - self._grid.offset) % self._grid.limit:
            spans = [Span(self.offset, min(line, self.offset + spans[0].limit) - self.offset)]
        while len(spans) < count and line < self._end:
            spans.append(Span(line, self._limit(line)))
            line += self._grid.limit
        return spans

    def _limit(self, offset: int) -> int:
        stop = self._window.stop
        return self._size if stop is None else min(self._size, stop - offset)

    def _line_after(self, offset: int) -> int:
        base, width = self._grid
        return base + ((offset - base) // width + 1) * width

    def feed(self, page: Page, asked: int) -> list[Any]:
        """Take the answer to the first of the spans, of ``asked`` rows; return its new rows."""
        rows = page.rows
        end = self.offset + len(rows)
        total = page.total if page.total is not None and page.total >= end else None
        if not rows or (total is None and rows == self._last):
            # The same rows again without a total: the server does not page at all.
            self.complete = True
            return []
        stop = self._window.stop
        unpaged = total is None and len(rows) > asked
        if unpaged or end == total or (stop is not None and end >= stop):
            self.complete = True
        if stop is not None:
            rows = rows[: stop - self.offset]
        if len(rows) > self._grid.limit:
            self._grid = Span(end, len(rows))
        self._end = 0 if total is None else total if stop is None else min(total, stop)
        self._last = rows if total is None else []
        self.offset = end
        return rows
