"""What the sets of both worlds share: the rows that have come, and what is known. No I/O.

Which rows to ask for is decided by ``_core.paging``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from cnct.client._core.paging import Page, Reader, Span, Unread, Window
from cnct.client.models.noun import ClientT, Located
from cnct.client.models.query import Query
from cnct.client.models.refinement import Refinable, bounds
from cnct.rql import R


class BaseResourceSet(Located[ClientT], Refinable):
    """What :class:`ResourceSet` and :class:`AsyncResourceSet` share.

    Args:
        client: Who makes the calls.
        path: Path below the endpoint.
        query: A filter.
    """

    def __init__(self, client: ClientT, path: str, query: R | None = None) -> None:
        """Start without rows."""
        super().__init__(client, path)
        where = R() if query is None else query
        self._start(Query(where, size=client.default_limit, concurrency=client.concurrency))

    def _start(self, query: Query) -> None:
        self._query = query
        self._rows: list[Any] = []
        self._single: dict[int, Any] = {}
        self._total: int | None = 0 if query.empty else None
        self._reader = self._new_reader()
        self._iterations = 0
        self._checked = False  # against the specification: pages differ in their offset only

    def _new_reader(self) -> Reader:
        reader = Reader(self._query.window, self._query.size)
        reader.complete = self._query.empty
        return reader

    def _refined(self, **changes: Any) -> Self:
        refined = type(self).__new__(type(self))
        refined._client = self._client
        refined._path = self._path
        refined._start(self._query.replaced(**changes))
        return refined

    def _kept_pages(self) -> Iterator[list[Any]]:
        size = self._query.size
        return (self._rows[start : start + size] for start in range(0, len(self._rows), size))

    def _at(self, span: Span) -> str:
        """Return the path and query of a call for some rows."""
        return f"{self._path}?{self._query.at(span.limit, span.offset)}"

    def _read(self, answer: Unread) -> Page:
        """Decode a page, and keep its total if it can be believed."""
        page = answer.page()
        if page.total is not None and page.total >= len(page.rows):
            self._total = page.total
        return page

    def _counted(self) -> int | None:
        """Return the number of rows in the set, if it is known."""
        if self._reader.complete:
            return len(self._rows)
        return None if self._total is None else self._query.window.length(self._total)

    def _known(self, index: int) -> Any:
        """Return the row at an index, ``MISSING`` if there is none, ``UNREAD`` if unknown."""
        if index < len(self._rows):
            return self._rows[index]
        if self._reader.complete or not self._query.window.covers(index):
            return MISSING
        return self._single.get(index, UNREAD)

    def _only(self, index: int) -> Span:
        """Return the span of one row."""
        return Span(self._query.window.start + index, 1)

    def _remembered(self, index: int, page: Page) -> Any:
        """Keep a row that was asked for alone."""
        self._single[index] = page.rows[0] if page.rows else MISSING
        if index == 0 and not page.rows:
            self._reader.complete = True
        return self._single[index]

    def _no_such(self, index: int) -> IndexError:
        return IndexError(f"{self!r} has no resource at index {index}")

    def _sliced(self, key: slice) -> Self:
        start, stop = bounds(key)
        sliced = self._refined(window=self._query.window.narrowed(start, stop))
        if self._reader.complete:
            sliced._rows = self._rows[start:stop]
            sliced._reader.complete = True
            sliced._total = self._total
        return sliced

    def __repr__(self) -> str:
        """Show path, query and what was fetched; makes no call."""
        window = self._query.window
        stop = "" if window.stop is None else window.stop
        bounds = f"[{window.start or ''}:{stop}]" if window != Window() else ""
        query = f"?{self._query.text}" if self._query.text else ""
        counted = self._counted()
        fetched = f"{len(self._rows)}/{'?' if counted is None else counted} fetched"
        return f"<{type(self).__name__} {self._path}{query}{bounds} {fetched}>"

    def _repr_html_(self) -> str | None:
        from cnct.console import rows_html  # noqa: PLC0415 - only notebooks need it

        return rows_html(repr(self), self._rows) if self._rows else None

    def __getstate__(self) -> dict[str, Any]:
        """Copy and pickle the query; rows are fetched again."""
        return {"client": self._client, "path": self._path, "query": self._query}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Start anew with the same query."""
        self._client = state["client"]
        self._path = state["path"]
        self._start(state["query"])


MISSING: Any = object()
UNREAD: Any = object()
