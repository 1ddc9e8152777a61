"""``cnct first``: shows the first resource of a collection."""

from __future__ import annotations

import click

from cnct.cli.formats import write_value
from cnct.cli.options import (
    Command,
    QueryOptions,
    force_option,
    output_options,
    query_options,
    row_options,
)
from cnct.cli.rows import row_set, selected
from cnct.cli.session import Session


@click.command(
    "first",
    cls=Command,
    examples=[
        "cnct first requests status=pending --order created",
    ],
)
@query_options
@row_options
@output_options
@force_option
@click.pass_obj
def command(
    session: Session,
    query: QueryOptions,
    order: str | None,
    select: str | None,
) -> None:
    """Show the first resource that matches; nothing if there is none."""
    rows, fields = selected(session, row_set(session, query, order), select)
    row = rows.first()
    write_value(session, None if row is None else fields.row(row), fields.columns)
