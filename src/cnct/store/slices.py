"""``limit`` and ``offset``: which rows of a list an answer has (RQL.md section 3, "Pagination")."""

from __future__ import annotations

from dataclasses import dataclass

from cnct.emulator.service.api_errors import ApiError, bad_query
from cnct.rql.nodes import Comparison, Group, Literal, Membership, Node
from cnct.store.compiler import leaves
from cnct.store.tables import Table

_PATTERNS = ("like", "ilike")


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows asked for; ``limit`` is ``None`` for all, and then there is no ``Content-Range``."""

    limit: int | None
    offset: int

    def capped(self, rows: int | None) -> Slice:
        """Return one that has at most so many rows; ``None`` caps nothing."""
        if rows is None or (self.limit is not None and self.limit <= rows):
            return self
        return Slice(rows, self.offset)

    def content_range(self, rows: int, total: int) -> str:
        """Write the header for ``rows`` rows of ``total``."""
        first = 0 if self.limit == 0 else self.offset
        return f"items {first}-{first + max(rows - 1, 0)}/{total}"


def slice_of(node: Node | None, collection: Table) -> Slice:
    """Read ``limit`` and ``offset``, wherever they stand in the query.

    Raises:
        ApiError: If one is given twice or with another operator than ``eq``, or if the query has
            a tuple with a comparison, at which the server's own reader fails.
    """
    given: dict[str, Comparison] = {}
    for leaf in leaves(node):
        if isinstance(leaf, Comparison | Membership) and _has_tuple_comparison(leaf):
            raise _incorrect()
        if isinstance(leaf, Comparison) and leaf.field in ("limit", "offset"):
            if leaf.op in _PATTERNS:
                continue
            if leaf.op != "eq" or leaf.field in given:
                raise _incorrect()
            given[leaf.field] = leaf
    limit = _number(given.get("limit"), collection.default_limit)
    if limit is None:
        return Slice(None, 0)
    if collection.max_limit is not None:
        limit = min(limit, collection.max_limit)
    return Slice(limit, _number(given.get("offset"), 0) or 0)


def _number(leaf: Comparison | None, otherwise: int | None) -> int | None:
    if leaf is None or not isinstance(leaf.value, Literal) or leaf.value.quote:
        return otherwise
    try:
        number = int(leaf.value.text)
    except ValueError:
        return otherwise
    return number if number >= 0 else otherwise


def _has_tuple_comparison(leaf: Comparison | Membership) -> bool:
    values = (leaf.value,) if isinstance(leaf, Comparison) else leaf.values
    inside = [arg for value in values if isinstance(value, Group) for arg in value.args]
    return any(arg.op not in _PATTERNS and arg.field != "search" for arg in inside)


def _incorrect() -> ApiError:
    return bad_query("Limit and offset are set incorrectly.")
