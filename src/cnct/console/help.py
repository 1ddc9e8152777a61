"""Shows the help page of an object. Loads nothing: the specification comes with the description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnct.console.notebook import display, displayed, in_notebook, page_html
from cnct.console.pages import page
from cnct.console.subject import Subject
from cnct.console.terminal import is_terminal, show

if TYPE_CHECKING:
    from cnct.console.described import Described

_NO_SPECS = (
    "**This client uses no specification**, so help cannot list collections, fields and payloads."
    " Make it with `ConnectClient(..., use_specs=True)`, the default; `specs_location=` takes a"
    " file or URL of your own."
)
_UNREADABLE = (
    "**The specification could not be read**, so help cannot list collections, fields and"
    " payloads. Save Connect's OpenAPI document and give its path:"
    " `ConnectClient(..., specs_location='connect.yml')`."
)


def print_help(description: Described, *, full: bool = False) -> None:
    """Print the help of an object; in a notebook, display it.

    Args:
        description: The object.
        full: Whether to show every row of long tables and the whole of long texts, as is always the
            case in a file or a pipe.
    """
    full = full or not (in_notebook() or is_terminal())
    note = "" if description.specs else _UNREADABLE if description.unreadable else _NO_SPECS
    help_page = page(Subject.of(description), repr(description.thing), note, full=full)
    if not display(description.thing, help_page):
        show(help_page)


def html(description: Described) -> str | None:
    """Return the help of an object as HTML, ``None`` if the running cell has displayed it."""
    if displayed(description.thing):
        return None
    return page_html(page(Subject.of(description), repr(description.thing)))


def instead(description: Described, path: str) -> str:
    """Return the Python to write for a namespace or action that was used as an attribute.

    Args:
        description: The object with the attribute, or its client.
        path: Path below the endpoint, in the specification.
    """
    owner = Subject.of(description)
    above, _, name = path.rpartition("/")
    place = owner.writer.place(path)
    kind = place.kind if place else "action"
    if above == owner.path:
        subject = owner.below(name, kind)
    else:
        subject = owner._replace(place=place, python=owner.writer.expression(path, kind))
    if kind == "namespace":
        return subject.python
    operation = subject.operations.get("POST") or next(iter(subject.operations.values()))
    return subject.call(f".{operation.method.lower()}({'...' if operation.body else ''})")
