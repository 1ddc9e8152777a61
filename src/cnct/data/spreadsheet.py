"""Writes rows to a sheet of an Excel workbook (XLSX), with the types that Excel has.

Numbers are written as numbers only if a double holds all of their digits, and text is never taken
for a formula or a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeAlias
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from rustpy_xlsxwriter import Format, write_worksheet

from cnct.data.column_types import ColumnType
from cnct.data.columns import Column, Columns

LongText: TypeAlias = Literal["error", "cut"]
"""Treatment of texts that are too long for a cell."""

MOST_ROWS = 1_048_575
"""Rows of a sheet, below the header."""

_MOST_TEXT = 32_767  # units of UTF-16 in a cell
_MOST_NAME = 31  # characters of a sheet's name
_MOST_INTEGER = 2**53  # up to which a double holds every integer
_EXACT_DIGITS = 15  # decimal digits that every double keeps
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zones
_DAY = timedelta(days=1)
_FIRST = datetime(1900, 3, 1)  # noqa: DTZ001 - same; Excel believes in a 29 February 1900
_FORMATS: dict[ColumnType, str] = {"datetime": "yyyy-mm-dd hh:mm:ss", "date": "yyyy-mm-dd"}
_REFUSED = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_PROPERTIES = "docProps/core.xml"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time in a ZIP file
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def sheet_name(text: str) -> str:
    """Return a text as the name of a sheet: characters that Excel refuses become ``_``."""
    return _REFUSED.sub("_", text)[:_MOST_NAME].strip("'") or "rows"


class SheetCells:
    """Converts the values of rows to cells.

    Args:
        columns: The columns.
        long_text: ``error`` refuses a text of more than 32,767 characters, ``cut`` cuts it.

    Attributes:
        cuts: Number of texts that were cut, by column.
    """

    def __init__(self, columns: Columns, long_text: LongText = "error") -> None:
        self.cuts: dict[str, int] = {}
        self._cuts_texts = long_text == "cut"
        self._columns = columns.columns
        self._names = [column.name for column in columns.columns]
        self._converters = [_CONVERTERS.get(column.type) for column in columns.columns]
        self._rows = 0

    def record(self, values: list[Any]) -> dict[str, Any]:
        """Return the cells of a row by column.

        Raises:
            ValueError: If the sheet is full, or a text is too long for a cell.
        """
        self._rows += 1
        if self._rows > MOST_ROWS:
            raise ValueError(too_many_rows(self._rows))
        record: dict[str, Any] = {}
        for name, convert, value in zip(self._names, self._converters, values, strict=True):
            if value is not None and convert is not None:
                value = convert(value)  # noqa: PLW2901 - runs for every value
            if type(value) is str and len(value) * 2 > _MOST_TEXT:
                value = self._cut(name, value)  # noqa: PLW2901 - same
            record[name] = value
        return record

    def _cut(self, name: str, text: str) -> str:
        units = text.encode("utf-16-le")
        length = len(units) // 2
        if length <= _MOST_TEXT:
            return text
        if not self._cuts_texts:
            raise ValueError(
                f"Row {self._rows} has {length:,} characters in column {name!r}, and a cell of"
                f" Excel holds {_MOST_TEXT:,}: pass long_text='cut', leave the column out with"
                " columns=, or write another format"
            )
        self.cuts[name] = self.cuts.get(name, 0) + 1
        return units[: 2 * _MOST_TEXT].decode("utf-16-le", "ignore")


def too_many_rows(count: int) -> str:
    """Return the message for a set with more rows than a sheet has."""
    return (
        f"{count:,} rows do not fit into a sheet of Excel, which has {MOST_ROWS:,} below its"
        " header: filter the set, write several files with partitions=, or write another format"
    )


def write_sheet(path: str, columns: Columns, records: Iterator[dict[str, Any]], name: str) -> None:
    """Write a workbook with one sheet: bold header, which stays visible, and the rows.

    Args:
        path: The file.
        columns: The columns.
        records: Cells by column, see `SheetCells.record`; taken one by one.
        name: Name of the sheet, see `sheet_name`.
    """
    formats = {
        column.name: Format().set_num_format(_FORMATS[column.type])
        for column in columns.columns
        if column.type in _FORMATS
    }
    write_worksheet(
        _or_blank(records, columns.columns),
        path,
        sheet_name=name,
        bold_headers=True,
        freeze_row=1,
        column_formats=formats,
        ignore_errors=[column.name for column in columns.columns if column.type == "string"],
    )
    _settle_times(path)


def _or_blank(
    records: Iterator[dict[str, Any]], columns: tuple[Column, ...]
) -> Iterator[dict[str, Any]]:
    """Yield the records; if there are none, one without values, which gives a header alone."""
    yield next(records, dict.fromkeys(column.name for column in columns))
    yield from records


def _settle_times(path: str) -> None:
    """Replace the time of writing, so that the same rows give the same bytes."""
    with ZipFile(path, "a", ZIP_DEFLATED) as book:
        start = book.getinfo(_PROPERTIES).header_offset
        last = [info for info in book.infolist() if info.header_offset >= start]
        contents = [(info.filename, book.read(info)) for info in last]
        for info in last:  # behind the sheets, so that nothing else moves
            book.filelist.remove(info)
            del book.NameToInfo[info.filename]
        book.start_dir = start
        for filename, content in contents:
            book.writestr(ZipInfo(filename, _LONG_AGO), _TIME.sub(b"1980-01-01T00:00:00Z", content))


def _integer(value: int) -> int | str:
    return value if -_MOST_INTEGER <= value <= _MOST_INTEGER else str(value)


def _decimal(value: Decimal) -> float | str:
    digits = value.as_tuple().digits
    return float(value) if len(digits) <= _EXACT_DIGITS else _long_decimal(value)


def _long_decimal(value: Decimal) -> float | str:
    """Return a number if only zeros behind the point are too many, otherwise text."""
    is_exact = len(value.normalize().as_tuple().digits) <= _EXACT_DIGITS
    return float(value) if is_exact else format(value, "f")


def _datetime(value: datetime) -> float | str:
    moment = value.replace(tzinfo=None)  # UTC
    return (moment - _DAY_ZERO) / _DAY if moment >= _FIRST else value.isoformat()


def _date(value: date) -> float | str:
    is_known = value >= _FIRST.date()
    return float((value - _DAY_ZERO.date()).days) if is_known else value.isoformat()


_CONVERTERS: dict[ColumnType, Callable[[Any], Any]] = {
    "integer": _integer,
    "decimal": _decimal,
    "datetime": _datetime,
    "date": _date,
}
