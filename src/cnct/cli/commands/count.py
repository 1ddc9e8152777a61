"""``cnct count``: counts the resources of a collection."""

from __future__ import annotations

import click

from cnct.cli.options import Command, QueryOptions, force_option, query_options
from cnct.cli.rows import row_set
from cnct.cli.session import Session


@click.command(
    "count",
    cls=Command,
    examples=[
        "cnct count products status=published",
    ],
)
@query_options
@force_option
@click.pass_obj
def command(
    session: Session,
    query: QueryOptions,
) -> None:
    """Print how many resources match; reads none of them."""
    number = row_set(session, query).count()
    session.sink.write(f"{number}\n")
