"""Writes csv. Text that a spreadsheet would run as a formula is made harmless."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any, Literal

from cnct.data.column_types import ODD, TEXT_CONVERTERS
from cnct.data.columns import Columns
from cnct.data.json_rows import json_text
from cnct.data.row_file import RowFile
from cnct.exceptions import ExportError

FORMULA = frozenset({"=", "+", "-", "@", "\t", "\r"})
"""Beginnings of text that spreadsheets take for a formula."""


class CsvFile(RowFile):
    """Rows separated as in RFC 4180, the header first.

    Args:
        delimiter: Character between cells.
        quotechar: Character around cells that need it.
        quoting: A constant of `csv`, such as ``csv.QUOTE_ALL``.
        escapechar: Character before a delimiter in a cell, for ``csv.QUOTE_NONE``.
        lineterminator: End of a line.
        encoding: Encoding of the text.
        bom: Whether the file begins with a byte order mark, by which Excel recognises UTF-8.
        plain_cells: Whether text that begins like a formula is left as it is. By default an
            apostrophe is put before such text; never before numbers.

    Raises:
        ValueError: If an option has an invalid value.
        TypeError: If an option is of the wrong type.
    """

    def __init__(
        self,
        *,
        delimiter: str = ",",
        quotechar: str = '"',
        quoting: Literal[0, 1, 2, 3] = csv.QUOTE_MINIMAL,
        escapechar: str | None = None,
        lineterminator: str = "\n",
        encoding: str = "utf-8",
        bom: bool = False,
        plain_cells: bool = False,
    ) -> None:
        super().__init__()
        if not lineterminator:
            raise ValueError("lineterminator is empty: leave it out for a line feed")
        if delimiter in {quotechar, escapechar, "\r", "\n"}:
            raise ValueError(f"delimiter {delimiter!r} is also around cells or lines: use another")
        self._encoder = _encoder(encoding, bom=bom)
        self._bom = "\ufeff" if bom else ""
        self._is_guarded = not plain_cells
        self._lines: list[str] = []
        # Before Python 3.13, csv quotes those line ends only that are in its own terminator.
        self._line_end = f"\r\n{lineterminator}"
        self._terminator = lineterminator
        self._writer = csv.writer(
            _Lines(self._lines),
            delimiter=delimiter,
            quotechar=quotechar,
            quoting=quoting,
            escapechar=escapechar,
            lineterminator=self._line_end,
        )

    def begin(self, file: IO[bytes], columns: Columns | None) -> None:
        """Write the header."""
        if columns is None:
            raise TypeError("A csv file needs columns")
        self._file = file
        self._decode = columns.decoder({**TEXT_CONVERTERS, "boolean": _boolean, "json": _json})
        self._write([[column.name for column in columns.columns]], self._bom)

    def write(self, rows: Sequence[bytes]) -> None:
        """Write a line for each row."""
        decode, odd = self._decode, self.odd
        if rows:
            self._write([decode(row, odd) for row in rows])

    def _write(self, lines: list[list[Any]], start: str = "") -> None:
        if self._is_guarded:
            # Not in a function of its own, which would take half as long again.
            lines = [
                [
                    f"'{cell}" if type(cell) is str and cell[:1] in FORMULA else cell
                    for cell in cells
                ]
                for cells in lines
            ]
        try:
            self._writer.writerows(lines)
        except csv.Error as error:
            raise ExportError(f"A cell cannot be written: {error}; pass an escapechar") from error
        written, end = self._lines, len(self._line_end)
        text = self._terminator.join([line[:-end] for line in written])
        written.clear()
        try:
            self._file.write(self._encoder.encode(f"{start}{text}{self._terminator}"))
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            raise ExportError(
                f"{error.encoding} has no character {character!a}: pass encoding='utf-8'"
            ) from error

    def finish(self) -> None:
        """Do nothing: csv has no end."""


class _Lines:
    """A file for `csv.writer` that keeps the lines in a list."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def _json(value: Any) -> Any:
    """Return JSON; a number as a number, which is no formula even if negative."""
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return value if is_number else json_text(value)


def _boolean(value: Any) -> Any:
    return _BOOLEANS[value] if isinstance(value, bool) else ODD


_BOOLEANS = {True: "true", False: "false"}


def _encoder(encoding: str, *, bom: bool) -> codecs.IncrementalEncoder:
    try:
        "".encode(encoding)  # refuses codecs of bytes such as hex, which lookup does not
        name = codecs.lookup(encoding).name
    except LookupError:
        raise ValueError(
            f"There is no encoding {encoding!r} of text: leave it out for utf-8"
        ) from None
    if bom and name != "utf-8":
        raise ValueError(f"bom is for UTF-8, not for {encoding!r}: leave one of them out")
    return codecs.getincrementalencoder(name)()
