"""Limit/offset paging: which rows to ask for next, and what an answer proves. No I/O.

The next offset is what was received, not what was asked: servers cap the limit silently, and
``Content-Range`` may be missing or odd (RQL.md section 3, "Pagination").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cnct.client._core.answers import is_list, value_of
from cnct.client._core.messages import Request, Response
from cnct.client.exceptions import ClientError

_CONTENT_RANGE = re.compile(r"\s*items\s+(?:\d+-\d+|\*)\s*/\s*(\d+)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one answer, and the total it claims, if any."""

    rows: list[Any]
    total: int | None


def page_of(request: Request, response: Response) -> Page:
    """Read a list answer.

    Raises:
        ClientError: If the body is not a JSON array.
    """
    rows = value_of(request, response)
    if not is_list(rows):
        raise ClientError(
            f"Expected a JSON array of rows, got {type(rows).__name__}",
            status_code=response.status_code,
            method=request.method,
            url=request.shown_url,
        )
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return Page(rows, int(found[1]) if found else None)


@dataclass(frozen=True, slots=True)
class Window:
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

    def __contains__(self, index: int) -> bool:
        """Tell whether ``index``, counted from the start, may lie inside."""
        return self.stop is None or self.start + index < self.stop

    def length(self, total: int) -> int:
        """Count the rows inside, of a collection of ``total``."""
        last = total if self.stop is None else min(self.stop, total)
        return max(last - self.start, 0)


class Reader:
    """Reads a window page by page, in order.

    Args:
        window: What to read.
        size: Rows to ask for at once.
    """

    def __init__(self, window: Window, size: int) -> None:
        """Begin at the start of the window."""
        self._window = window
        self._size = size
        self._last: list[Any] = []
        self.offset = window.start
        self.complete = 0 not in window

    @property
    def limit(self) -> int:
        """Rows to ask for next."""
        if self._window.stop is None:
            return self._size
        return min(self._size, self._window.stop - self.offset)

    def feed(self, page: Page) -> list[Any]:
        """Take the answer to ``limit`` rows from ``offset``; return the rows that are new."""
        rows, asked = page.rows, self.limit
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
        self._last = rows
        self.offset = end
        return rows
