"""Writes rows as csv or tsv. Text that a spreadsheet would run as a formula is disarmed in csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from cnct.cli.cells import columns_of, flat_row, text_of
from cnct.cli.sink import Sink
from cnct.exceptions import ClientError
from cnct.text import clean, encodable, listed

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TSV = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class Delimited:
    """Rows with separators: csv (RFC 4180), or tsv with backslash escapes.

    Args:
        sink: Standard output.
        columns: The columns; if there are none, the first rows decide.
        is_csv: Whether to write csv rather than tsv.
        is_guarded: Whether csv text that begins like a formula gets an apostrophe before it.
    """

    def __init__(
        self, sink: Sink, columns: Sequence[str], *, is_csv: bool, is_guarded: bool
    ) -> None:
        self._sink = sink
        self._columns = [*columns]
        self._named = bool(columns)
        self._is_csv = is_csv
        self._is_guarded = is_guarded and is_csv
        self._has_header = False
        self._left_out: dict[str, None] = {}

    def write(self, rows: Sequence[Any]) -> None:
        """Write some rows, the header first."""
        if not self._named:
            rows = [flat_row(row) for row in rows]
            self._choose_columns(rows)
        lines = [] if self._has_header else [self._columns]
        self._has_header = True
        lines += [[self._cell(row.get(name)) for name in self._columns] for row in rows]
        self._write_lines(lines)

    def _choose_columns(self, rows: Sequence[dict[str, Any]]) -> None:
        names = columns_of(rows)
        if not self._columns:
            self._columns = names
        missing = {*names} - {*self._columns}
        self._left_out |= dict.fromkeys(name for name in names if name in missing)

    def _write_lines(self, lines: Sequence[Sequence[str]]) -> None:
        if self._is_csv:
            file = io.StringIO()
            csv.writer(file, lineterminator="\n").writerows(lines)
            text = file.getvalue()
        else:
            text = "".join(
                "\t".join(cell.translate(_TSV) for cell in line) + "\n" for line in lines
            )
        if self._sink.is_terminal:
            text = encodable(clean(text, lines=True), self._sink.encoding)
        self._sink.write(text)

    def _cell(self, value: Any) -> str:
        text = text_of(value)
        is_risky = self._is_guarded and isinstance(value, str) and text.startswith(_FORMULA)
        return f"'{text}" if is_risky else text

    def end(self, *, is_complete: bool) -> None:
        """Write the header if there were no rows.

        Raises:
            ClientError: If later rows had fields without a column.
        """
        if is_complete and not self._has_header and self._named:
            self._write_lines([self._columns])
        if is_complete and self._left_out:
            raise ClientError(
                "Later rows have fields that the first ones lack, and for which there is no "
                f"column: {listed(self._left_out)}. Name the columns with --select"
            )
