"""``cnct doctor``: shows the surroundings of the command, and the problems in them."""

from __future__ import annotations

import click

from cnct.cli.diagnosis import diagnose
from cnct.cli.exits import Exit
from cnct.cli.formats import RowWriter
from cnct.cli.options import Command, output_options
from cnct.cli.session import Session


@click.command("doctor", cls=Command, examples=["cnct doctor --online"])
@click.option("--online", is_flag=True, help="Make a call, and read the document anew.")
@output_options
@click.pass_context
def command(context: click.Context, online: bool) -> None:
    """Show versions, settings with their sources, document, cache, proxies and certificates.

    Works with a broken configuration. The exit status is 1 if there is a problem.
    """
    session = context.ensure_object(Session)
    rows = diagnose(session, online=online)
    with RowWriter(session, ("state", "name", "value", "source")) as writer:
        writer.write(rows)
    if any(row["state"] == "problem" for row in rows):
        context.exit(Exit.LOCAL)
