"""Base of the sets of both worlds: the rows that were read, and the answers they allow. No I/O.

The order of reading is decided by ``_core.reader``.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from cnct.client._core.paging import Page, Span, Unread, Window
from cnct.client._core.raw_rows import RawRow, decoded, raw_rows
from cnct.client._core.responses import decode
from cnct.client._http.forks import renew_after_fork
from cnct.client.models.query import Query
from cnct.client.models.refinement import Refinable, bounds
from cnct.late import late_module
from cnct.text import clean
from cnct.user_warnings import DriftWarning, users_level

if TYPE_CHECKING:
    from cnct.client._core import reader as readers
    from cnct.client._core.reader import Reader
else:  # a count reads no rows
    readers = late_module("cnct.client._core.reader")

_SLICE = 1000  # kept rows per step
_new = object.__new__
_decode_kept = partial(decode, is_kept=True)


class Rows:
    """The rows of a set that have been read; created at the first read.

    Args:
        query: The query of the set.

    Attributes:
        kept: Rows in order, from the start of the window.
        single: Rows that were read alone, by index.
        total: Number of rows of the whole list, if the server gave one.
        reader: Plans the calls for the rest.
        ahead: Reads pages ahead for the iterations that keep rows.
        iterations: Number of running iterations over the kept rows.
        lock: Held by a thread that reads a page.
        iterations_lock: Held while iterations are counted: another thread may start one.
    """

    ahead: Any

    def __init__(self, query: Query) -> None:
        self._query = query
        self.kept: list[Any] = []
        self.single: dict[int, Any] = {}
        self.total = 0 if query.empty else None
        self.reader = reader_of(query)
        self.iterations = 0
        self.lock = threading.RLock()
        self.iterations_lock = threading.RLock()
        renew_after_fork(self)

    def _renew(self) -> None:
        """Replace locks that threads of the parent hold, and forget the rows they were reading."""
        if not _is_free(self.iterations_lock):
            self.iterations_lock = threading.RLock()
        if not _is_free(self.lock):
            self.lock = threading.RLock()
            self.kept = []
            self.reader = reader_of(self._query)
            vars(self).pop("ahead", None)


def _is_free(lock: threading.RLock) -> bool:
    """Return whether this thread can take or already holds a lock."""
    free = lock.acquire(blocking=False)
    if free:
        lock.release()
    return free


def reader_of(query: Query) -> Reader:
    """Return a reader at the start of a query's rows."""
    reader = readers.Reader(query.window, query.size, overlap=query.overlap)
    reader.complete = query.empty
    return reader


class SetBase(Refinable):
    """Base of `ResourceSet` and `AsyncResourceSet`."""

    _client: Any
    _rows_read: Rows | None = None
    _silent_drifts: list[str] | None = None
    _checked = False
    """Whether a call was checked against the document: pages differ in their offset only."""

    @property
    def _rows(self) -> Rows:
        rows = self._rows_read
        if rows is None:  # if several threads come here, the first wins
            rows = vars(self).setdefault("_rows_read", Rows(self._query))
        return rows

    @property
    def _ahead(self) -> Any:
        rows = self._rows
        if "ahead" not in vars(rows):
            new = self._client._read_ahead(rows.reader, self._query.concurrency)
            vars(rows).setdefault("ahead", new)
        return rows.ahead

    def _drifts(self) -> list[str]:
        """Return a list that receives the reader's warnings instead of the user."""
        drifts: list[str] = []
        self._silent_drifts = drifts
        return drifts

    def _warn_of_drift(self, reader: Reader) -> None:
        """Issue the reader's warning once, at the user's line."""
        if not reader.warning:
            return
        message, reader.warning = f"{self!r}: {reader.warning}", ""
        if self._silent_drifts is not None:
            self._silent_drifts.append(message)
        else:
            warnings.warn(message, DriftWarning, stacklevel=users_level())

    def _with_query(self, query: Query) -> Self:
        refined = _new(type(self))
        refined._client = self._client
        refined._path = self._path
        refined._query = query
        return refined

    def _raw(self) -> Self:
        """Return the set with rows that stay as the server sent them; see `RawRow`."""
        return self._with_query(self._query.replaced("decoder", raw_rows))

    def _kept_steps(self) -> Iterator[list[Any] | None]:
        """Yield the kept rows in lists, and ``None`` where another page has to be read."""
        rows, index = self._rows, 0
        while True:
            chunk = rows.kept[index : index + _SLICE]
            if chunk:
                index += len(chunk)
                yield chunk
            elif rows.reader.complete:
                return
            else:
                yield None

    def _kept_pages(self) -> Iterator[list[Any]]:
        kept, size = self._rows.kept, self._query.size
        return (kept[start : start + size] for start in range(0, len(kept), size))

    def _at(self, span: Span) -> str:
        """Return path and query of the call for some rows."""
        return f"{self._path}?{self._query.at(span.limit, span.offset)}"

    def _read_arguments(self) -> tuple[str, dict[str, Any]]:
        """Return path and keyword arguments of the call for the first page.

        Raises:
            ValueError: If no resource can match, so that no call is made.
        """
        spans = reader_of(self._query).spans()
        if not spans:
            raise ValueError(f"{self!r} is empty without a call, since no resource can match")
        return self._at(spans[0]), {**self._query.kwargs}

    def _read(self, response: Unread, decoder: Callable[[bytes], Any] | None = None) -> Page:
        """Decode a page, by default as JSON, convert its moments, and keep a plausible total."""
        page = self._with_total(response.page(self._query.decoder or decoder))
        if self._query.decoder is None:
            self._convert(page.rows)
        return page

    def _read_kept(self, response: Unread) -> Page:
        """Decode a page whose rows are going to be kept."""
        return self._read(response, _decode_kept)

    def _read_split(self, response: Unread) -> Page:
        """Decode a small page, and split a large one, for `_each`.

        The memory of a row then serves the next one too. To create and free the objects of a large
        page at once takes twice as long.
        """
        return self._with_total(
            response.page(raw_rows if response.is_large else self._query.decoder)
        )

    def _each(self, rows: list[Any]) -> Iterable[Any]:
        """Return the rows of a page, decoded and converted when they are reached.

        Not converted before, since a reader recognises rows without ids as a whole, and the rows of
        a split page are not converted either.
        """
        if self._query.decoder is not None:
            return rows
        unsplit = decoded(rows) if isinstance(rows[0], RawRow) else rows
        return map(self._converted, unsplit) if self._query.dates else unsplit

    def _converted(self, row: Any) -> Any:
        self._convert([row])
        return row

    def _convert(self, rows: list[Any]) -> None:
        """Convert the moments in rows, in place, if the set has datetimes."""
        if self._query.dates:
            from cnct.rows.moments import convert_rows  # noqa: PLC0415 - few programs need it

            convert_rows(rows, self._client._moment_fields(self._path))

    def _with_total(self, page: Page) -> Page:
        if page.total is not None and page.total >= len(page.rows):
            self._rows.total = page.total
        return page

    def _is_begun(self) -> bool:
        """Return whether there are kept rows that another iteration can use."""
        rows = self._rows_read
        return rows is not None and bool(rows.kept or rows.reader.complete)

    def _counted(self) -> int | None:
        """Return the number of rows in the set; ``None`` if that needs a call."""
        rows = self._rows
        if rows.reader.complete:
            return len(rows.kept)
        return None if rows.total is None else self._query.window.length(rows.total)

    def _row_at(self, index: int) -> Any:
        """Return the row at an index, ``MISSING`` beyond the end, or ``UNREAD`` if unknown."""
        rows = self._rows
        if index < len(rows.kept):
            return rows.kept[index]
        if rows.reader.complete or not self._query.window.covers(index):
            return MISSING
        return rows.single.get(index, UNREAD)

    def _only(self, index: int) -> Span:
        """Return the span of one row."""
        return Span(self._query.window.start + index, 1)

    def _remembered(self, index: int, page: Page) -> Any:
        """Return and keep the row of a page of one; ``MISSING`` if the page is empty."""
        rows = self._rows
        rows.single[index] = page.rows[0] if page.rows else MISSING
        if index == 0 and not page.rows:
            rows.reader.complete = True
        return rows.single[index]

    def _no_such(self, index: int) -> IndexError:
        return IndexError(f"{self!r} has no resource at index {index}")

    def _sliced(self, key: slice) -> Self:
        start, stop = bounds(key)
        window = self._query.window.narrowed(start, stop)
        sliced = self._with_query(self._query.replaced("window", window))
        own = self._rows_read
        if own is not None and own.reader.complete:
            rows = sliced._rows
            rows.kept = own.kept[start:stop]
            rows.reader.complete = True
            rows.total = own.total
        return sliced

    def __repr__(self) -> str:
        """Return path, query and the number of rows read; makes no call."""
        window = self._query.window
        stop = "" if window.stop is None else window.stop
        range_ = f"[{window.start or ''}:{stop}]" if window != Window() else ""
        query = f"?{self._query.text}" if self._query.text else ""
        counted = self._counted()
        fetched = f"{len(self._rows.kept)}/{'?' if counted is None else counted} fetched"
        return clean(f"<{type(self).__name__} {self._path}{query}{range_} {fetched}>")

    def _rows_html(self) -> str | None:
        from cnct.console import rows_html  # noqa: PLC0415 - only notebooks need it

        return rows_html(repr(self), self._rows.kept) if self._rows.kept else None

    def __getstate__(self) -> dict[str, Any]:
        """Copy and pickle the query; rows are fetched again."""
        return {"_client": self._client, "_path": self._path, "_query": self._query}


MISSING: Any = object()
UNREAD: Any = object()
