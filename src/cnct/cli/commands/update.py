"""``cnct update``: changes a resource, or many."""

from __future__ import annotations

from functools import partial

import click

from cnct.cli.batches import Batch, run_batch
from cnct.cli.body import body_of
from cnct.cli.items import Item, id_of
from cnct.cli.options import (
    BATCH_FORMATS,
    Command,
    Many,
    body_options,
    force_option,
    many_options,
    output_options,
)
from cnct.cli.session import Session
from cnct.cli.targets import collection_path, resource_path
from cnct.cli.writes import Write, perform
from cnct.client._core.urls import segment
from cnct.exceptions import InvalidCallError


@click.command(
    "update",
    cls=Command,
    examples=[
        "cnct update products/PRD-000-000-000 name=Thing",
        "cnct update products --from changes.ndjson --yes",
    ],
)
@click.argument("resource")
@body_options
@many_options
@partial(output_options, elsewhere=BATCH_FORMATS)
@force_option
@click.pass_obj
def command(
    session: Session,
    resource: str,
    body: tuple[str, ...],
    data: str | None,
    dry_run: bool,
    many: Many | None,
) -> None:
    """Change a resource; with --from, name a collection, and each id or row in turn is changed.

    Without a body, the fields of the rows are the changes.
    """
    payload = body_of(body, data)
    if many is None:
        path = resource_path(session, resource, takes_many=True)
        if payload is None:
            raise click.UsageError("There is no change: write field=value, or -d")
        perform(session, Write("PUT", path, payload), dry_run=dry_run)
        return
    path = collection_path(session, resource, "update")

    def write(item: Item) -> Write:
        place = f"{path}/{segment(id_of(item))}"
        if payload is not None:
            return Write("PUT", place, payload)
        if not isinstance(item, dict):
            raise InvalidCallError(
                "There is no change: write field=value, -d, or rows instead of ids"
            )
        return Write("PUT", place, {name: item[name] for name in item if name != "id"})

    batch = Batch(f"PUT {path}/ID", write, None if payload is None else write("ID"))
    run_batch(session, batch, payload, many, dry_run=dry_run)
