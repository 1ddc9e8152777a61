"""Texts of filter values -> Python values: which of them a field takes, as the server has it.

The rules are those of RQL.md section 1, "Values". Knows fields by their type alone.
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
"""What a field takes, in words, by its type; texts take anything."""

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DATETIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,6})\d{0,6})?)?"
    r"\s*(Z|[+-]\d{2}(?::?\d{2})?)?"
)
_DECIMAL_PLACES = 2
_BOOLEANS = {"true": True, "false": False}


def read_value(kind: str, text: str) -> Value:
    """Read the text of a filter value as a field of this type does.

    Args:
        kind: Type of the field, as :class:`FilterField` has it.
        text: The literal without its quotes.

    Returns:
        A str, int, float, Decimal, bool, date or datetime (UTC where the text has no offset).

    Raises:
        ValueError: If the field cannot take it.
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
    """Cut the digits after the point, as the server does before it converts."""
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
    """Read an offset such as ``Z``, ``+03``, ``+0300`` or ``+03:00``; without one it is UTC."""
    if offset is None or offset == "Z":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[3:].lstrip(":") or 0)
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
