"""Compares single values of rows: texts, numbers, moments. Compares no objects and no lists."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,99})(?:\.\d{1,99})?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)", re.ASCII
)


def equal_values(one: Any, other: Any) -> bool:
    """Return whether two values mean the same to Connect.

    - A number equals a text with the same decimal, since Connect writes prices as text: ``10.0``
      and ``"10.00"``. Two texts are equal only character by character, because ``"1.0"`` and
      ``"1.00"`` may be versions.
    - Two texts with a date, a time and an offset are equal at the same instant.
      ``datetime`` and ``date`` count as their ISO 8601 text.
    - ``True`` and ``False`` equal no number.
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, date) or isinstance(other, date):
        return equal_values(_written(one), _written(other))
    if one == other:
        return True
    if isinstance(one, str) and isinstance(other, str):
        return _are_one_instant(one, other)
    number = _number(one)
    return number is not None and number == _number(other)


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _number(value: Any) -> Decimal | None:
    """Return the decimal that a number or a text means; ``None`` for anything else."""
    if isinstance(value, str):
        return Decimal(value) if _DECIMAL.fullmatch(value) else None
    if isinstance(value, float):
        return Decimal(repr(value))  # as JSON has the number, not its binary expansion
    return Decimal(value) if isinstance(value, int | Decimal) else None


def _are_one_instant(one: str, other: str) -> bool:
    if not (_MOMENT.fullmatch(one) and _MOMENT.fullmatch(other)):
        return False
    try:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except ValueError:  # such as a thirteenth month
        return False
