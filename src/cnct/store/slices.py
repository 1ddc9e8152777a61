"""Reads ``limit`` and ``offset``, by the rules of docs/rql.md, "Pagination"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cnct.exceptions import QueryError
from cnct.rql.leaves import Leaf
from cnct.rql.nodes import Comparison, Group, Literal, Membership
from cnct.store.tables import Table

_PATTERNS = ("like", "ilike")


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of a list that a page has.

    Attributes:
        limit: Most rows of the page; ``None`` for all of them.
        offset: Number of rows before the page.
    """

    limit: int | None = None
    offset: int = 0

    def capped(self, rows: int | None) -> Slice:
        """Return a slice of at most so many rows; ``None`` caps nothing."""
        if rows is None or (self.limit is not None and self.limit <= rows):
            return self
        return Slice(rows, self.offset)


def slice_of(leaves: Iterable[Leaf], table: Table) -> Slice:
    """Return the slice of a query, from the limit and offset among its leaves.

    Raises:
        QueryError: If one of them occurs twice or with another operator than ``eq``, or if the
            query has a tuple with a comparison, at which the server's own reader fails.
    """
    bounds: dict[str, Comparison] = {}
    for leaf in leaves:
        if isinstance(leaf, Comparison | Membership) and _has_tuple_comparison(leaf):
            raise _incorrect()
        if isinstance(leaf, Comparison) and leaf.field in ("limit", "offset"):
            if leaf.op in _PATTERNS:
                continue
            if leaf.op != "eq" or leaf.field in bounds:
                raise _incorrect()
            bounds[leaf.field] = leaf
    limit = _number(bounds.get("limit"), table.default_limit)
    if limit is None:
        return Slice()
    if table.max_limit is not None:
        limit = min(limit, table.max_limit)
    return Slice(limit, _number(bounds.get("offset"), 0) or 0)


def _number(leaf: Comparison | None, default: int | None) -> int | None:
    if leaf is None or not isinstance(leaf.value, Literal) or leaf.value.quote:
        return default
    try:
        number = int(leaf.value.text)
    except ValueError:
        return default
    return number if number >= 0 else default


def _has_tuple_comparison(leaf: Comparison | Membership) -> bool:
    values = (leaf.value,) if isinstance(leaf, Comparison) else leaf.values
    inside = [arg for value in values if isinstance(value, Group) for arg in value.args]
    return any(arg.op not in _PATTERNS and arg.field != "search" for arg in inside)


def _incorrect() -> QueryError:
    return QueryError("Limit and offset are set incorrectly.")
