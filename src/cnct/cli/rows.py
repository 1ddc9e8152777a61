"""Builds the set of rows that the arguments of a command describe. Reads none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnct.cli.conditions import where
from cnct.cli.options import QueryOptions
from cnct.cli.targets import collection_path
from cnct.client.models import ResourceSet

if TYPE_CHECKING:
    from cnct.cli.selecting import FieldSelection
    from cnct.cli.session import Session


def row_set(session: Session, query: QueryOptions, order: str | None = None) -> ResourceSet:
    """Return the set that a command works on.

    Raises:
        click.UsageError: If an argument cannot be read.
        RQLError: If RQL cannot express a condition.
    """
    condition = where(query.conditions, query.rql)
    path = collection_path(session, query.collection)
    rows = ResourceSet(session.client, path, condition)
    if query.search is not None:
        rows = rows.search(query.search)
    if not order:
        return rows
    from cnct.cli.selecting import names_of  # noqa: PLC0415 - counting needs none of it

    return rows.order_by(*names_of(order))


def selected(
    session: Session, rows: ResourceSet, select: str | None
) -> tuple[ResourceSet, FieldSelection]:
    """Return the set with the fields of ``--select`` selected, and the selection for the output.

    Raises:
        InvalidCallError: If the document has no such field.
    """
    from cnct.cli.selecting import names_of, selection  # noqa: PLC0415 - counting needs none of it

    specs = None if session.force else session.specs
    fields = selection(specs, rows.path, names_of(select))
    return (rows.select(*fields.select) if fields.select else rows), fields
