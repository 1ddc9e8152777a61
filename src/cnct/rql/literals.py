"""Writes Python values as RQL literals, by the rules of docs/rql.md, "Literals".

Every value is read back by the server as itself, or refused: a literal has no escapes, so no value
may contain the quote that ends it.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from cnct.exceptions import RQLError, RQLTypeError
from cnct.rql.nodes import Constant, Literal
from cnct.text import late_pattern
from cnct.user_warnings import NaiveDatetimeWarning, users_level

if TYPE_CHECKING:
    from decimal import Decimal

_WORD = r"[A-Za-z0-9_\-*+\\][A-Za-z0-9_.\-:+@*\\ ]*"

_BARE = late_pattern(_WORD)
_QUOTED = late_pattern(r"\"[^\"]*\"|'[^']*'")
# Text that is a literal as it stands, without the checks of `_text`.
_USUAL = late_pattern(rf"(?!t\Z){_WORD}|\"[ !#-'*-~]*\"")

# The literals of values that are no text.
_PLAIN = late_pattern(r"true|false|[0-9A-Fa-f+\-][A-Za-z0-9.:+\-]*")

_NO_WORDS = frozenset({"", "t"})
_NULL = "null()"
_EQUALITIES = frozenset({"eq", "ne", "in", "out"})  # the operators that take null
_MOST_DIGITS = 4300  # of a number without exponent; the limit of Python for integers
_NAIVE = (
    "A datetime without a time zone is taken as local time, as datetime.timestamp() does."
    " Write datetime.now(UTC) or datetime(..., tzinfo=UTC). Beware of utcnow() and"
    " utcfromtimestamp(): their results are UTC, but have no time zone."
)
_TYPES = "str, int, bool, Decimal, float, None, date, datetime, Enum or UUID"


def encode(value: Any, op: str = "eq") -> Literal | Constant:
    """Return the RQL literal of a Python value.

    Args:
        value: A str, int, bool, Decimal, float, None, date, datetime, UUID, or an Enum member,
            which stands for its value. A str in quotes (``'"*saas services*"'``) is taken for a
            literal; pass text with quotes of its own through `quote_literal`. A datetime without
            a time zone is taken as local time, with a `NaiveDatetimeWarning`.
        op: The operator that will compare the value; ``eq``, ``ne``, ``in`` and ``out`` cannot
            compare with the text ``empty()``, and all others cannot compare with None.

    Raises:
        RQLError: If RQL has no literal for the value; the message names the reason.
    """
    text = literal_text(value, op)
    if text[0] in "'\"":
        return Literal(text[1:-1], text[0])
    return Constant(text) if text == _NULL else Literal(text)


def literal_text(value: Any, op: str = "eq") -> str:
    """Return the RQL literal of a Python value as text, quotes included; see `encode`."""
    if type(value) is str:
        # Most values are words or ids; the methods take half of the time of the pattern.
        is_word = value.isalnum() or value.replace("-", "").isalnum()
        if (is_word and value.isascii() and value != "t") or _USUAL.fullmatch(value):
            return value
    if isinstance(value, Enum):
        return literal_text(value.value, op)
    if isinstance(value, str):
        return _text(str.__str__(str(value)), op)
    if value is None:
        return _null(op)
    text: Any = _plain(value)
    if isinstance(text, str) and _PLAIN.fullmatch(text):  # a subclass may write itself as anything
        return str.__str__(text)
    raise RQLTypeError(
        f"RQL has no literal for the {type(value).__name__} that is written {text!r}"
    )


def literal_list(values: Iterable[Any], op: str) -> str:
    """Return the literals of several values with commas between them; see `encode`."""
    values = [*values]
    if set(map(type, values)) == {str}:
        text = "".join(values).replace("-", "")
        if text.isalnum() and text.isascii() and _NO_WORDS.isdisjoint(values):
            return ",".join(values)
    return ",".join([literal_text(value, op) for value in values])


def _null(op: str) -> str:
    if op in _EQUALITIES:
        return _NULL
    raise RQLTypeError(f"{op} cannot compare with None: write null(True) or null(False)")


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return _digits(value)
        case float():
            return _number(value)
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case _ if is_decimal(value):
            return _number(value)
        case _ if is_uuid(value):
            return str(value)
        case _:
            kind = type(value).__name__
            raise RQLTypeError(f"RQL has no literal for a {kind}: write {_remedy(value)}")


def is_decimal(value: Any) -> bool:
    """Return whether a value is a Decimal; its module is loaded if there is one."""
    decimal = sys.modules.get("decimal")
    return decimal is not None and isinstance(value, decimal.Decimal)


def is_uuid(value: Any) -> bool:
    """Return whether a value is a UUID; its module is loaded if there is one."""
    uuid = sys.modules.get("uuid")
    return uuid is not None and isinstance(value, uuid.UUID)


def _remedy(value: Any) -> str:
    """Return the text to write for a value of another type."""
    if isinstance(value, bytes):
        return "value.decode()"
    if isinstance(value, dict):
        return "one of its members, such as row['id']"
    if isinstance(value, timedelta):
        return "a datetime, such as datetime.now(UTC) - timedelta(days=1)"
    if hasattr(value, "__rql__"):
        return "a value, since RQL compares no fields with each other"
    if hasattr(value, "item"):  # scalars of numpy
        return "value.item()"
    return f"a {_TYPES}"


def quote_literal(text: str) -> str:
    """Return a text in quotes, so that quotes of its own belong to the value.

    Examples:
        ``R().name.eq(quote_literal('"hi"'))`` looks for the name ``"hi"`` with its quotes.

    Raises:
        RQLError: If the text has both kinds of quotes, or cannot be encoded as UTF-8.
    """
    text = str.__str__(text)  # a subclass may show itself otherwise than it is
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
    if _BARE.fullmatch(text) and text != "t":
        return text
    if _QUOTED.fullmatch(text):
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
    from decimal import Decimal  # noqa: PLC0415 - slow to import

    number = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise RQLError(f"RQL has no literal for {number}: write a finite number, or None for null")
    if abs(number.adjusted()) > _MOST_DIGITS:
        raise RQLError(f"RQL has no exponents, and {number} is too long to write without")
    return format(number, "f")


def _instant(value: datetime) -> str:
    """Return the datetime in ISO format, with an offset of whole minutes.

    A naive one is local time. One whose offset has seconds is converted to UTC.
    """
    value = aware(value)
    if not (value.utcoffset() or timedelta(0)).total_seconds() % 60:
        return value.isoformat()
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError as error:
        raise RQLError(
            f"{value!r} is outside of the calendar in UTC: write an offset of whole minutes"
        ) from error


def aware(value: datetime) -> datetime:
    """Return the datetime with an offset: that of local time, with a warning, if it has none.

    Raises:
        RQLError: If a datetime without an offset is outside of the calendar in local time.
    """
    if value.utcoffset() is not None:
        return value
    local = local_time(value)
    warn_of_naive()
    return local


def warn_of_naive() -> None:
    """Warn at the user's line that a datetime without an offset counts as local time."""
    warnings.warn(_NAIVE, NaiveDatetimeWarning, users_level())


def local_time(value: datetime) -> datetime:
    """Return a naive datetime with the offset of the local time zone at that time."""
    day, time = value.date(), value.time()
    try:
        return datetime.combine(day, time).replace(fold=value.fold).astimezone()
    except (OverflowError, OSError, TypeError, ValueError) as error:
        raise RQLError(
            f"{value!r} is outside of the calendar in local time: write a datetime with a time zone"
        ) from error
