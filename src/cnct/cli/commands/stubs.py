"""``cnct stubs``: writes types for type checkers and editors."""

from __future__ import annotations

from pathlib import Path

import click

from cnct.cli.documents import document_of
from cnct.cli.exits import Exit
from cnct.cli.messages import print_message
from cnct.cli.options import Command
from cnct.cli.session import Session
from cnct.stubs import check, write
from cnct.stubs.package import DEFAULT_FOLDER, Choices


@click.command(
    "stubs",
    cls=Command,
    examples=[
        "cnct stubs -o connect_types",
        "cnct stubs --only requests,tier/accounts --no-async",
        "cnct stubs --check",
    ],
)
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    default=DEFAULT_FOLDER,
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder of the package.",
)
@click.option("--only", metavar="NAMES", default="", help="Collections and namespaces, by commas.")
@click.option("--no-async", is_flag=True, help="Leave the asynchronous client out.")
@click.option("--no-filters", is_flag=True, help="Leave the keywords of filters out.")
@click.option(
    "--check", "is_check", is_flag=True, help="Write nothing; exit with 1 if out of date."
)
@click.pass_obj
def command(
    session: Session, output: Path, only: str, no_async: bool, no_filters: bool, is_check: bool
) -> None:
    """Write a package with the types of the API, for type checkers and editors.

    Programs then import their client from it: from connect_types import ConnectClient
    """
    choices: Choices = {
        "only": [name.strip() for name in only.split(",") if name.strip()],
        "asynchronous": not no_async,
        "filters": not no_filters,
        "spec": document_of(session),
    }
    try:
        if is_check:
            _report(output, check(output, **choices))
            return
        changed = write(output, **choices)
    except ValueError as error:  # of the folder's name
        raise click.UsageError(str(error)) from error
    session.sink.write(f"{'wrote' if changed else 'unchanged'} {output}\n")


def _report(folder: Path, difference: str) -> None:
    if difference:
        print_message(f"{folder} is out of date: {difference}. Run cnct stubs without --check")
        raise click.exceptions.Exit(Exit.LOCAL)
