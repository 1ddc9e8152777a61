"""``cnct api``: makes any call by its method and path."""

from __future__ import annotations

import click

from cnct.cli.body import body_of
from cnct.cli.formats import write_value
from cnct.cli.header_words import headers_of
from cnct.cli.options import Command, body_options, force_option, output_options
from cnct.cli.session import Session
from cnct.cli.writes import Write, perform
from cnct.exceptions import ClientError

_READS = ("GET", "HEAD", "OPTIONS")
_WITHOUT_BODY = ("GET", "HEAD")  # a server would ignore it, and return everything


@click.command(
    "api",
    cls=Command,
    examples=[
        "cnct api GET '/products?limit=1'",
        "cnct api POST /products name=Thing category.id=CAT-000",
    ],
)
@click.argument("method")
@click.argument("path")
@body_options
@click.option("-H", "--header", multiple=True, metavar="NAME:VALUE", help="A header of the call.")
@output_options
@force_option
@click.pass_obj
def command(
    session: Session,
    method: str,
    path: str,
    body: tuple[str, ...],
    data: str | None,
    dry_run: bool,
    header: tuple[str, ...],
) -> None:
    """Make a call and print the answer."""
    verb = method.upper()
    if not verb.isalpha() or not verb.isascii():
        raise click.UsageError(f"{method!r} is no HTTP method: write GET, POST, PUT or DELETE")
    write = Write(verb, path, body_of(body, data), headers_of(header))
    if verb in _WITHOUT_BODY and write.body is not None and not session.force:
        raise click.UsageError(
            f"{verb} has no body: write conditions into the path as RQL, or use cnct ls"
        )
    try:
        if verb in _READS:
            write_value(session, write.send(session))
        else:
            perform(session, write, dry_run=dry_run)
    except ClientError:
        raise
    except ValueError as error:  # a URL elsewhere
        raise click.UsageError(str(error)) from error
