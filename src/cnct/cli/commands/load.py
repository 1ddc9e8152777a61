"""``cnct load``: makes a collection equal to the rows of a file."""

from __future__ import annotations

import sys
from functools import partial
from itertools import chain
from typing import Any

import click

from cnct.cli.batches import print_outcomes
from cnct.cli.confirming import confirm
from cnct.cli.formats import RowWriter
from cnct.cli.messages import has_terminal, print_message
from cnct.cli.options import Command, force_option, job_options, output_options
from cnct.cli.session import Session
from cnct.cli.tables import rows_from
from cnct.cli.targets import collection_path
from cnct.client.models.sync_plans import SyncPlan
from cnct.client.work.outcomes import Summary
from cnct.client.work.planned import PlannedChange
from cnct.exceptions import ClientError

_COLUMNS = ("change", "key", "id", "body", "was")


@click.command(
    "load",
    cls=Command,
    examples=[
        "cnct load products/PRD-000-000-000/items items.csv --by mpn --dry-run",
        "cnct load products/PRD-000-000-000/items items.csv --by mpn --yes",
    ],
)
@click.argument("collection")
@click.argument("file", metavar="FILE|-")
@click.option(
    "--by", metavar="FIELDS", required=True, help="The key: a field, or several with commas."
)
@click.option("--delete", is_flag=True, help="Also delete the resources that no row has.")
@click.option("--dry-run", is_flag=True, help="Show the changes, and send no write.")
@job_options
@partial(output_options, elsewhere="ndjson")
@force_option
@click.pass_obj
def command(
    session: Session,
    collection: str,
    file: str,
    by: str,
    delete: bool,
    dry_run: bool,
    jobs: int,
    journal: str | None,
    restart: bool,
    stop: bool,
    yes: bool,
) -> None:
    """Make a collection equal to the rows of a csv, ndjson or JSON file.

    Creates what is missing, and changes what differs. Fields without a column stay as they are.
    """
    path = collection_path(session, collection, "create")
    plan = _plan(session, path, file, by, delete=delete)
    if dry_run:
        with RowWriter(session, _COLUMNS, default="ndjson") as writer:
            writer.write([_described(change) for change in plan])
        if has_terminal(sys.stderr):
            print_message(plan._title())
        return
    if len(plan) > 1 and not yes:
        confirm(f"{plan._title()} at {session.client.endpoint}. Go on?")
    summary = Summary()
    outcomes = plan.outcomes(
        concurrency=jobs,
        on_error="stop" if stop else "collect",
        journal=journal,
        journal_restart=restart,
        summary=summary,
        progress=not session.sink.is_terminal,
    )
    print_outcomes(session, outcomes, summary)


def _plan(session: Session, path: str, file: str, by: str, *, delete: bool) -> SyncPlan:
    rows = rows_from(file)
    first = next(rows, None)
    if first is None:
        raise click.UsageError(f"{file} has no rows")
    fields = [name.strip() for name in by.split(",")]
    try:
        return session.client.collection(path).sync(chain([first], rows), fields, delete=delete)
    except (ValueError, TypeError) as error:
        if isinstance(error, ClientError):
            raise
        raise click.UsageError(f"{file}: {error}") from error


def _described(change: PlannedChange) -> dict[str, Any]:
    """Return the row of a change for ``--dry-run``."""
    old = {field.path: field.old for field in change.difference}
    was = old if change.verb == "update" else None
    values = (change.verb, change.key, change.id, change.payload, was)
    return dict(zip(_COLUMNS, values, strict=True))
