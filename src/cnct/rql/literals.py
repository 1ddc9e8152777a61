"""Writes Python values as RQL literals, by the rules of docs/rql.md, "Literals".

Every value is read back by the server as itself, or refused: a literal has no escapes, so no value
may contain the quote that ends it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any
from uuid import UUID

from cnct.exceptions import RQLError
from cnct.rql.nodes import Constant, Literal

_WORD = r"[A-Za-z0-9_\-*+\\][A-Za-z0-9_.\-:+@*\\ ]*"

_BARE = re.compile(_WORD).fullmatch
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'").fullmatch
# Fast path: words other than "t", and ASCII text in quotes, need none of the checks in ``_text``.
_USUAL = re.compile(rf"(?!t\Z){_WORD}|\"[ !#-'*-~]*\"").fullmatch

_NULL = "null()"
_TYPES = "str, int, bool, Decimal, float, None, date, datetime, Enum or UUID"


def encode(value: Any, op: str = "eq") -> Literal | Constant:
    """Return the RQL literal of a Python value.

    Args:
        value: A str, int, bool, Decimal, float, None, date, datetime, UUID, or an Enum member,
            which stands for its value. A str in quotes (``'"*saas services*"'``) is taken for a
            literal; pass text with quotes of its own through `quote_literal`.
        op: The operator that will compare the value; ``eq``, ``ne``, ``in`` and ``out`` cannot
            compare with the text ``empty()``.

    Raises:
        RQLError: If RQL has no literal for the value; the message names the reason.
    """
    text = literal_text(value, op)
    if text[0] in "'\"":
        return Literal(text[1:-1], text[0])
    return Constant(text) if text == _NULL else Literal(text)


def literal_text(value: Any, op: str = "eq") -> str:
    """Return the RQL literal of a Python value as text, quotes included; see `encode`."""
    if type(value) is str and _USUAL(value):
        return value
    if isinstance(value, Enum):
        return literal_text(value.value, op)
    if isinstance(value, str):
        return _text(str(value), op)
    return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case None:
            return _NULL
        case bool():
            return "true" if value else "false"
        case int():
            return _digits(value)
        case float() | Decimal():
            return _number(value)
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            kind = type(value).__name__
            raise RQLError(f"RQL has no literal for a {kind}: write a {_TYPES}")


def quote_literal(text: str) -> str:
    """Return a text in quotes, so that quotes of its own belong to the value.

    Example:
        ``R().name.eq(quote_literal('"hi"'))`` looks for the name ``"hi"`` with its quotes.

    Raises:
        RQLError: If the text has both kinds of quotes, or cannot be encoded as UTF-8.
    """
    _check_encodable(text)
    if '"' not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    raise RQLError(
        f"{text!r} has both kinds of quotes, which no RQL literal can have: write * for one kind "
        "in like(), and check the rows, since * matches any text"
    )


def _text(text: str, op: str) -> str:
    if _BARE(text) and text != "t":
        return text
    if _QUOTED(text):
        _check_encodable(text)
    else:
        text = quote_literal(text)
    if text[1:-1] == "empty()" and op not in ("like", "ilike", "search"):
        raise RQLError(
            f"{op} reads the text 'empty()' as the empty string: "
            "write like('empty()') for this text, or empty(True) for the empty string"
        )
    return text


def _check_encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise RQLError(
            f"{text!r} has lone surrogates, which UTF-8 cannot encode: remove or replace them"
        ) from error


def _digits(value: int) -> str:
    try:
        return str(int(value))
    except ValueError as error:  # the limit of sys.set_int_max_str_digits, which error names
        raise RQLError(f"The integer is too long for a literal: {error}") from error


def _number(value: float | Decimal) -> str:
    """Return the number without exponent, which the server would misread (docs/rql.md, "Types")."""
    if not isfinite(value):
        raise RQLError(f"RQL has no literal for {value}: write a finite number, or None for null")
    return format(Decimal(repr(float(value))) if isinstance(value, float) else value, "f")


def _instant(value: datetime) -> str:
    """Return the datetime in ISO format; one whose offset has seconds is converted to UTC."""
    offset = value.utcoffset()
    if offset is None or not offset.total_seconds() % 60:
        return value.isoformat()
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError as error:
        raise RQLError(
            f"{value!r} is outside of the calendar in UTC: write an offset of whole minutes"
        ) from error
