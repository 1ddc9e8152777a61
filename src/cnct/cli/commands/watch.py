"""``cnct watch``: prints the resources of a collection that appear and change."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

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
from cnct.exceptions import ClientError, JournalError, RQLError

if TYPE_CHECKING:
    from cnct.client.models import ResourceSet

_ELSEWHERE = "ndjson"  # each line is whole, and can be read while the watch goes on


@click.command(
    "watch",
    cls=Command,
    examples=[
        "cnct watch requests status=pending",
        "cnct watch requests status=pending --select id,asset.product.name --interval 30s",
        "cnct watch requests --state requests.watch --timeout 0",
    ],
)
@query_options
@click.option("--select", metavar="FIELDS", help="Fields to show, with dots.")
@click.option("--interval", type=Duration(), default="10s", help="Pause; 10s by default.")
@click.option("--timeout", type=Duration(), help="End after this time; 0 for one look.")
@click.option("--state", metavar="FILE", help="File from which a later run goes on.")
@click.option("--since", metavar="TIME", help="Start at a time, or with all; by default, now.")
@click.option("--by", metavar="FIELD", help="Time by which changes are found.")
@partial(output_options, elsewhere=_ELSEWHERE)
@force_option
@click.pass_obj
def command(
    session: Session,
    query: QueryOptions,
    select: str | None,
    interval: float,
    timeout: float | None,
    state: str | None,
    since: str | None,
    by: str | None,
) -> None:
    """Print each resource that matches and is new or has changed since the start.

    A change is printed at least once; several changes within an interval are one. While nothing
    comes, the pauses grow, up to ten times the interval or a minute.
    """
    if interval == 0:
        raise click.UsageError("--interval must be above 0: each look is a call")
    rows, fields = selected(session, row_set(session, query), select)
    changes = _changes(
        rows,
        interval=interval,
        timeout=timeout,
        state=state,
        since=None if since is None else _start(since),
        by=by,
        errors=_print_failure,
    )
    default = "" if session.sink.is_terminal else _ELSEWHERE
    with RowWriter(session, fields.columns, default=default) as writer, closing(changes):
        for row in changes:
            writer.write([fields.row(row)])


def _changes(rows: ResourceSet, **options: Any) -> Generator[dict[str, Any]]:
    """Yield the changes of a set; some arguments are checked when the document is at hand."""
    try:
        yield from rows.watch(**options)
    except (ClientError, JournalError, RQLError):
        raise
    except (TypeError, ValueError) as error:
        raise click.UsageError(str(error)) from error


def _start(since: str) -> datetime | Literal["all"]:
    if since == "all":
        return "all"
    try:
        return datetime.fromisoformat(since)
    except ValueError as error:
        raise click.BadParameter(
            f"{since!r} is no time: write one like 2026-01-31T08:00+00:00, or all",
            param_hint="--since",
        ) from error


def _print_failure(error: ClientError) -> None:
    print_message(f"{error}. Looking again")
