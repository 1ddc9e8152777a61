"""Converts filter values and values of records to values that SQLite compares as the server does.

Knows fields by their type alone.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from cnct.openapi.filter_values import read_value

_INTEGERS_END = 2**63
Comparable: TypeAlias = str | int | float | None


def from_text(kind: str, text: str) -> Comparable:
    """Convert the text of a filter value.

    Args:
        kind: Type of the field, as `FilterField` has it.
        text: The literal without its quotes.

    Raises:
        ValueError: If the field cannot take the text.
    """
    match read_value(kind, text):
        case bool() as flag:
            return int(flag)
        case int() | float() | Decimal() as number:
            return _number(number)
        case datetime() as moment:
            return _instant(moment)
        case date() as day:
            return day.isoformat()
        case value:
            return value


def from_json(kind: str, value: Any) -> Comparable:
    """Convert a value of a record; one that does not fit the field's type is kept as text."""
    if value is None:
        return None
    if isinstance(value, str) and kind == "string":
        return value if value.isascii() else encodable(value)
    if isinstance(value, bool) and kind == "boolean":
        return value
    if isinstance(value, int | float) and kind in ("integer", "float"):
        return _number(value)
    text = encodable(str(value))
    try:
        return from_text(kind, text)
    except (ValueError, OverflowError):
        return text


def encodable(text: str) -> str:
    """Return a text without halves of surrogate pairs, which JSON can have and SQLite cannot."""
    return text.encode("utf-8", "replace").decode()


def fold(text: str) -> str:
    """Return a text in capitals, to compare without regard to letter case.

    Letters whose capital is several letters (the German eszett) stay as they are, as in PostgreSQL.
    """
    if text.isascii():
        return text.upper()
    return "".join(big if len(big := letter.upper()) == 1 else letter for letter in text)


def _number(number: float | Decimal) -> float:
    """Return a number that SQLite, whose integers have 64 bits, compares as PostgreSQL does.

    Not-a-number is above all others there, as infinity is.
    """
    if isinstance(number, int) and abs(number) < _INTEGERS_END:
        return number
    try:
        near = float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
    return math.inf if math.isnan(near) else near


def _instant(moment: datetime) -> str:
    """Write an instant in UTC, so that texts compare as instants do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
