"""Pages of a list: spans of rows to request, decoded responses, and windows. No I/O.

The order of the pages is decided by ``reader``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from cnct.client._core.messages import Request, Response
from cnct.client._core.responses import LARGE_PAGE, content_of, value_of
from cnct.exceptions import ClientError
from cnct.late import late_module
from cnct.openapi.shapes import is_list
from cnct.text import late_pattern

if TYPE_CHECKING:
    from cnct.client._core import request_ids
else:  # only errors need it
    request_ids = late_module("cnct.client._core.request_ids")

_CONTENT_RANGE = late_pattern(
    r"\s*items\s+(?:\d+-\d+|\*)\s*/\s*(\d{1,18})\s*", re.IGNORECASE | re.ASCII
)


class Page(NamedTuple):
    """Rows of one response, and the total from ``Content-Range``, if any."""

    rows: list[Any]
    total: int | None


class Span(NamedTuple):
    """Rows of one call: ``limit`` rows from ``offset``."""

    offset: int
    limit: int


class Unread(NamedTuple):
    """A response with a list that is not decoded yet.

    Decoded by the consumer, so that the first page is not delayed by the others and requests are
    spread out.

    Attributes:
        request: The request.
        response: The response.
        rows: The rows of a large page that was decoded in a thread, ``None`` for any other.
    """

    request: Request
    response: Response
    rows: list[Any] | None = None

    @property
    def is_large(self) -> bool:
        """Whether to decode the rows one by one, unless they were decoded in a thread."""
        return self.rows is None and len(content_of(self.response)) > LARGE_PAGE

    def page(self, decoder: Callable[[bytes], Any] | None = None) -> Page:
        """Decode the response.

        Args:
            decoder: Decodes the body; by default as JSON.

        Raises:
            ClientError: If the body is not a JSON array.
        """
        rows = self.rows
        if rows is None:
            rows = value_of(self.request, self.response, decoder=decoder)
        if not is_list(rows):
            raise ClientError(
                f"Expected a JSON array of rows, got {type(rows).__name__}",
                status_code=self.response.status_code,
                method=self.request.method,
                url=self.request.shown_url,
                request_id=request_ids.request_id_of(self.request, self.response.headers),
            )
        return Page(rows, self._total())

    def counted(self) -> Page:
        """Return the total of the response to a call without rows.

        The body is decoded only if there is no total in the header.

        Raises:
            ClientError: If there is no total, and the body is neither empty nor a JSON array.
        """
        total = self._total()
        if total is None and content_of(self.response).strip():
            return self.page()
        return Page([], total)

    def _total(self) -> int | None:
        range_ = _CONTENT_RANGE.fullmatch(self.response.headers.get("Content-Range", ""))
        return int(range_[1]) if range_ else None


class Window(NamedTuple):
    """A range of a collection, half open as in Python; ``stop`` is ``None`` for no end."""

    start: int = 0
    stop: int | None = None

    def narrowed(self, start: int, stop: int | None) -> Window:
        """Return a slice of this range, with bounds relative to its start."""
        first = self.start + start
        last = None if stop is None else self.start + stop
        if self.stop is not None:
            last = self.stop if last is None else min(self.stop, last)
        return Window(first, None if last is None else max(first, last))

    def covers(self, index: int) -> bool:
        """Return whether ``index``, relative to the start, may be inside."""
        return self.stop is None or self.start + index < self.stop

    def length(self, total: int) -> int:
        """Return the number of rows inside, for a collection of ``total``."""
        last = total if self.stop is None else min(self.stop, total)
        return max(last - self.start, 0)
