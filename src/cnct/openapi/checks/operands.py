"""Checks one value of a condition against its field (docs/rql.md, "Types" and "Filters")."""

from __future__ import annotations

import re

from cnct.openapi.checks.problems import Problem
from cnct.openapi.fields import FilterField
from cnct.openapi.filter_values import EXAMPLES, read_value
from cnct.rql.nodes import Constant, Literal
from cnct.text import one_of

_EMPTY = "empty()"
_EQUALITIES = ("eq", "ne", "in", "out")
_ESCAPE = re.compile(r"\\[*\\]")


def operand_problem(target: FilterField, op: str, value: Literal | Constant) -> Problem | None:
    """Check a value.

    Args:
        target: The field, which takes the operator.
        op: The operator.
        value: The operand, or one of the operands of ``in`` and ``out``.

    Returns:
        ``None`` if the field takes the value.
    """
    quoted = value.name if isinstance(value, Constant) else repr(value.text)
    if op in ("like", "ilike"):
        complaint = _pattern_complaint(op, value, quoted)
    elif target.means_null(value):
        complaint = _null_complaint(target, op, quoted)
    else:
        text = value.name if isinstance(value, Constant) else value.text
        complaint = _text_complaint(target, op, text, quoted)
    return Problem("value", f"Field {target.name!r} {complaint}") if complaint else None


def _pattern_complaint(op: str, value: Literal | Constant, quoted: str) -> str:
    if isinstance(value, Constant):
        return f"takes a pattern such as *text* with {op}, not {quoted}."
    if "**" in _ESCAPE.sub("x", value.text):
        return rf"does not take ** with {op}, as in {quoted}: write * once, or \* for a star."
    return ""


def _null_complaint(target: FilterField, op: str, quoted: str) -> str:
    if "null" not in target.lookups:
        return f"is never null: it does not take {quoted}."
    if op not in _EQUALITIES:
        return f"does not take {quoted} with {op}: use eq or ne."
    return ""


def _text_complaint(target: FilterField, op: str, text: str, quoted: str) -> str:
    if text == _EMPTY and op in _EQUALITIES and target.type == "string" and not target.enum:
        return ""
    if target.enum:
        return "" if text in target.enum else f"takes {one_of(target.enum, text, quoted)}"
    try:
        read_value(target.type, text)
    except (ValueError, OverflowError):
        return f"takes {EXAMPLES[target.type]}, not {quoted}."
    return ""
