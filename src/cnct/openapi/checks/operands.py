"""One value of a condition against the type of its field (RQL.md sections 1 and 3)."""

from __future__ import annotations

import re

from cnct.openapi.checks.problems import Problem
from cnct.openapi.fields import FilterField
from cnct.openapi.filter_values import EXAMPLES, read_value
from cnct.rql.nodes import Constant, Literal
from cnct.text import one_of

_NULL, _EMPTY = "null()", "empty()"
_EQUALITIES = ("eq", "ne", "in", "out")
_ESCAPE = re.compile(r"\\[*\\]")


def is_null(target: FilterField, value: Literal | Constant) -> bool:
    """Tell whether a value means null: the constant, or a bare word that stands for it here."""
    if isinstance(value, Constant):
        return value.name == _NULL
    return not value.quote and value.text in target.null_words


def operand_problem(target: FilterField, op: str, value: Literal | Constant) -> Problem | None:
    """Check a value.

    Args:
        target: The field, which takes the operator.
        op: The operator; of ``in`` and ``out``, this is one of the values.
        value: The value as the query has it.
    """
    shown = value.name if isinstance(value, Constant) else repr(value.text)
    if op in ("like", "ilike"):
        complaint = _pattern_complaint(op, value, shown)
    elif is_null(target, value):
        complaint = _null_complaint(target, op, shown)
    else:
        text = value.name if isinstance(value, Constant) else value.text
        complaint = _text_complaint(target, op, text, shown)
    return Problem("value", f"Field {target.name!r} {complaint}") if complaint else None


def _pattern_complaint(op: str, value: Literal | Constant, shown: str) -> str:
    if isinstance(value, Constant):
        return f"takes a pattern such as *text* with {op}, not {shown}."
    if "**" in _ESCAPE.sub("x", value.text):
        return (
            rf"takes no two stars in a row with {op}, not {shown}: write * once, or \* for a star."
        )
    return ""


def _null_complaint(target: FilterField, op: str, shown: str) -> str:
    if "null" not in target.lookups:
        return f"is never null: it does not take {shown}."
    if op not in _EQUALITIES:
        return f"does not take {shown} with {op}: use eq or ne."
    return ""


def _text_complaint(target: FilterField, op: str, text: str, shown: str) -> str:
    if text == _EMPTY and op in _EQUALITIES and target.type == "string" and not target.enum:
        return ""
    if target.enum:
        return "" if text in target.enum else f"takes {one_of(target.enum, text, shown)}"
    try:
        read_value(target.type, text)
    except (ValueError, OverflowError):
        return f"takes {EXAMPLES[target.type]}, not {shown}."
    return ""
