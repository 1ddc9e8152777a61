"""Conditions as text: what ``R`` is made of, and how conditions combine.

A condition is kept as its RQL and the RQL of its opposite, so that nothing need be walked for
either: ``~`` swaps them, and ``&`` and ``|`` write the opposite by De Morgan's laws. Trees are for
reading (``parser``); none is made here but from text that somebody else wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

from cnct.exceptions import RQLError, RQLSyntaxError
from cnct.rql.literals import literal_text
from cnct.rql.nodes import Negation, Node
from cnct.rql.parser import is_field, parse
from cnct.rql.printer import to_text

# Its text, that of its opposite, and what it is if no row matters: of no values ``in`` is always
# False and ``out`` True, which RQL cannot write (RQL.md section 4) and nobody need send.
Condition: TypeAlias = tuple[str, str, bool | None]

NONE: Condition = ("", "", None)
AND, OR = "and(", "or("

_OTHER = {AND: OR, OR: AND}


def joined(call: str, left: Condition, right: Condition) -> Condition:
    """Combine two with ``AND`` or ``OR``; no condition on one side leaves the other as it is."""
    if not left[0]:
        return right
    if not right[0]:
        return left
    left_text, left_opposite, left_constant = left
    right_text, right_opposite, right_constant = right
    if left_constant is not None:
        return right if left_constant == (call == AND) else left
    if right_constant is not None:
        return left if right_constant == (call == AND) else right
    return (
        _call(call, left_text, right_text),
        _call(_OTHER[call], left_opposite, right_opposite),
        None,
    )


def _call(call: str, left: str, right: str) -> str:
    """Write a call with two operands; those of an operand that is such a call become its own."""
    if left.startswith(call):
        left = left[len(call) : -1]
    if right.startswith(call):
        right = right[len(call) : -1]
    return f"{call}{left},{right})"


def negated(condition: Condition) -> Condition:
    """Take the opposite; that of no condition is no condition."""
    text, opposite, constant = condition
    return opposite, text, None if constant is None else not constant


def read(text: str) -> Condition:
    """Read RQL, as the server's grammar has it.

    Raises:
        RQLSyntaxError: If it is not RQL; it names the position.
    """
    return _written(parse(text))


def read_filter(text: str) -> Condition:
    """Read RQL, and alternatives without parentheses, which the server does not take."""
    try:
        return read(text)
    except RQLSyntaxError:
        if ";" not in text and "|" not in text:
            raise
        try:
            return read(f"({text})")
        except RQLSyntaxError:
            pass
        raise


def _written(node: Node | None) -> Condition:
    return (to_text(node), to_text(Negation(node)), None) if node else NONE


def checked_field(name: str) -> str:
    """Return the name of a field as it is.

    Raises:
        RQLError: If RQL has no such field name.
    """
    if not is_field(name):
        raise RQLError(
            f"{name!r} is no field name of RQL: expected an ASCII letter, then letters, digits, "
            "'_', '-' and '.'"
        )
    return name


def _comparison(op: str, field: str, value: Any) -> Condition:
    text = f"{op}({field},{literal_text(value, op)})"
    return text, f"not({text})", None


def _membership(op: str, field: str, values: Any) -> Condition:
    op = "in" if op == "oneof" else op
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        raise RQLError(
            f"{op} of {field!r} takes a list, tuple, set or generator of values, "
            f"not {type(values).__name__}"
        )
    written = ",".join([literal_text(value, op) for value in values])
    if written:
        text = f"{op}({field},({written}))"
        return text, f"not({text})", None
    never = (f"in({field},())", f"out({field},())", False)
    return never if op == "in" else negated(never)


def _flag(op: str, field: str, value: Any) -> Condition:
    if not isinstance(value, bool):
        raise RQLError(f"{op} of {field!r} takes True or False, not {value!r}")
    text = f"{'eq' if value else 'ne'}({field},{op}())"
    return text, f"not({text})", None


Operator: TypeAlias = Callable[[str, str, Any], Condition]

OPERATORS: dict[str, Operator] = {
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "like", "ilike"), _comparison),
    **dict.fromkeys(("in", "oneof", "out"), _membership),
    **dict.fromkeys(("null", "empty"), _flag),
}


@lru_cache(maxsize=1024)
def keyword_parts(keyword: str) -> tuple[Operator, str, str]:
    """Take ``field__nested__op`` apart: what writes it, the operator, and the path of the field.

    Raises:
        RQLError: If RQL has no such field name.
    """
    path, _, op = keyword.rpartition("__")
    if not path or op not in OPERATORS:
        path, op = keyword, "eq"
    return OPERATORS[op], op, checked_field(path.replace("__", "."))
