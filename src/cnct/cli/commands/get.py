"""``cnct get``: shows a resource."""

from __future__ import annotations

import click

from cnct.cli.formats import write_value
from cnct.cli.options import Command, force_option, output_options
from cnct.cli.selecting import names_of, selection
from cnct.cli.session import Session
from cnct.cli.targets import resource_path
from cnct.rql.url import to_wire


@click.command(
    "get",
    cls=Command,
    examples=[
        "cnct get requests/PR-000-000-000",
        "cnct get requests/PR-000-000-000 id status asset.product.name",
    ],
)
@click.argument("resource")
@click.argument("fields", nargs=-1)
@output_options
@force_option
@click.pass_obj
def command(session: Session, resource: str, fields: tuple[str, ...]) -> None:
    """Show a resource, or some fields of it."""
    path = resource_path(session, resource)
    names = [name for text in fields for name in names_of(text)]
    chosen = selection(None if session.force else session.specs, path, names)
    if chosen.select:
        path = f"{path}?{to_wire('select({})'.format(','.join(chosen.select)))}"
    row = session.client.get(path)
    value = row if isinstance(row, bytes) else chosen.row(row)
    write_value(session, value, chosen.columns)
