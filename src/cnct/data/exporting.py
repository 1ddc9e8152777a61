"""Runs an export: rows come in pages, and leave as a whole file. Fetches nothing."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from time import monotonic
from types import TracebackType
from typing import Self

from cnct.data.columns import EXTRA, Choice, Columns
from cnct.data.exported import Exported
from cnct.data.json_rows import decoded_row
from cnct.data.row_file import RowFile
from cnct.data.whole_file import Target
from cnct.text import clean, listed
from cnct.user_warnings import ExportWarning, users_level

OBSERVED_ROWS = 1_000
"""Rows that decide the columns where there is no document."""


class Export:
    """An export that is under way; use it in a ``with`` block, which removes an incomplete file.

    Args:
        target: The place for the file.
        row_file: Writes the format.
        columns: Columns of the document; ``None`` if the first rows decide.
        choice: Columns that the user chose; see `Columns.chosen`.

    Raises:
        InvalidCallError: If the document lacks a chosen column.
    """

    def __init__(
        self,
        target: Target,
        row_file: RowFile,
        columns: Columns | None,
        choice: Choice | None = None,
    ) -> None:
        self._target = target
        self._row_file = row_file
        self._choice = choice
        try:
            self._columns = columns.chosen(choice) if columns else None
        except BaseException:
            target.discard()
            raise
        self._waits = columns is None and (row_file.needs_columns or choice is not None)
        self._waiting: list[bytes] = []
        self._rows = 0
        self._start = monotonic()
        self._has_begun = False

    def write(self, rows: Sequence[bytes]) -> None:
        """Write the rows of a page, each as JSON."""
        self._rows += len(rows)
        if self._waits:
            self._waiting += rows
            if len(self._waiting) >= OBSERVED_ROWS:
                self._observe()
            return
        self._begin()
        self._row_file.write(rows)

    def _observe(self) -> None:
        """Choose the columns by the first rows, and write these."""
        self._waits = False
        rows, self._waiting = self._waiting, []
        observed = Columns.observed(map(decoded_row, rows[:OBSERVED_ROWS]))
        self._columns = observed.chosen(self._choice)
        self._begin()
        self._row_file.write(rows)

    def _begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            uses_columns = self._row_file.needs_columns or self._choice is not None
            self._row_file.begin(self._target.file, self._columns if uses_columns else None)

    def finish(self) -> Exported:
        """Write the end, complete the file, and return the report."""
        if self._waits:
            self._observe()
        self._begin()
        self._row_file.finish()
        self._target.commit()
        seconds = monotonic() - self._start
        return Exported(self._target.name, self._rows, dict(self._row_file.odd), seconds)

    def __enter__(self) -> Self:
        """Return the export."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Remove an incomplete file."""
        self._row_file.abort()
        self._target.discard()


def warn_of_extra(exported: Exported) -> None:
    """Issue an `ExportWarning` at the user's line if values went to ``_extra``."""
    if exported.extra:
        fields = listed(f"{name} ({count:,})" for name, count in exported.extra.items())
        warnings.warn(
            clean(
                f"{exported.path}: values without a column, or of another type, are in {EXTRA}:"
                f" {fields}"
            ),
            ExportWarning,
            stacklevel=users_level(),
        )
