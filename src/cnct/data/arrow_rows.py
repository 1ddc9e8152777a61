"""Rows as Arrow data, which polars, DuckDB, pandas and pyarrow read by the PyCapsule interface.

Fetches nothing: is passed pages of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from time import monotonic
from typing import Any, TypeAlias

from cnct.data.arrow_library import BATCH_ROWS, ArrowLibrary, arrow_library
from cnct.data.columns import Columns
from cnct.data.exported import Exported
from cnct.data.exporting import warn_of_extra
from cnct.text import clean

Page: TypeAlias = Sequence[bytes]
"""Rows, each as JSON."""


class ArrowRows:
    """Rows of a set for any library that takes objects with ``__arrow_c_stream__``.

    Integers have 64 bits, times are UTC with microseconds, decimals have 38 digits, 18 of them
    behind the point; lists are JSON text; everything may be null.

    Args:
        columns: The columns.
        name: Name of the rows, for people.
        pages: Returns the pages, for each library that takes the rows; ``None`` for rows that
            `_keep` receives.

    Attributes:
        columns: As passed.
    """

    def __init__(
        self, columns: Columns, name: str, pages: Callable[[], Iterable[Page]] | None = None
    ) -> None:
        self.columns = columns
        self._name = name
        self._pages = pages
        self._library = arrow_library()
        self._builder = _Builder(columns, self._library)
        self._kept: list[Any] = []

    @property
    def extra(self) -> dict[str, int]:
        """Number of values in ``_extra`` of the last reading, by dotted field."""
        return self._builder.odd

    def __arrow_c_schema__(self) -> object:
        """Return the Arrow schema; makes no call."""
        return self._library.schema(self.columns).__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a stream of the rows, whose pages are read while the library takes it.

        An error of a call is an error of the stream.
        """
        batches = iter(self._kept) if self._pages is None else self._read(self._pages)
        return self._library.reader(self.columns, batches).__arrow_c_stream__(requested_schema)

    def _read(self, pages: Callable[[], Iterable[Page]]) -> Iterator[Any]:
        """Yield the record batches of pages."""
        builder = self._builder = _Builder(self.columns, self._library)
        for page in pages():
            yield from builder.add(page)
        yield from builder.finish()
        builder.warn(self._name)

    def _keep(self, page: Page) -> None:
        """Keep the rows of a page."""
        self._kept += self._builder.add(page)

    def _finish(self) -> None:
        """Keep the last rows."""
        self._kept += self._builder.finish()
        self._builder.warn(self._name)

    def __repr__(self) -> str:
        """Return the name, the number of columns, and whether the rows are kept."""
        kept = f", {self._builder.rows:,} rows kept" if self._pages is None else ""
        return clean(f"<ArrowRows {self._name}: {len(self.columns.columns)} columns{kept}>")


class _Builder:
    """Builds record batches of 1,000 rows and more."""

    def __init__(self, columns: Columns, library: ArrowLibrary) -> None:
        self.odd: dict[str, int] = {}
        self.rows = 0
        self._columns = columns
        self._library = library
        self._decode = columns.decoder(library.converters)
        self._waiting: list[list[Any]] = []
        self._start = monotonic()

    def add(self, page: Page) -> list[Any]:
        """Return the record batches that are complete."""
        decode, odd = self._decode, self.odd
        self._waiting += [decode(row, odd) for row in page]
        self.rows += len(page)
        return self.finish() if len(self._waiting) >= BATCH_ROWS else []

    def finish(self) -> list[Any]:
        """Return the last record batch, if there are rows."""
        rows, self._waiting = self._waiting, []
        return [self._library.batch(self._columns, rows)] if rows else []

    def warn(self, name: str) -> None:
        """Issue an `ExportWarning` if values went to ``_extra``."""
        warn_of_extra(Exported(name, self.rows, self.odd, monotonic() - self._start))
