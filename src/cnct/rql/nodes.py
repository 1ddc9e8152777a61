"""The tree of an RQL query: what the parser makes, what the printer writes, what servers evaluate.

Plain immutable data. Nothing here knows Python values (see ``literals``) or clients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as RQL writes it: ``text`` without quotes, and the ``quote`` around it, if any."""

    text: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Constant:
    """One of the bare constants ``null()`` and ``empty()``; ``name`` includes the parentheses."""

    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """The tuple ``t(...)``: comparisons on a related object, as a term or as a value."""

    args: tuple[Comparison, ...]


Value: TypeAlias = Literal | Constant | Group


@dataclass(frozen=True, slots=True)
class Comparison:
    """``op(field,value)`` where ``op`` is one of eq ne lt le gt ge like ilike."""

    op: str
    field: str
    value: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """``in(field,(values))`` or ``out(field,(values))``."""

    op: str
    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """``ordering(fields)`` or ``select(fields)``; a field may start with ``-``, not ``+``."""

    op: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Logical:
    """``and`` or ``or`` of two or more terms."""

    op: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """``not(term)``."""

    arg: Node


@dataclass(frozen=True, slots=True)
class Truth:
    """What a list of no values means: ``in`` matches nothing (False), ``out`` everything (True).

    RQL cannot write it (RQL.md section 4), so the parser never makes one; the client acts on it
    instead of sending it. Only ever the root of a tree.
    """

    value: bool
    field: str


Node: TypeAlias = Comparison | Membership | Listing | Logical | Negation | Group | Truth


def conjunction(args: tuple[Comparison, ...]) -> Node:
    """Require all of the comparisons of a group."""
    first, *rest = args
    return Logical("and", args) if rest else first
