"""Node types of a parsed query, shared by the parser, the printer and every evaluator.

Immutable data without behaviour; knows no Python values (see `literals`).
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Literal(NamedTuple):
    """A value: ``text`` without its quotes, and ``quote``, ``""`` if the value is unquoted."""

    text: str
    quote: str = ""


class Constant(NamedTuple):
    """``null()`` or ``empty()``; ``name`` includes the parentheses."""

    name: str


class Group(NamedTuple):
    """The tuple ``t(...)`` of comparisons on one related object: a term or a value."""

    args: tuple[Comparison, ...]


Value: TypeAlias = Literal | Constant | Group


class Comparison(NamedTuple):
    """``op(field,value)`` where ``op`` is one of eq ne lt le gt ge like ilike."""

    op: str
    field: str
    value: Value


class Membership(NamedTuple):
    """``in(field,(values))`` or ``out(field,(values))``."""

    op: str
    field: str
    values: tuple[Value, ...]


class Listing(NamedTuple):
    """``ordering(fields)`` or ``select(fields)``; fields may start with ``-``, never ``+``."""

    op: str
    fields: tuple[str, ...]


class Logical(NamedTuple):
    """``and`` or ``or`` of two or more terms."""

    op: str
    args: tuple[Node, ...]


class Negation(NamedTuple):
    """``not(term)``."""

    arg: Node


Node: TypeAlias = Comparison | Membership | Listing | Logical | Negation | Group


def conjunction(args: tuple[Comparison, ...]) -> Node:
    """Return one condition that requires all comparisons of a group."""
    first, *rest = args
    return Logical("and", args) if rest else first
