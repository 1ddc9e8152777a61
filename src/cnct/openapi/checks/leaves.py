"""A parsed query without its logic: the conditions and listings in it, names written out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnct.rql.nodes import (
    Comparison,
    Constant,
    Group,
    Listing,
    Literal,
    Logical,
    Negation,
    Node,
    Value,
)


class Condition(NamedTuple):
    """``op`` on a field by its full name; ``in`` and ``out`` have several values."""

    op: str
    name: str
    values: tuple[Literal | Constant, ...]


def leaves(query: Node) -> Iterator[Condition | Listing]:
    """Find every condition and listing, in the order in which they stand, those of tuples too."""
    todo: list[tuple[Node, str]] = [(query, "")]
    while todo:
        node, prefix = todo.pop()
        match node:
            case Logical(_, args) | Group(args):
                todo += [(arg, prefix) for arg in reversed(args)]
            case Negation(arg):
                todo.append((arg, prefix))
            case Listing():
                yield node
            case Comparison(op, field, value):
                yield from _condition(op, prefix + field, (value,), todo)
            case _:
                yield from _condition(node.op, prefix + node.field, node.values, todo)


def _condition(
    op: str, name: str, values: tuple[Value, ...], todo: list[tuple[Node, str]]
) -> Iterator[Condition]:
    """Yield what compares with plain values, and put tuples off."""
    groups = [value for value in values if isinstance(value, Group)]
    plain = tuple(value for value in values if not isinstance(value, Group))
    if plain:
        yield Condition(op, name, plain)
    todo += [(group, f"{name}.") for group in reversed(groups)]
