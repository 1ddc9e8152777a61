"""``cnct docs``: opens the documentation. Makes no call."""

from __future__ import annotations

import webbrowser
from importlib.metadata import metadata
from pathlib import Path

import click

from cnct.cli.exits import Exit
from cnct.cli.messages import print_message
from cnct.cli.options import Command
from cnct.cli.session import Session

_CHECKOUT = Path(__file__).parents[4]  # if this is the source, and not an installed copy


@click.command("docs", cls=Command, examples=["cnct docs", "cnct docs --print"])
@click.option("--print", "is_printed", is_flag=True, help="Print the address; open no browser.")
@click.pass_context
def command(context: click.Context, is_printed: bool) -> None:
    """Open the documentation of this version in a browser, or print its address without one.

    The site is taken where it is published, else from the local build of a checkout.
    """
    address = _published() or _built()
    if address is None:
        print_message(f"the documentation is not published, and there is no build: {_remedy()}")
        context.exit(Exit.LOCAL)
    if is_printed or not webbrowser.open(address):
        context.ensure_object(Session).sink.write(f"{address}\n")


def _published() -> str | None:
    """Return the address of this version's pages, if the distribution names a site."""
    distribution = metadata("cnct")
    minor = ".".join(distribution["Version"].split(".")[:2])
    for entry in distribution.get_all("Project-URL") or ():
        label, _, address = entry.partition(", ")
        if label == "Documentation":
            return f"{address.rstrip('/')}/{minor}/"
    return None


def _built() -> str | None:
    """Return the address of the first page of `make docs`, if it was made."""
    page = _CHECKOUT / "site" / "index.html"
    return page.as_uri() if page.exists() and _is_checkout() else None


def _remedy() -> str:
    place = str(_CHECKOUT) if _is_checkout() else "a checkout of cnct"
    return f"run make docs in {place}"


def _is_checkout() -> bool:
    return (_CHECKOUT / "mkdocs.yml").exists()
