"""Lists the conditions and listings of a parsed query, without the logic around them.

Iterative, so that no nesting ends in a RecursionError. Knows no fields and evaluates nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

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
)

Leaf: TypeAlias = Comparison | Membership | Listing | Group


class FieldCondition(NamedTuple):
    """An operator on a field by its full dotted name; ``in`` and ``out`` have several values."""

    op: str
    field: str
    values: tuple[Literal | Constant, ...]


def leaves(query: Node | None) -> Iterator[Leaf]:
    """Yield every condition, tuple and listing of a query, in the order of the text."""
    todo = [query] if query else []
    while todo:
        node = todo.pop()
        if isinstance(node, Logical):
            todo += reversed(node.args)
        elif isinstance(node, Negation):
            todo.append(node.arg)
        else:
            yield node


def field_conditions(query: Node | None) -> Iterator[FieldCondition | Listing]:
    """Yield every condition and listing of a query; tuples are replaced by their conditions.

    ``asset=t(eq(id,AS-1))`` yields ``eq`` of ``asset.id``.
    """
    for leaf in leaves(query):
        if isinstance(leaf, Listing):
            yield leaf
        else:
            yield from _without_tuples(leaf)


def _without_tuples(leaf: Comparison | Membership | Group) -> Iterator[FieldCondition]:
    todo: list[tuple[Comparison | Membership | Group, str]] = [(leaf, "")]
    while todo:
        node, prefix = todo.pop()
        if isinstance(node, Group):
            todo += [(arg, prefix) for arg in reversed(node.args)]
            continue
        field = prefix + node.field
        values = node.values if isinstance(node, Membership) else (node.value,)
        plain = tuple(value for value in values if not isinstance(value, Group))
        if plain:
            yield FieldCondition(node.op, field, plain)
        todo += [(value, f"{field}.") for value in reversed(values) if isinstance(value, Group)]
