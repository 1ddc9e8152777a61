"""The rows of a usage file that Connect refused, as a table. Fetches nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple, overload

from cnct.data.csv_file import FORMULA
from cnct.data.whole_file import WholeFile
from cnct.text import clean

_COLUMNS = ("row", "error", "values")
_MOST = 60  # rows of a table on a terminal or in a notebook
_WIDEST = 70  # characters of a cell


class RefusedRow(NamedTuple):
    """A row that Connect refused.

    Attributes:
        number: Number of the row among those that were passed, from 1; ``None`` if Connect's answer
            does not lead back to it.
        error: The reason, in Connect's words.
        row: The row as it was sent, by column: numbers are `Decimal`, times are text in UTC. The
            record as Connect has it if the number is ``None``.
    """

    number: int | None
    error: str
    row: Mapping[str, Any]


class RefusedRows(Sequence[RefusedRow]):
    """The refused rows in the order of the input: a list that prints as a table.

    Args:
        rows: The rows.
    """

    def __init__(self, rows: Sequence[RefusedRow] = ()) -> None:
        self._rows = list(rows)

    @overload
    def __getitem__(self, index: int) -> RefusedRow: ...
    @overload
    def __getitem__(self, index: slice) -> RefusedRows: ...
    def __getitem__(self, index: int | slice) -> RefusedRow | RefusedRows:
        """Return a row, or the rows of a slice."""
        if isinstance(index, slice):
            return RefusedRows(self._rows[index])
        return self._rows[index]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def __repr__(self) -> str:
        """Return the table, at most 60 rows."""
        if not self:
            return "<RefusedRows: none>"
        lines = [_COLUMNS, *map(_cells, self._rows[:_MOST])]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        head, *body = ["   ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        return "\n".join([head, "-" * (sum(widths) + 6), *body, *self._more()])

    def _repr_html_(self) -> str:
        if not self:
            return "<p>No refused rows</p>"
        head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(row))}</tr>"
            for row in self._rows[:_MOST]
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return table + "".join(f"<p><em>{line}</em></p>" for line in self._more())

    def _more(self) -> list[str]:
        return [f"and {len(self) - _MOST:,} more"] if len(self) > _MOST else []

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write number, error and the columns of the rows.

        Correct the rows where they come from: the next upload replaces all rows of the file.

        The file appears under its name only when complete; text that a spreadsheet would run as a
        formula gets an apostrophe in front.

        Args:
            path: The file; an existing one is replaced.

        Raises:
            ExportError: If the directory is missing, or the path is no file.
            OSError: If the file cannot be written.
        """
        import csv  # noqa: PLC0415 - takes a while to import
        from codecs import getwriter  # noqa: PLC0415 - same

        names = dict.fromkeys(name for row in self._rows for name in row.row)
        whole = WholeFile(path)
        try:
            lines = csv.writer(getwriter("utf-8")(whole.file), lineterminator="\n")
            lines.writerow(["row", "error", *names])
            for row in self._rows:
                values = [row.row.get(name) for name in names]
                lines.writerow([row.number, _guarded(row.error), *map(_guarded, values)])
            whole.commit()
        finally:
            whole.discard()


def _cells(row: RefusedRow) -> tuple[str, str, str]:
    number = "?" if row.number is None else f"{row.number}"
    values = ", ".join(f"{name}={value}" for name, value in row.row.items())
    return number, _cut(row.error), _cut(values)


def _cut(text: str) -> str:
    text = clean(text)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _guarded(value: Any) -> Any:
    is_formula = isinstance(value, str) and value[:1] in FORMULA
    return f"'{value}" if is_formula else value
