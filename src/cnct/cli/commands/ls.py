"""``cnct ls``: lists the resources of a collection."""

from __future__ import annotations

import click

from cnct.cli.formats import RowWriter
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
    "ls",
    cls=Command,
    examples=[
        "cnct ls requests status=pending created__ge=2026-01-01 --order -created",
        "cnct ls products status__in=draft,published --select id,name,owner.name -o csv",
        "cnct ls subscriptions/assets --rql 'ilike(product.name,*saas*)' -n 10",
    ],
)
@query_options
@row_options
@click.option("-n", "--limit", type=click.IntRange(0), help="Most rows to show; all by default.")
@click.option(
    "--page-size", type=click.IntRange(1, 1000), default=100, help="Rows of a call; 100 by default."
)
@click.option("-j", "--jobs", type=click.IntRange(1), help="Calls at the same time.")
@output_options
@force_option
@click.pass_obj
def command(
    session: Session,
    query: QueryOptions,
    order: str | None,
    select: str | None,
    limit: int | None,
    page_size: int,
    jobs: int | None,
) -> None:
    """List the resources of a collection, all pages of it."""
    rows, fields = selected(session, row_set(session, query, order), select)
    size = page_size if limit is None else max(1, min(page_size, limit))
    rows = rows.limit(size)
    rows = rows if jobs is None else rows.concurrency(jobs)
    with RowWriter(session, fields.columns) as writer:
        for page in (rows if limit is None else rows[:limit]).pages():
            writer.write([fields.row(row) for row in page])
