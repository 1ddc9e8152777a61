"""``cnct find``: searches the API's document."""

from __future__ import annotations

import click

from cnct.cli.documents import document_of
from cnct.cli.formats import RowWriter
from cnct.cli.options import Command, output_options
from cnct.cli.session import Session
from cnct.openapi.places import Match


@click.command("find", cls=Command, examples=["cnct find billing date"])
@click.argument("words", nargs=-1, required=True)
@click.option(
    "-n", "--limit", type=click.IntRange(1), default=20, help="Most matches; 20 by default."
)
@output_options
@click.pass_obj
def command(session: Session, words: tuple[str, ...], limit: int) -> None:
    """Search the names, fields and descriptions of the API, best matches first."""
    matches = document_of(session).find(" ".join(words), limit)
    with RowWriter(session, ("place", "method", "match")) as writer:
        writer.write([_row(match) for match in matches])


def _row(match: Match) -> dict[str, str]:
    return {"place": match.path, "method": match.method, "match": " ".join(match.what.split())}
