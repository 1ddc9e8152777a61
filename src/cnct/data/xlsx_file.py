"""Writes Excel workbooks (XLSX) with the types that Excel has.

Numbers are numbers only if a double holds all of their digits, and no text is taken for a formula
or a link.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import IO, Any, Literal

from cnct.data.column_types import CONVERTERS, ODD, ColumnType
from cnct.data.columns import Columns
from cnct.data.fed_file import FedFile
from cnct.data.flattener import Converter
from cnct.data.workbook_writer import XLSX, destination, settle_times
from cnct.exceptions import ExportError
from cnct.text import listed
from cnct.user_warnings import ExportWarning, users_level

_MOST_TEXT = 32_767  # units of UTF-16 in a cell
_MOST_NAME = 31  # characters of a sheet's name
_MOST_INTEGER = 2**53  # up to which a double holds every integer
_EXACT_DIGITS = 15  # decimal digits that every double keeps
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zones
_DAY = timedelta(days=1)
_FIRST = datetime(1900, 3, 1)  # noqa: DTZ001 - same; Excel believes in a 29 February 1900
_FORMATS: dict[ColumnType, str] = {"datetime": "yyyy-mm-dd hh:mm:ss", "date": "yyyy-mm-dd"}
_REFUSED = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class XlsxFile(FedFile):
    """A sheet with a bold header, which stays visible.

    Integers beyond 2**53 and decimals of more than 15 digits are text, times are in UTC, lists are
    JSON text, and times before March 1900 are text.

    Args:
        sheet: Name of the sheet; characters that Excel refuses become ``_``.
        long_text: ``error`` refuses texts of more than 32,767 characters, which no cell holds;
            ``cut`` cuts them, and warns.

    Raises:
        ValueError: If ``long_text`` is neither.
    """

    most_rows = 1_048_575

    def __init__(
        self, *, sheet: str = "rows", long_text: Literal["error", "cut"] = "error"
    ) -> None:
        super().__init__()
        if long_text not in {"error", "cut"}:
            raise ValueError(f"long_text must be 'error' or 'cut', not {long_text!r}")
        self._sheet = _REFUSED.sub("_", sheet)[:_MOST_NAME].strip("'") or "rows"
        self._cuts_texts = long_text == "cut"
        self._cuts: dict[str, int] = {}
        self._rows = 0

    def begin(self, file: IO[bytes], columns: Columns | None) -> None:
        """Start the writer."""
        if columns is None:
            raise TypeError("A workbook needs columns")
        self._decode = columns.decoder(_CONVERTERS)
        self._names = [column.name for column in columns.columns]
        self._feed(partial(_write_workbook, file, self._sheet, columns))

    def write(self, rows: Sequence[bytes]) -> None:
        """Write rows.

        Raises:
            ExportError: If the sheet is full, or a text is too long for a cell.
        """
        decode, odd, names = self._decode, self.odd, self._names
        records: list[dict[str, Any]] = []
        for row in rows:
            self._rows += 1
            record = dict(zip(names, decode(row, odd), strict=True))
            for name, value in record.items():
                if type(value) is str and 2 * len(value) > _MOST_TEXT:
                    record[name] = self._fitted(name, value)
            records.append(record)
        self.check_rows(self._rows)
        self._fed.put(records)

    def _fitted(self, name: str, text: str) -> str:
        """Return a text that fits into a cell."""
        units = text.encode("utf-16-le")
        length = len(units) // 2
        if length <= _MOST_TEXT:
            return text
        if not self._cuts_texts:
            raise ExportError(
                f"Row {self._rows:,} has {length:,} characters in column {name!r}, and a cell of"
                f" Excel holds {_MOST_TEXT:,}: pass long_text='cut', leave the column out with"
                " columns=, or write another format"
            )
        self._cuts[name] = self._cuts.get(name, 0) + 1
        return units[: 2 * _MOST_TEXT].decode("utf-16-le", "ignore")

    def finish(self) -> None:
        """Write the end of the file.

        Issues an `ExportWarning` if texts were cut.
        """
        super().finish()
        if self._cuts:
            columns = listed(f"{name} ({count:,})" for name, count in self._cuts.items())
            warnings.warn(
                f"Texts were cut at {_MOST_TEXT:,} characters, which a cell of Excel holds:"
                f" {columns}",
                ExportWarning,
                stacklevel=users_level(),
            )


def _write_workbook(
    file: IO[bytes], sheet: str, columns: Columns, pages: Iterator[list[dict[str, Any]]]
) -> None:
    formats = {
        column.name: XLSX.Format().set_num_format(_FORMATS[column.type])
        for column in columns.columns
        if column.type in _FORMATS
    }
    names = [column.name for column in columns.columns]
    XLSX.write_worksheet(
        _records(pages, names),
        destination(file),
        sheet_name=sheet,
        bold_headers=True,
        freeze_row=1,
        column_formats=formats,
        ignore_errors=[column.name for column in columns.columns if column.type == "string"],
    )
    settle_times(file)


def _records(
    pages: Iterator[list[dict[str, Any]]], names: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield the records; if there are none, one without values, which gives a header alone."""
    records = (record for page in pages for record in page)
    yield next(records, dict.fromkeys(names))
    yield from records


def _integer(value: Any) -> Any:
    number = CONVERTERS["integer"](value)
    is_exact = number is ODD or -_MOST_INTEGER <= number <= _MOST_INTEGER
    return number if is_exact else str(number)


def _decimal(value: Any) -> Any:
    number = CONVERTERS["decimal"](value)
    if number is ODD:
        return ODD
    is_exact = len(number.normalize().as_tuple().digits) <= _EXACT_DIGITS
    return float(number) if is_exact else format(number, "f")


def _datetime(value: Any) -> Any:
    moment = CONVERTERS["datetime"](value)
    if moment is ODD:
        return ODD
    in_utc: datetime = moment.replace(tzinfo=None)
    return (in_utc - _DAY_ZERO) / _DAY if in_utc >= _FIRST else moment.isoformat()


def _date(value: Any) -> Any:
    day: date = CONVERTERS["date"](value)
    if day is ODD:
        return ODD
    is_known = day >= _FIRST.date()
    return float((day - _DAY_ZERO.date()).days) if is_known else day.isoformat()


_CONVERTERS: Mapping[ColumnType, Converter] = {
    "integer": _integer,
    "decimal": _decimal,
    "datetime": _datetime,
    "date": _date,
}
