"""Writes workbooks of several sheets, from cells that are ready. Checks no values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import IO, NamedTuple

from cnct.data.workbook_writer import XLSX, destination, settle_times


class Sheet(NamedTuple):
    """A sheet to write.

    Attributes:
        name: Name of the sheet, as Excel takes it.
        rows: Values by column: text, numbers, ``None``; read once, while they are written.
        texts: Columns whose texts may look like numbers.
    """

    name: str
    rows: Iterable[Mapping[str, str | float | int | None]]
    texts: Sequence[str]


def write_sheets(file: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """Write sheets with a header that stays visible; the same rows give the same bytes.

    Raises whatever reading the rows raises.

    Args:
        file: An empty binary file, open for reading and writing.
        sheets: The sheets; one without rows is written without a header.
    """
    XLSX.write_worksheets(
        [(sheet.name, chain(sheet.rows)) for sheet in sheets],
        destination(file),
        bold_headers=True,
        freeze_panes={"general": {"row": 1, "col": 0}},
        ignore_errors={sheet.name: [*sheet.texts] for sheet in sheets},
    )
    settle_times(file)
