"""Values of filters and records -> what SQLite compares, by the type of the field."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cnct.openapi.filter_values import read_value

_INTEGERS_END = 2**63
Comparable = str | int | float | None


def from_text(kind: str, text: str) -> Comparable:
    """Convert the text of a filter value.

    Args:
        kind: Type of the field, as :class:`FilterField` has it.
        text: The literal without its quotes.

    Raises:
        ValueError: If the field cannot take it.
    """
    match read_value(kind, text):
        case bool() as flag:
            return int(flag)
        case int() | float() | Decimal() as number:
            return _number(number)
        case datetime() as moment:
            return _stamp(moment)
        case date() as day:
            return day.isoformat()
        case value:
            return value


def from_json(kind: str, value: Any) -> Comparable:
    """Convert a value of a record; one that does not fit its type is kept as text."""
    if value is None or (isinstance(value, str) and kind == "string"):
        return value
    if isinstance(value, bool) and kind == "boolean":
        return value
    if isinstance(value, int | float) and kind in ("integer", "float"):
        return _number(value)
    text = value if isinstance(value, str) else str(value)
    try:
        return from_text(kind, text)
    except (ValueError, OverflowError):
        return text


def fold(text: str) -> str:
    """Write a text so that letter case does not matter: with capitals, one for each letter.

    As PostgreSQL does it (and Django, which compares capitals): an eszett stays what it is.
    """
    if text.isascii():
        return text.upper()
    return "".join(big if len(big := letter.upper()) == 1 else letter for letter in text)


def _number(number: float | Decimal) -> float:
    """Write a number so that SQLite, whose integers have 64 bits, compares it as PostgreSQL does.

    Not-a-number is above all others there, as infinity is.
    """
    if isinstance(number, int) and abs(number) < _INTEGERS_END:
        return number
    try:
        near = float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
    return math.inf if math.isnan(near) else near


def _stamp(moment: datetime) -> str:
    """Write an instant so that texts compare as instants do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
