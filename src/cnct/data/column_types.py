"""Converts JSON values to the types of columns. A value of another type is odd. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from cnct.data.json_rows import json_text
from cnct.openapi.schemas import type_name
from cnct.openapi.shapes import Object

ColumnType: TypeAlias = Literal[
    "string", "integer", "decimal", "float", "boolean", "datetime", "date", "json"
]
"""Types of the values: str, int of 64 bits, Decimal, float, bool, datetime in UTC, date, and JSON
text as str."""

DECIMAL_DIGITS = 38
"""Digits of a decimal, as of the widest decimals of Arrow, Parquet and Spark."""

DECIMAL_PLACES = 18
"""Digits of a decimal behind the point."""

ODD: Any = object()
"""Returned for a value that is not of the type."""

_MOST_INTEGER = 2**63
_MOST_DECIMAL = Decimal(10) ** (DECIMAL_DIGITS - DECIMAL_PLACES)
_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATETIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,6}0*)?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII
)

# Texts that are written as they are; checking the others takes five times as long.
_UTC_TEXT = re.compile(
    r"[1-9]\d{3}-"
    r"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))"
    r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{6})?\+00:00",
    re.ASCII,
)


def schema_type(schema: Object) -> ColumnType:
    """Return the type of a column for an OpenAPI schema; ``json`` for lists, objects and others.

    A number is a decimal, since amounts of money must not change; a float only by its format.
    """
    match (type_name(schema), schema.get("format")):
        case ("string", "date-time" | "datetime"):
            return "datetime"
        case ("string", "date"):
            return "date"
        case ("string" | "number", "decimal"):
            return "decimal"
        case ("string" | "integer" | "boolean") as plain, _:
            return plain
        case ("number", "float" | "double"):
            return "float"
        case ("number", _):
            return "decimal"
        case _:
            return "json"


def value_type(value: Any) -> ColumnType:
    """Return the narrowest type that holds a JSON value; ``json`` for lists and objects."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "decimal" if _integer(value) is ODD else "integer"
        case float() | Decimal():
            return "decimal"
        case str() if _date(value) is not ODD:
            return "date"
        case str() if _datetime(value) is not ODD:
            return "datetime"
        case str():
            return "string"
        case _:
            return "json"


def _string(value: Any) -> Any:
    return value if isinstance(value, str) else ODD


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else ODD


def _integer(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return ODD
    # The bounds come first: the integer of 1e999999 would fill the memory.
    is_whole = -_MOST_INTEGER <= value < _MOST_INTEGER and value == int(value)
    return int(value) if is_whole else ODD


def _decimal(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return ODD
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        return ODD
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite() or number.copy_abs() >= _MOST_DECIMAL:
        return ODD
    _, digits, exponent = number.as_tuple()
    excess = -DECIMAL_PLACES - int(exponent)  # int for type checkers: finite numbers have one
    return ODD if excess > 0 and any(digits[-excess:]) else number


def _float(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return ODD
    try:
        number = float(value)
    except OverflowError:
        return ODD
    # The digits that Python prints for a number identify the number.
    return number if Decimal(repr(number)) == Decimal(str(value)) else ODD


def _datetime(value: Any) -> Any:
    if not isinstance(value, str) or not _DATETIME.fullmatch(value):
        return ODD
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return ODD


def _date(value: Any) -> Any:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return ODD
    try:
        return date.fromisoformat(value)
    except ValueError:
        return ODD


CONVERTERS: dict[ColumnType, Callable[[Any], Any]] = {
    "string": _string,
    "integer": _integer,
    "decimal": _decimal,
    "float": _float,
    "boolean": _boolean,
    "datetime": _datetime,
    "date": _date,
    "json": json_text,
}
"""Functions that return the typed value of a JSON value other than null, or ``ODD``."""


def _datetime_text(value: Any) -> Any:
    if isinstance(value, str) and _UTC_TEXT.fullmatch(value):
        return value
    moment = _datetime(value)
    return ODD if moment is ODD else moment.isoformat()


def _date_text(value: Any) -> Any:
    return ODD if _date(value) is ODD else value


TEXT_CONVERTERS: dict[ColumnType, Callable[[Any], Any]] = {
    "datetime": _datetime_text,
    "date": _date_text,
}
"""Converters for formats of text: times as ISO 8601, in UTC."""
