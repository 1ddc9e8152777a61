"""Help on the objects of a client: finds out what they are and shows their page.

Makes no calls; only help that somebody has asked for may load the specification.
"""

from __future__ import annotations

from typing import Any

from cnct.client.base_client import BaseClient
from cnct.client.checking import users_level
from cnct.client.models import NS, AsyncNS, AsyncResource, Resource
from cnct.client.models.baseset import BaseResourceSet
from cnct.client.models.collection import BaseCollection
from cnct.client.models.noun import Located
from cnct.console.notebook import display, displayed, page_html
from cnct.console.pages import page
from cnct.console.subject import Subject, subject
from cnct.console.terminal import show
from cnct.openapi import OpenAPISpecs

Client = BaseClient[Any, Any, Any]
Helped = Client | Located[Any]

_NO_SPECS = (
    "**This client uses no specification**, so this is all that can be told. With"
    " `ConnectClient(..., use_specs=True)`, the default, it knows every collection, field and"
    " payload; `specs_location=` takes a file or URL of your own."
)
_UNAVAILABLE = (
    "**The specification could not be read**, so this is all that can be told. Save Connect's"
    " OpenAPI document and give its path: `ConnectClient(..., specs_location='connect.yml')`."
)


def print_help(client: Client, thing: Helped, *, full: bool = False) -> None:
    """Print what is known of an object; in a notebook, display it.

    Args:
        client: Whose it is.
        thing: The client itself or an object of it.
        full: Whether to show every row and the whole of every description.

    Raises:
        SpecError: If the specification that the client was given cannot be read.
    """
    specs = client.specs
    usable = specs if specs and specs.available(users_level() + 1) else None
    note = "" if usable else _UNAVAILABLE if specs else _NO_SPECS
    written = page(_subject(client, thing, usable), repr(thing), note, full=full)
    if not display(thing, written):
        show(written)


def html(client: Client, thing: Helped) -> str | None:
    """Write what a notebook shows of an object that is the value of a cell.

    Returns:
        Its help; ``None``, which leaves it to the ``repr``, if the specification is not at hand
        or the cell has displayed the help already.
    """
    specs = client.specs
    if specs is None or not specs.at_hand() or displayed(thing):
        return None
    return page_html(page(_subject(client, thing, specs), repr(thing)))


def _subject(client: Client, thing: Helped, specs: OpenAPISpecs | None) -> Subject:
    path = "" if isinstance(thing, BaseClient) else thing.path
    return subject(thing, client, path, _kind(thing), specs)


def _kind(thing: Helped) -> str:
    """Tell what an object is by its class: the kind of its place, or ``set``."""
    match thing:
        case BaseClient():
            return "root"
        case BaseResourceSet():
            return "set"
        case BaseCollection():
            return "collection"
        case NS() | AsyncNS():
            return "namespace"
        case Resource() | AsyncResource():
            return "resource"
        case _:
            return "action"
