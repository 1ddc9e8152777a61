"""Checks rows of usage, and converts them to the cells of a workbook. Writes no file.

All problems of all rows are collected, so that a file is corrected once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from math import isinf
from typing import Any, NamedTuple, TypeAlias

from cnct.exceptions import UsageRowsError
from cnct.openapi.shapes import is_object
from cnct.rows.table_cells import SURPLUS_CELLS, cell_value
from cnct.text import clean, did_you_mean
from cnct.usage.record_columns import COLUMNS, NEEDED, OTHER_NAMES, PARAMETER, UsageTemplate

Cells: TypeAlias = dict[str, str | float | int | None]

MOST_PROBLEMS = 100
"""Problems that are kept; the others are counted."""

_SHOWN = 10  # problems in the message of the error
_MOST_TEXT = 32_767  # units of UTF-16 in a cell of Excel
_FIRST_YEAR = 1000  # earlier ones are written with less than four digits
_MOST_ROWS = 1_048_575  # of a sheet, below the header
_EXACT_DIGITS = 15  # decimal digits that every double keeps
_MOST_COUNT = 2**31 - 1  # of `tier`, by Connect's document
_OF_DAY = {"start": time(), "end": time(23, 59, 59)}  # for dates without a time
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class RowProblem(NamedTuple):
    """A value that cannot be sent.

    Attributes:
        row: Number of the row, from 1.
        column: Header of the column; empty for the row as a whole.
        problem: The reason, and the remedy.
    """

    row: int
    column: str
    problem: str

    def __str__(self) -> str:
        """Return row, column and problem in one line."""
        column = f", {self.column}" if self.column else ""
        return clean(f"row {self.row:,}{column}: {self.problem}")


class _UnfitValueError(Exception):
    """The message is the problem of a value."""


class RecordRows:
    """The rows of one workbook, checked one after the other.

    Args:
        template: Columns and format of times.
        categories: Ids of the categories; the only one is that of rows without ``category_id``.
        defaults: Values of columns that a row does not have, or has empty.
        parameters: Custom columns, in addition to those of the first row.
        prefix: Start of the ids of rows without ``record_id``, before their number.

    Attributes:
        template: As passed.
        count: Number of rows so far.
        first: Earliest start so far; ``None`` before the first row.
        last: Latest end so far.
    """

    def __init__(
        self,
        template: UsageTemplate,
        categories: Collection[str],
        defaults: Mapping[str, Any],
        parameters: Sequence[str],
        prefix: str,
    ) -> None:
        self.template = template
        self._categories = categories
        self._defaults = _renamed(defaults)
        self._columns = dict.fromkeys((*template.columns, *parameters))
        self._prefix = prefix
        self._ids: dict[str, int] = {}
        self._times: dict[str, datetime] = {}
        self._problems: list[RowProblem] = []
        self._problem_count = 0
        self.count = 0
        self.first: datetime | None = None
        self.last: datetime | None = None

    def cells(self, rows: Iterable[Any]) -> Iterator[Cells]:
        """Yield the cells of the valid rows, and read the others too.

        Raises:
            UsageRowsError: At the end, if any row has a problem, or there are no rows; or as soon
                as there are more rows than a sheet holds.
        """
        for row in rows:
            if self.count == _MOST_ROWS:
                raise UsageRowsError(
                    f"There are more than {_MOST_ROWS:,} rows, which no sheet holds: send them in"
                    " several usage files"
                )
            self.count += 1
            before = self._problem_count
            cells = self._cells(row)
            if self._problem_count == before:
                yield cells
        if not self.count:
            raise UsageRowsError("There are no rows: rows must have one dict at least")
        if self._problem_count:
            raise UsageRowsError(self._message(), self._problems, self._problem_count)

    def _message(self) -> str:
        count = self._problem_count
        lines = "".join(f"\n  {problem}" for problem in self._problems[:_SHOWN])
        more = f"\n  and {count - _SHOWN:,} more, see problems" if count > _SHOWN else ""
        return (
            f"{counted(count, 'problem')} in {counted(self.count, 'row')}, nothing was written or"
            f" sent:{lines}{more}"
        )

    def _cells(self, row: Any) -> Cells:
        if not is_object(row):
            self._add("", f"must be a dict of columns, not {type(row).__name__}")
            return {}
        self._check_keys(row)
        values = _renamed(row)
        for name, value in self._defaults.items():
            if _is_empty(values.get(name)):
                values[name] = value
        self._check_names(values)
        if len(self._categories) == 1 and _is_empty(values.get("category_id")):
            values["category_id"] = next(iter(self._categories))
        if _is_empty(values.get("record_id")):
            values["record_id"] = f"{self._prefix}-{self.count}"
        for name in NEEDED:
            if _is_empty(values.get(name)):
                self._add(name, "is missing")
        self._times.clear()
        cells: Cells = {name: self._cell(name, values.get(name)) for name in self._columns}
        self._check_id(cells)
        self._check_times()
        category = cells.get("category_id")
        if category and category not in self._categories:
            self._add("category_id", f"there is no category {category!r}: name it in categories=")
        return cells

    def _check_keys(self, row: Mapping[Any, Any]) -> None:
        if None in row:  # of csv.DictReader
            self._add("", f"has {SURPLUS_CELLS}")
        for other, name in OTHER_NAMES.items():
            if other in row and name in row:
                self._add(other, f"{name} is the same column: write one of them")

    def _check_names(self, values: Mapping[str, Any]) -> None:
        for name in values:
            if name in self._columns:
                continue
            if not name.startswith(PARAMETER):
                self._add(name, f"there is no such column.{did_you_mean(name, self._columns)}")
            elif problem := problem_of_header(name):
                self._add(name, f"the name {problem}")
            elif self.count == 1:
                self._columns[name] = None
            else:
                self._add(name, "the first row has no such column: name it in parameters=")

    def _check_id(self, cells: Cells) -> None:
        key = str(cells["record_id"])
        before = self._ids.setdefault(key, self.count)
        if before != self.count:
            self._add("record_id", f"row {before:,} has {key!r}, too: each row needs its own")

    def _check_times(self) -> None:
        start, end = self._times.get("start"), self._times.get("end")
        if start is None or end is None:
            return
        if end < start:
            self._add("end_time_utc", f"{end} is before the start, {start}")
        self.first = min(self.first or start, start)
        self.last = max(self.last or end, end)

    def _cell(self, name: str, value: Any) -> str | float | int | None:
        if _is_empty(value):
            return None
        try:
            match COLUMNS.get(name, "text"):
                case "text":
                    return _text(value)
                case "number":
                    return _cell_number(_number(value))
                case "count":
                    return _count(value)
                case kind:
                    moment = _moment(value, _OF_DAY[kind])
                    self._times[kind] = moment
                    return moment.strftime(self.template.times)
        except _UnfitValueError as error:
            self._add(name, str(error))
            return None

    def _add(self, column: str, problem: str) -> None:
        self._problem_count += 1
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(RowProblem(self.count, column, problem))


def counted(number: int, noun: str) -> str:
    """Return a number and a noun, in the plural except after 1."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _renamed(row: Mapping[Any, Any]) -> dict[str, Any]:
    names = {name: str(name) for name in row if name is not None}
    return {OTHER_NAMES.get(name, name): row[key] for key, name in names.items()}


def _is_empty(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return cell_value(value) is None


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _UnfitValueError(f"must be text, not {type(value).__name__}")
    text = str(value)
    problem = problem_of_text(text)
    if problem:
        raise _UnfitValueError(problem)
    return text


def problem_of_text(text: str) -> str:
    """Return the reason why no cell can hold a text; empty if one can."""
    if _NOT_IN_XML.search(text):
        return f"{text!r:.60} has characters that no workbook can hold"
    if 2 * len(text) > _MOST_TEXT and len(text.encode("utf-16-le")) // 2 > _MOST_TEXT:
        return f"{text!r:.20}... has more than {_MOST_TEXT:,} characters, which no cell holds"
    return ""


def problem_of_header(name: str) -> str:
    """Return the reason why no column can have a name; empty if one can."""
    if not name.removeprefix(PARAMETER).strip():
        return f"{name!r} is empty"
    return problem_of_text(name)


def _number(value: Any) -> Decimal:
    """Return a number that a cell holds exactly."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise _UnfitValueError(f"must be a number, not {type(value).__name__}")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise _UnfitValueError(f"{value!r:.60} is not a number such as 12.5") from None
    if not number.is_finite():
        raise _UnfitValueError(f"{value} is not a finite number")
    if not isinstance(value, float) and len(number.normalize().as_tuple().digits) > _EXACT_DIGITS:
        raise _UnfitValueError(
            f"{value} has more than {_EXACT_DIGITS} digits, which no cell holds: round it"
        )
    return number


def _cell_number(number: Decimal) -> float:
    value = float(number)
    if isinf(value):
        raise _UnfitValueError(f"{number:.3e} is too large for a cell")
    if number and not value:
        raise _UnfitValueError(f"{number:.3e} is too small for a cell")
    return value


def _count(value: Any) -> int:
    number = _number(value)
    if number != number.to_integral_value() or not 0 <= number <= _MOST_COUNT:
        raise _UnfitValueError(f"{value} is not a whole number from 0")
    return int(number)


def _moment(value: Any, of_day: time) -> datetime:
    """Return a time in UTC, without zone; a date is the beginning or the end of the day."""
    moment = _parsed(value) if isinstance(value, str) else value
    if isinstance(moment, date) and moment.year < _FIRST_YEAR:
        raise _UnfitValueError(f"{value}: the year has less than four digits")
    if isinstance(moment, datetime):
        if moment.tzinfo is not None:
            return _in_utc(moment)
        if isinstance(value, str):
            return moment  # the column's name has the zone
        raise _UnfitValueError(
            f"{value} has no time zone: write datetime(..., tzinfo=UTC), or the time in UTC as text"
        )
    if isinstance(moment, date):
        return datetime.combine(moment, of_day)
    raise _UnfitValueError(f"must be a datetime, a date or text, not {type(value).__name__}")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        raise _UnfitValueError(f"{moment} is no time in UTC that can be written") from None


def _parsed(text: str) -> datetime | date:
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            return parse(text.strip())
        except ValueError:
            continue
    raise _UnfitValueError(f"{text!r:.60} is not a time such as '2026-01-31 12:00:00'")
