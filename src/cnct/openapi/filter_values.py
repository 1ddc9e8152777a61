"""Converts the text of a filter value to a Python value, as strictly as the server does.

The rules are in docs/rql.md, "Types". Knows only the type of a field.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal, InvalidOperation

Value = str | int | float | Decimal | date

EXAMPLES = {
    "integer": "an integer such as 10",
    "float": "a number such as 1.5",
    "decimal": "a decimal number such as 12.50",
    "boolean": "true or false",
    "date": "a date such as 2024-01-31",
    "datetime": "a date and time such as 2024-01-31T00:00:00+00:00",
}
"""Descriptions of a valid value by the type of the field; a string field takes any text."""

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DATETIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,6})\d{0,6})?)?"
    r"\s*(Z|[+-]\d{2}(?::?\d{2})?)?"
)
_DECIMAL_PLACES = 2
_BOOLEANS = {"true": True, "false": False}


def read_value(kind: str, text: str) -> Value:
    """Convert the text of a filter value.

    Args:
        kind: The type of the field, see `FilterField`.
        text: The literal without quotes.

    Returns:
        A str, int, float, Decimal, bool, date or datetime. A datetime without an offset is UTC.

    Raises:
        ValueError: If the text is not a value of this type.
        OverflowError: If a date or datetime is out of Python's range.
    """
    match kind:
        case "integer":
            return int(text)
        case "float":
            return float(text)
        case "decimal":
            return _decimal(text)
        case "boolean":
            return _boolean(text)
        case "date":
            return _date(text)
        case "datetime":
            return _datetime(text)
        case _:
            return text


def _decimal(text: str) -> Decimal:
    """Convert a decimal; the server cuts the fraction off before the conversion."""
    whole, point, fraction = text.partition(".")
    try:
        number = Decimal(whole + point + fraction[:_DECIMAL_PLACES])
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not number.is_finite():
        raise ValueError(text)
    return number


def _boolean(text: str) -> bool:
    if text not in _BOOLEANS:
        raise ValueError(text)
    return _BOOLEANS[text]


def _date(text: str) -> date:
    parts = _DATE.fullmatch(text)
    if parts:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    return date.fromisoformat(text)


def _datetime(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _lenient_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lenient_datetime(text: str) -> datetime:
    parts = _DATETIME.fullmatch(text)
    if not parts:
        day = _date(text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    year, month, day_, hour, minute, second = (int(part or 0) for part in parts.groups()[:6])
    micros = int((parts[7] or "0").ljust(6, "0"))
    return datetime(year, month, day_, hour, minute, second, micros, tzinfo=_zone(parts[8]))


def _zone(offset: str | None) -> tzinfo:
    """Convert an offset such as ``Z``, ``+03``, ``+0300`` or ``+03:00``; no offset means UTC."""
    if offset is None or offset == "Z":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[3:].lstrip(":") or 0)
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
