"""``cnct create``: creates a resource, or many."""

from __future__ import annotations

from functools import partial

import click

from cnct.cli.batches import Batch, run_batch
from cnct.cli.body import body_of
from cnct.cli.items import Item
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
from cnct.cli.targets import collection_path
from cnct.cli.writes import Write, perform
from cnct.exceptions import InvalidCallError
from cnct.openapi.shapes import is_record


@click.command(
    "create",
    cls=Command,
    examples=[
        "cnct create products name=Thing category.id=CAT-000",
        "cnct create products -d @product.json",
        "cnct create products --from products.ndjson -j 4 --yes",
    ],
)
@click.argument("collection")
@body_options
@many_options
@partial(output_options, elsewhere=BATCH_FORMATS)
@force_option
@click.pass_obj
def command(
    session: Session,
    collection: str,
    body: tuple[str, ...],
    data: str | None,
    dry_run: bool,
    many: Many | None,
) -> None:
    """Create a resource; with --from, one for each row, whose fields are the body."""
    path = collection_path(session, collection, "update")
    payload = body_of(body, data)
    if many is None:
        perform(session, Write("POST", path, payload), dry_run=dry_run)
        return

    def write(item: Item) -> Write:
        if not is_record(item):
            raise InvalidCallError(f"{item!r} is no row with the fields of a resource")
        return Write("POST", path, {**item, **(payload or {})})

    batch = Batch(f"POST {path}", write, creates=True)
    run_batch(session, batch, payload, many, dry_run=dry_run)
