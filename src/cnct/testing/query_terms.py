"""Query strings by their meaning: the same conditions in another order or spelling are the same.

Compares what RQL.md says is equal, and nothing more. Knows no mocks and no client.
"""

from __future__ import annotations

import re

from cnct.rql import RQLSyntaxError, from_wire, parse, to_text
from cnct.rql.nodes import Comparison, Constant, Listing, Literal, Membership, Node, Value
from cnct.rql.printer import operands_of

_PLAIN = re.compile(r"[\w.\-:+@*\\][\w.\-:+@*\\ ]*")
_RESERVED = ("limit", "offset", "search")  # comparisons that are no filters

# ``ne`` and ``out`` include the rows without a value, as ``not`` does (RQL.md section 3).
_COMPLEMENTS = {"eq": "ne", "ne": "eq", "in": "out", "out": "in"}


def terms_of(query: str) -> tuple[str, ...]:
    """Split a raw query string into what it asks for: conditions, order, selection, limit, offset.

    Returns:
        The terms that the query joins by ``and``, sorted, each in the one spelling of its meaning,
        to compare and to show; the parts between ``&`` signs if it is not RQL.
    """
    text = from_wire(query)
    try:
        node = parse(text)
    except RQLSyntaxError:
        return tuple(sorted(text.split("&")))
    if node is None:
        return ()
    op, operands = operands_of(node)
    if op == "or":
        return (_spelled(node),)
    return tuple(sorted({_spelled(*operand) for operand in operands}))


def _spelled(node: Node, negated: bool = False) -> str:
    op, operands = operands_of(node, negated)
    if not op:
        return _leaf(*operands[0])
    spelled = sorted({_spelled(*operand) for operand in operands})
    return f"{op}({','.join(spelled)})" if len(spelled) > 1 else spelled[0]


def _leaf(node: Node, negated: bool) -> str:
    match node:
        case Comparison("eq", name, value) if name in _RESERVED and not negated:
            return f"{name}={_value(value)}"
        case Comparison(op, name, value):
            rest = f"({name},{_value(value)})"
        case Membership(op, name, values):
            rest = f"({name},({','.join(sorted(set(map(_value, values))))}))"
        case Listing("select" as op, names):
            rest = f"({','.join(sorted(set(names)))})"
        case _:
            op, rest = "", to_text(node)
    if not negated:
        return f"{op}{rest}"
    return f"{_COMPLEMENTS[op]}{rest}" if op in _COMPLEMENTS else f"not({op}{rest})"


def _value(value: Value) -> str:
    """Write a value without the quotes that it does not need."""
    if isinstance(value, Literal):
        return value.text if _PLAIN.fullmatch(value.text) else repr(value.text)
    return value.name if isinstance(value, Constant) else to_text(value)
