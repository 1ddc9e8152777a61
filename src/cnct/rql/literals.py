"""Python values -> RQL literals: every value either reads back as itself or is refused.

Follows the rule of RQL.md section 4. A literal has no escapes, so a text with both kinds of
quotes cannot be written; nothing that is written here can end its own literal.
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
# What passes every check of _text as it is, in one look: words but "t", and plain text in quotes.
_USUAL = re.compile(rf"(?!t\Z){_WORD}|\"[ !#-'*-~]*\"").fullmatch

_NULL = "null()"
_EXPECTED = "str, int, bool, Decimal, float, None, date, datetime, Enum or UUID"


def encode(value: Any, op: str = "eq") -> Literal | Constant:
    """Turn a Python value into an RQL literal.

    Args:
        value: str, int, bool, Decimal, float, None, date, datetime, UUID, or an Enum member (its
            value is taken). A str that is quoted as a whole (``'"*saas services*"'``) is taken as
            already written; see :func:`quote_literal` for one that really has those quotes.
        op: The operator it is for: ``eq ne in out`` read the text ``empty()`` as a constant.

    Raises:
        RQLError: If RQL has no literal for it; the message says why.
    """
    text = literal_text(value, op)
    if text[0] in "'\"":
        return Literal(text[1:-1], text[0])
    return Constant(text) if text == _NULL else Literal(text)


def literal_text(value: Any, op: str = "eq") -> str:
    """Write a Python value as RQL has it, by the rules of :func:`encode`."""
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
            raise RQLError(f"RQL has no literal for a {kind}: expected one {_EXPECTED}")


def quote_literal(text: str) -> str:
    """Quote a text so that every operator takes it to the letter, quotes of its own included.

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
        f"RQL cannot write a text with both kinds of quotes: {text!r}. "
        "Replace one kind by * in like(), and check the rows you get"
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
            f"The text 'empty()' cannot be compared with {op}, which reads it as the empty text: "
            "use like, or empty(True) for the empty text"
        )
    return text


def _check_encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise RQLError(f"RQL cannot carry lone surrogates: {text!r}") from error


def _digits(value: int) -> str:
    try:
        return str(int(value))
    except ValueError as error:  # more digits than Python converts (sys.set_int_max_str_digits)
        raise RQLError(f"The integer is too long for a literal: {error}") from error


def _number(value: float | Decimal) -> str:
    """Write a number without exponent: the server would misread one (RQL.md section 1)."""
    if not isfinite(value):
        raise RQLError(f"RQL has no literal for {value}: expected a finite number")
    return format(Decimal(repr(float(value))) if isinstance(value, float) else value, "f")


def _instant(value: datetime) -> str:
    """Write a datetime; offsets that the server cannot read (with seconds) become UTC."""
    offset = value.utcoffset()
    if offset is None or not offset.total_seconds() % 60:
        return value.isoformat()
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError as error:
        raise RQLError(f"{value!r} is outside of the calendar in UTC") from error
