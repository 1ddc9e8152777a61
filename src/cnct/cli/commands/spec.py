"""``cnct spec``: shows, renews and compares the API's document."""

from __future__ import annotations

import click

from cnct.cli.documents import document_of, location_of
from cnct.cli.formats import RowWriter, write_value
from cnct.cli.options import Command, output_options
from cnct.cli.session import Session
from cnct.cli.spec_changes import changes
from cnct.openapi import DEFAULT_LOCATION, OpenAPISpecs, load_document
from cnct.openapi.cache import indexed
from cnct.openapi.index import index
from cnct.openapi.lookup import Lookup
from cnct.openapi.sources import safe_location


@click.group("spec", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Show, renew and compare the API's OpenAPI document."""


@command.command("show", cls=Command)
@output_options
@click.pass_obj
def show(session: Session) -> None:
    """Show the location of the document, its version and its size."""
    specs = document_of(session)
    places = [*specs.places()]
    root = specs.place("")
    write_value(
        session,
        {
            "location": safe_location(location_of(session) or DEFAULT_LOCATION),
            "title": specs.title,
            "version": specs.version,
            "paths": len(places),
            "operations": sum(len(place.operations) for place in places),
            "collections": sum(place.kind == "collection" for place in places),
            "actions": sum(place.kind == "action" for place in places),
            "namespaces": len(root.namespaces) if root else 0,
        },
    )


@command.command("refresh", cls=Command)
@click.pass_obj
def refresh(session: Session) -> None:
    """Read the document again, though the cache has it, and print whether it has changed."""
    specs = OpenAPISpecs(location_of(session))
    has_changed = specs.refresh()
    session.sink.write(f"{'changed' if has_changed else 'unchanged'} {specs.version or ''}\n")


@command.command("diff", cls=Command, examples=["cnct spec diff", "cnct spec diff old.yml new.yml"])
@click.argument("old", required=False)
@click.argument("new", required=False)
@output_options
@click.pass_obj
def diff(session: Session, old: str | None, new: str | None) -> None:
    """Show the operations that differ: of the cached document and the present one, or of two.

    With one argument, the document in use is compared with it. The cache stays as it is.
    """
    location = location_of(session) or DEFAULT_LOCATION
    if old is None:
        before, after = Lookup(indexed(location)), _present(location)
    elif new is None:
        before, after = Lookup(indexed(location)), _present(old)
    else:
        before, after = _present(old), _present(new)
    with RowWriter(session, ("change", "method", "place", "details")) as writer:
        writer.write([change._asdict() for change in changes(before, after)])


def _present(location: str) -> Lookup:
    """Read a document, past the cache."""
    return Lookup(index(load_document(location), b""))
