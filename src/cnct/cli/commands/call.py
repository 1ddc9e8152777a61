"""``cnct call``: calls an action of a resource, or of many."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from cnct.cli.batches import Batch, run_batch
from cnct.cli.body import body_of
from cnct.cli.formats import write_value
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
from cnct.cli.targets import action_path, collection_path
from cnct.cli.writes import Write, perform
from cnct.client._core.urls import checked_name, segment

_METHODS = ("GET", "POST", "PUT", "DELETE")


@click.command(
    "call",
    cls=Command,
    examples=[
        "cnct call requests/PR-000-000-000 approve template_id=TL-000-000-000",
        "cnct ls requests -o ndjson | cnct call requests approve -d @body.json --from - --yes",
    ],
)
@click.argument("resource")
@click.argument("action")
@body_options
@click.option(
    "-X",
    "--method",
    type=click.Choice(_METHODS, case_sensitive=False),
    help="HTTP method; by default POST, or the only one that the document has.",
)
@many_options
@partial(output_options, elsewhere=BATCH_FORMATS)
@force_option
@click.pass_obj
def command(
    session: Session,
    resource: str,
    action: str,
    body: tuple[str, ...],
    data: str | None,
    dry_run: bool,
    method: str | None,
    many: Many | None,
) -> None:
    """Call an action of a resource; with --from, of each id or row of a collection."""
    payload = body_of(body, data)
    name = _name(action)
    if many is None:
        path = action_path(session, resource, name)
        verb = method or _method(session, path)
        if verb == "GET":
            _refuse_body(name, payload)
            write_value(session, session.client.get(path))
        else:
            perform(session, Write(verb, path, payload), dry_run=dry_run)
        return
    path = collection_path(session, resource, "call")
    verb = method or _method(session, f"{path}/ID/{name}")
    if verb == "GET":
        _refuse_body(name, payload)

    def write(item: Item) -> Write:
        return Write(verb, f"{path}/{segment(id_of(item))}/{name}", payload)

    batch = Batch(f"{verb} {path}/ID/{name}", write, write("ID"))
    run_batch(session, batch, payload, many, dry_run=dry_run)


def _name(action: str) -> str:
    try:
        return checked_name(action, "action")
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _refuse_body(name: str, payload: Any) -> None:
    if payload is not None:
        raise click.UsageError(f"The action {name!r} is a GET, which has no body: leave it out")


def _method(session: Session, path: str) -> str:
    """Return the method of an action: POST, unless the document has another one alone."""
    place = session.specs.place(path) if session.specs else None
    methods = [*place.operations] if place else []
    return methods[0] if len(methods) == 1 else "POST"
