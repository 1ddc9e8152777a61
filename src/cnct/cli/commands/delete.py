"""``cnct delete``: deletes a resource, or many."""

from __future__ import annotations

from functools import partial

import click

from cnct.cli.batches import Batch, run_batch
from cnct.cli.items import Item, id_of
from cnct.cli.options import (
    BATCH_FORMATS,
    Command,
    Many,
    force_option,
    many_options,
    output_options,
)
from cnct.cli.session import Session
from cnct.cli.targets import collection_path, resource_path
from cnct.cli.writes import Write, perform
from cnct.client._core.urls import segment


@click.command(
    "delete",
    cls=Command,
    examples=[
        "cnct delete products/PRD-000-000-000",
        "cnct ls products status=draft -o ndjson | cnct delete products --from - --yes",
    ],
)
@click.argument("resource")
@click.option("--dry-run", is_flag=True, help="Check and show the calls, and send no write.")
@many_options
@partial(output_options, elsewhere=BATCH_FORMATS)
@force_option
@click.pass_obj
def command(
    session: Session,
    resource: str,
    dry_run: bool,
    many: Many | None,
) -> None:
    """Delete a resource; with --from, name a collection, and each id or row in turn is deleted."""
    if many is None:
        path = resource_path(session, resource, takes_many=True)
        perform(session, Write("DELETE", path), dry_run=dry_run)
        return
    path = collection_path(session, resource, "delete")

    def write(item: Item) -> Write:
        return Write("DELETE", f"{path}/{segment(id_of(item))}")

    batch = Batch(f"DELETE {path}/ID", write, write("ID"))
    run_batch(session, batch, None, many, dry_run=dry_run)
