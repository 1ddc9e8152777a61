"""``cnct download``: writes a file of the API, or one that a link leads to."""

from __future__ import annotations

import click

from cnct.cli.header_words import headers_of
from cnct.cli.options import Command, force_option
from cnct.cli.session import Session
from cnct.exceptions import ClientError, ExportError


@click.command(
    "download",
    cls=Command,
    examples=[
        "cnct download reporting/reports/REP-000-000-000/download -o report.xlsx",
        "cnct download /media/PRD-000-000-000/logo.png -o logos",
    ],
)
@click.argument("path", metavar="PATH|URL")
@click.option(
    "-o",
    "--output",
    default=".",
    metavar="FILE|FOLDER",
    help="Where to write; in a folder, the server chooses the name. By default, here.",
)
@click.option("--overwrite", is_flag=True, help="Replace a file whose name the server chooses.")
@click.option("--no-resume", is_flag=True, help="Do not continue what an earlier run left.")
@click.option("-H", "--header", multiple=True, metavar="NAME:VALUE", help="A header of the call.")
@force_option
@click.pass_obj
def command(
    session: Session,
    path: str,
    output: str,
    overwrite: bool,
    no_resume: bool,
    header: tuple[str, ...],
) -> None:
    """Write a file, and print its path. A later run continues one that was interrupted."""
    if output == "-":
        raise click.UsageError(
            "A download goes to a file, which a later run can continue: name one, or write"
            f" 'cnct api GET {path}' to have the content on standard output"
        )
    try:
        file = session.client.download(
            path,
            output,
            progress=True,
            resume=not no_resume,
            overwrite=overwrite or None,
            headers=headers_of(header),
        )
    except (ClientError, ExportError):
        raise
    except ValueError as error:  # a path or URL that is none
        raise click.UsageError(str(error)) from error
    session.sink.write(f"{file}\n")
