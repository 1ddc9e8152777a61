"""``cnct sync``: brings a local mirror up to date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from cnct.cli.durations import Duration
from cnct.cli.formats import RowWriter
from cnct.cli.messages import has_terminal, print_message
from cnct.cli.options import Command, output_options
from cnct.cli.selecting import names_of
from cnct.cli.session import Session
from cnct.cli.targets import collection_path
from cnct.client.mirroring.synced import SyncCounts
from cnct.exceptions import NotFoundError

_COLUMNS = ("collection", "added", "changed", "removed", "unchanged", "calls")


@click.command(
    "sync",
    cls=Command,
    examples=[
        "cnct sync requests subscriptions/assets --to connect.db",
        "cnct sync --to connect.db --reconcile",
    ],
)
@click.argument("collections", nargs=-1)
@click.option("--to", "file", metavar="FILE", required=True, help="The mirror, a SQLite file.")
@click.option(
    "--select", metavar="FIELDS", help="Hidden fields to read as well; -field leaves one out."
)
@click.option(
    "--lookback",
    type=Duration(),
    default="15m",
    help="Time before the last run from which changes are read again; 15m by default.",
)
@click.option("--reconcile", is_flag=True, help="Also remove the rows that the server lacks.")
@click.option("--full", is_flag=True, help="With --reconcile: read every row again.")
@click.option("-j", "--jobs", type=click.IntRange(1), default=1, help="Calls at the same time.")
@output_options
@click.pass_obj
def command(
    session: Session,
    collections: tuple[str, ...],
    file: str,
    select: str | None,
    lookback: float,
    reconcile: bool,
    full: bool,
    jobs: int,
) -> None:
    """Bring a mirror of collections up to date, and show the counts.

    Without a collection, all of the mirror. Read it with SQL, or in Python with client.mirror().
    """
    if full and not reconcile:
        raise click.UsageError("--full reads every row for --reconcile: write both")
    if not collections and not Path(file).exists():
        raise click.UsageError(
            f"{file} does not exist yet: name collections, as in cnct sync requests"
        )
    paths = [collection_path(session, text) for text in collections]
    fields = None if select is None else [name.removeprefix("+") for name in names_of(select)]
    rows: list[dict[str, Any]] = []
    missing: NotFoundError | None = None
    with session.client.mirror(file) as mirror, RowWriter(session, _COLUMNS) as writer:
        try:
            for path in paths or mirror._all_of(mirror._mirrored()):
                if has_terminal(sys.stderr):
                    print_message(f"reading {path}")
                options: dict[str, Any] = {"concurrency": jobs, "progress": True}
                try:
                    counts = mirror.sync(path, select=fields, lookback=lookback, **options).total
                    if reconcile:
                        more = mirror.reconcile(path, full=full, **options).total
                        counts = SyncCounts(*map(sum, zip(counts, more, strict=True)))
                except NotFoundError as error:
                    if error.status_code is None:  # no name of the document
                        raise
                    missing = missing or error  # raised after the other collections
                    continue
                rows.append({"collection": path, **counts._asdict()})
        finally:
            writer.write(rows)  # what was committed stays, whatever comes after
    if missing:
        raise missing
