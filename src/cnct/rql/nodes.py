"""The tree of an RQL query: what the parser makes, what the printer writes, what servers evaluate.

Plain immutable data. Nothing here knows Python values (see ``literals``) or clients.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Literal(NamedTuple):
    """A value as RQL writes it: ``text`` without quotes, and the ``quote`` around it, if any."""

    text: str
    quote: str = ""


class Constant(NamedTuple):
    """One of the bare constants ``null()`` and ``empty()``; ``name`` includes the parentheses."""

    name: str


class Group(NamedTuple):
    """The tuple ``t(...)``: comparisons on a related object, as a term or as a value."""

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
    """``ordering(fields)`` or ``select(fields)``; a field may start with ``-``, not ``+``."""

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
    """Require all of the comparisons of a group."""
    first, *rest = args
    return Logical("and", args) if rest else first
