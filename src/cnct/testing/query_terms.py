"""Splits query strings into canonical terms, which do not depend on order and spelling.

Applies the equivalences in docs/rql.md and no others. Knows no mocks and no client.
"""

from __future__ import annotations

import re

from cnct.rql import RQLSyntaxError, parse, to_text
from cnct.rql.nodes import Comparison, Constant, Listing, Literal, Membership, Node, Value
from cnct.rql.printer import operands_of
from cnct.rql.url import from_wire

_PLAIN = re.compile(r"[\w.\-:+@*\\][\w.\-:+@*\\ ]*")
_RESERVED = ("limit", "offset", "search")  # comparisons by syntax, not by meaning

# ``ne`` and ``out`` include the rows without a value, like ``not`` (docs/rql.md, "Negation").
_COMPLEMENTS = {"eq": "ne", "ne": "eq", "in": "out", "out": "in"}


def terms_of(query: str) -> tuple[str, ...]:
    """Split a raw query string into conditions, ordering, selection, search, limit and offset.

    Returns:
        The terms that the query joins by ``and``, sorted and in canonical spelling. If the query
        is not RQL, the parts between its ``&`` signs.
    """
    return terms_of_text(from_wire(query))


def terms_of_text(text: str) -> tuple[str, ...]:
    """Split a decoded query; see `terms_of`. The terms joined by ``&`` have the same terms."""
    try:
        node = parse(text)
    except RQLSyntaxError:
        return tuple(sorted(text.split("&")))
    return () if node is None else terms_of_node(node)


def terms_of_node(node: Node) -> tuple[str, ...]:
    """Split a parsed query; see `terms_of`."""
    op, operands = operands_of(node)
    if op == "or":
        return (_canonical(node),)
    return tuple(sorted({_canonical(*operand) for operand in operands}))


def _canonical(node: Node, negated: bool = False) -> str:
    op, operands = operands_of(node, negated)
    if not op:
        return _canonical_leaf(*operands[0])
    terms = sorted({_canonical(*operand) for operand in operands})
    return f"{op}({','.join(terms)})" if len(terms) > 1 else terms[0]


def _canonical_leaf(node: Node, negated: bool) -> str:
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
    """Write a value, with quotes only where they are needed."""
    if isinstance(value, Literal):
        return value.text if _PLAIN.fullmatch(value.text) else repr(value.text)
    return value.name if isinstance(value, Constant) else to_text(value)
