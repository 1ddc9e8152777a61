"""Reads a parsed query for a table: condition, order, selection and slice. Runs nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnct.rql.leaves import Leaf, leaves
from cnct.rql.nodes import Listing, Node
from cnct.store.compiler import Compiler
from cnct.store.ordering import order_expression
from cnct.store.refusals import too_large
from cnct.store.selection import Selection, selection_of
from cnct.store.slices import Slice, slice_of
from cnct.store.sql import SqlExpression
from cnct.store.tables import Table

_LONGEST_SQL = 900_000  # SQLite takes 1,000,000 bytes, the rest of the statement included
_MOST_PARAMS = 32_000  # SQLite takes 32,766


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """A query compiled for one table; made by `read`, run by `Storage.page`.

    Attributes:
        condition: The rows that match.
        order: Their order, as SQL after ``ORDER BY``.
        selection: The properties that are left out.
        slice: The rows that a page has.
    """

    condition: SqlExpression
    order: str
    selection: Selection
    slice: Slice

    def capped(self, rows: int | None) -> QueryPlan:
        """Return a plan whose pages have at most so many rows; ``None`` caps nothing."""
        return replace(self, slice=self.slice.capped(rows))


def read(query: Node | None, table: Table, *, sliced: bool = True) -> QueryPlan:
    """Read a parsed query, as the server does.

    Args:
        query: The query; ``None`` for every record in the default order.
        table: The table that is read.
        sliced: Whether ``limit`` and ``offset`` count; for a single record they do not.

    Raises:
        QueryError: If the table does not take the query.
    """
    parts = [*leaves(query)]
    condition = Compiler(table).condition(query)
    if len(condition.sql) > _LONGEST_SQL or len(condition.params) > _MOST_PARAMS:
        raise too_large()
    return QueryPlan(
        condition,
        order_expression(_fields(parts, "ordering"), table),
        selection_of(_fields(parts, "select"), table),
        slice_of(parts, table) if sliced else Slice(),
    )


def _fields(parts: list[Leaf], op: str) -> list[tuple[str, ...]]:
    return [part.fields for part in parts if isinstance(part, Listing) and part.op == op]
