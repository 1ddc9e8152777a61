"""Values of filters and records -> what SQLite compares, by the type of the field.

Texts are read as the server reads them (RQL.md section 1, "Values").
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

Comparable = str | int | float | None

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DATETIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,6})\d{0,6})?)?"
    r"\s*(Z|[+-]\d{2}(?::?\d{2})?)?"
)
_DECIMAL_PLACES = 2
_BOOLEANS = {"true": 1, "false": 0}


def from_text(kind: str, text: str) -> Comparable:
    """Convert the text of a filter value.

    Args:
        kind: Type of the field, as :class:`FilterField` has it.
        text: The literal without its quotes.

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
            return _date(text).isoformat()
        case "datetime":
            return _stamp(_datetime(text))
        case _:
            return text


def from_json(kind: str, value: Any) -> Comparable:
    """Convert a value of a record; one that does not fit its type is kept as text."""
    if value is None or (isinstance(value, bool) and kind == "boolean"):
        return value
    if isinstance(value, int | float) and kind in ("integer", "float"):
        return value
    text = value if isinstance(value, str) else str(value)
    try:
        return from_text(kind, text)
    except (ValueError, OverflowError):
        return text


def _decimal(text: str) -> float:
    """Cut the digits after the point, as the server does before it converts."""
    whole, point, fraction = text.partition(".")
    try:
        number = Decimal(whole + point + fraction[:_DECIMAL_PLACES])
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not number.is_finite():
        raise ValueError(text)
    return float(number)


def _boolean(text: str) -> int:
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
        return datetime.fromisoformat(text)
    except ValueError:
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


def _stamp(moment: datetime) -> str:
    """Write an instant so that texts compare as instants do; without offset it is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
