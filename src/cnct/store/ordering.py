"""Compiles ``ordering`` to SQL, by the rules of docs/rql.md, "Ordering"."""

from __future__ import annotations

from collections.abc import Sequence

from cnct.exceptions import QueryError
from cnct.openapi.fields import MOST_ORDERING
from cnct.store.sql import quoted_field
from cnct.store.tables import Table


def order_expression(orderings: Sequence[tuple[str, ...]], table: Table) -> str:
    """Compile the fields of the only ``ordering``; without one, rows are ordered by id.

    Nulls are the greatest values, as in PostgreSQL. Rows that compare equal keep the order in
    which they were stored.

    Args:
        orderings: Fields of every ``ordering`` of a query; a ``-`` before a field means descending.
        table: The table that is ordered.

    Raises:
        QueryError: If there are two, a field is not orderable, or there are more than five.
    """
    if not orderings:
        return "record.id"
    if len(orderings) > 1:
        raise QueryError("Bad ordering filter: query can contain only one ordering operation.")
    if len(orderings[0]) > MOST_ORDERING:
        raise QueryError(f"Bad ordering filter: max allowed number is {MOST_ORDERING}.")
    terms: list[str] = []
    direction = "ASC"
    for signed in orderings[0]:
        name = signed.removeprefix("-")
        field = table.fields.get(name)
        if field is None or not field.orderable:
            raise QueryError(f"Bad ordering filter: {signed}.")
        direction = "DESC" if signed != name else "ASC"
        column = quoted_field(name)
        terms.append(f"({column} IS NULL) {direction}, {column} {direction}")
    return ", ".join([*terms, f"record.rowid {direction}"])
