"""``cnct watch``: prints the resources of a collection that appear and change."""

from __future__ import annotations

import time
from http import HTTPStatus

import click

from cnct.cli.durations import Duration
from cnct.cli.formats import RowWriter
from cnct.cli.messages import print_message
from cnct.cli.options import (
    Command,
    QueryOptions,
    force_option,
    output_options,
    query_options,
)
from cnct.cli.rows import row_set, selected
from cnct.cli.session import Session
from cnct.cli.watching import Watch, time_field
from cnct.exceptions import ClientError


@click.command(
    "watch",
    cls=Command,
    examples=[
        "cnct watch requests status=pending",
        "cnct watch requests status=pending --select id,asset.product.name --interval 30s",
    ],
)
@query_options
@click.option("--select", metavar="FIELDS", help="Fields to show, with dots.")
@click.option("--interval", type=Duration(), default="10s", help="Pause; 10s by default.")
@click.option("--timeout", type=Duration(), help="End after this time; by default, Ctrl-C ends it.")
@output_options
@force_option
@click.pass_obj
def command(
    session: Session,
    query: QueryOptions,
    select: str | None,
    interval: float,
    timeout: float | None,
) -> None:
    """Print each resource that matches and is new or has changed since the start.

    A change is printed at least once; several changes within an interval are one.
    """
    if interval == 0:
        raise click.UsageError("--interval must be above 0: each look is a call")
    rows, fields = selected(session, row_set(session, query), select)
    operation = session.specs.operation("GET", rows.path) if session.specs else None
    watch = Watch(rows, time_field(dict(operation.fields) if operation else {}))
    end = None if timeout is None else time.monotonic() + timeout
    watch.start()
    default = "" if session.sink.is_terminal else "ndjson"
    with RowWriter(session, fields.columns, default=default) as writer:
        while end is None or time.monotonic() < end:
            time.sleep(interval)
            try:
                for row in watch.changes():
                    writer.write([fields.row(row)])
            except ClientError as error:
                if _is_final(error):
                    raise
                print_message(f"{error}. Looking again in {interval:g} s")


def _is_final(error: ClientError) -> bool:
    """Return whether another look would fail too."""
    status = error.status_code
    if status is None:
        return not error.method
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in (
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
    )
