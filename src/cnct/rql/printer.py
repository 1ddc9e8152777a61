"""Writes a parsed query as RQL. Conditions built in Python are written by `conditions`.

The grammar negates single conditions only, so negations are pushed to the leaves by De Morgan's
laws, which hold on the server (docs/rql.md, "Negation"). Iterative, so that deep nesting cannot
exhaust the stack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnct.rql.nodes import (
    Comparison,
    Constant,
    Group,
    Listing,
    Literal,
    Logical,
    Membership,
    Negation,
    Node,
    Value,
    conjunction,
)

_OPPOSITE = {"and": "or", "or": "and"}


def to_text(node: Node) -> str:
    """Return a tree in functional form: ``and(eq(a,1),not(in(b,(2,3))))``."""
    if type(node) in _WRITERS:
        return _leaf(node)
    pieces: list[str] = []
    todo: list[str | tuple[Node, bool]] = [(node, False)]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        op, operands = operands_of(*item)
        if not op:
            leaf, negated = operands[0]
            pieces.append(f"not({_leaf(leaf)})" if negated else _leaf(leaf))
            continue
        pieces.append(f"{op}(")
        todo.append(")")
        for operand in reversed(operands[1:]):
            todo += (operand, ",")
        todo.append(operands[0])
    return "".join(pieces)


def operands_of(node: Node, negated: bool = False) -> tuple[str, list[tuple[Node, bool]]]:
    """Flatten the operators at the top of a tree, and move negations to their operands.

    Args:
        node: The tree.
        negated: Whether the tree is negated.

    Returns:
        ``and`` or ``or``, and its operands, each with a flag that is true if it is negated. A
        single condition is returned as the only operand of ``""``.
    """
    op = ""
    operands: list[tuple[Node, bool]] = []
    todo = [(node, negated)]
    while todo:
        node, negated = todo.pop()
        if isinstance(node, Negation):
            todo.append((node.arg, not negated))
            continue
        if isinstance(node, Group) and negated:
            node = conjunction(node.args)
        if isinstance(node, Logical):
            own = _OPPOSITE[node.op] if negated else node.op
            op = op or own
            if own == op:
                todo += [(arg, negated) for arg in reversed(node.args)]
                continue
        operands.append((node, negated))
    return op, operands


def value_text(value: Value) -> str:
    """Return a value as RQL, with the quotes it was read with."""
    if isinstance(value, Literal):
        return f"{value.quote}{value.text}{value.quote}"
    if isinstance(value, Constant):
        return value.name
    return _leaf(value)


def _leaf(node: Node) -> str:
    return _WRITERS[type(node)](node)


def _comparison(node: Comparison) -> str:
    return f"{node.op}({node.field},{value_text(node.value)})"


def _membership(node: Membership) -> str:
    return f"{node.op}({node.field},({','.join(map(value_text, node.values))}))"


def _listing(node: Listing) -> str:
    return f"{node.op}({','.join(node.fields)})"


def _group(node: Group) -> str:
    return f"t({','.join(map(_comparison, node.args))})"


_WRITERS: Mapping[type[Node], Callable[[Any], str]] = {
    Comparison: _comparison,
    Membership: _membership,
    Listing: _listing,
    Group: _group,
}
