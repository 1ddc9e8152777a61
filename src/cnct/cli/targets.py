"""Reads places of the API: ``products``, ``requests/PR-1``, ``products/PRD-1/items``.

Checks the kind of place against the document, so that messages can name the right command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import click

from cnct.cli.utf8 import check_utf8

if TYPE_CHECKING:
    from cnct.cli.session import Session

_SIGNS = ":@!$&'()*+,;="  # may stand in a path as they are (RFC 3986, section 3.3)


def path_of(text: str) -> str:
    """Return a place as a path below the endpoint, each segment percent-encoded.

    Args:
        text: Names and ids with ``/`` between them. Percent-encoded characters stay as they are, so
            that ``%2F`` can be a part of an id.

    Raises:
        click.UsageError: If the text is no such path.
    """
    check_utf8(text)
    if "?" in text or "#" in text:
        raise click.UsageError(
            f"{text!r} is no place: write conditions as arguments, as in status=pending"
        )
    segments = text.strip("/").split("/")
    if any(not segment.strip() or segment in (".", "..") for segment in segments):
        raise click.UsageError(f"{text!r} is no place: write one like requests/PR-000-000-000")
    return "/".join(quote(unquote(segment), safe=_SIGNS) for segment in segments)


def collection_path(session: Session, text: str, command: str = "get") -> str:
    """Return the path of a collection.

    Args:
        session: Settings of the run.
        text: The place.
        command: The command for a single resource, for the message.

    Raises:
        click.UsageError: If the document has a single resource there.
    """
    path = path_of(text)
    if _kind(session, path) == "resource":
        raise click.UsageError(f"{text!r} is one resource: write cnct {command} {path}")
    return path


def resource_path(session: Session, text: str, *, takes_many: bool = False) -> str:
    """Return the path of a resource, or of another place that is read as a whole.

    Args:
        session: Settings of the run.
        text: The place.
        takes_many: Whether the command has ``--from``, for the message.

    Raises:
        click.UsageError: If the document has a collection there.
    """
    path = path_of(text)
    if _kind(session, path) == "collection":
        choices = (
            f"{path}/ID, or --from for many" if takes_many else f"cnct ls {path}, or {path}/ID"
        )
        raise click.UsageError(f"{text!r} is a collection: write {choices}")
    return path


def action_path(session: Session, text: str, name: str) -> str:
    """Return the path of an action.

    Args:
        session: Settings of the run.
        text: The place that has the action.
        name: Name of the action, valid.

    Raises:
        click.UsageError: If the document has a collection there, which does not have the action
            itself, so that its name would be taken for an id.
    """
    path = f"{path_of(text)}/{name}"
    if _kind(session, path) == "resource":
        resource_path(session, text, takes_many=True)
    return path


def _kind(session: Session, path: str) -> str | None:
    specs = None if session.force else session.specs
    return specs.kind(path) if specs else None
