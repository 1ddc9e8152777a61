"""Describes objects of a client to the console, which knows none of the client's classes.

`print_help` may load the OpenAPI document; nothing else here does I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnct.client.base_client import BaseClient
from cnct.client.fluent import AsyncConnectClient
from cnct.client.models import NS, AsyncNS, AsyncResource, Resource
from cnct.client.models.collection import CollectionBase
from cnct.client.models.names import attribute
from cnct.client.models.noun import Located
from cnct.client.models.set_base import SetBase
from cnct.client.written_sets import filtered_fields, refinement
from cnct.console import help as pages
from cnct.console.described import Described, ObjectKind
from cnct.exceptions import users_level

if TYPE_CHECKING:
    from cnct.openapi import OpenAPISpecs

Client = BaseClient[Any, Any, Any]
ClientObject = Client | Located[Any]


def print_help(client: Client, thing: ClientObject, *, full: bool = False) -> None:
    """Print the help of an object; in a notebook, display it.

    Args:
        client: The client that owns the object.
        thing: The object, or the client itself.
        full: Whether to show every row of long tables and the whole of long texts.

    Raises:
        SpecError: If the document at ``specs_location`` cannot be read.
    """
    specs = client.specs
    readable = specs if specs and specs.available(users_level() + 1) else None
    description = described(client, thing, readable)._replace(unreadable=specs is not readable)
    pages.print_help(description, full=full)


def help_html(client: Client, thing: ClientObject) -> str | None:
    """Return the help of an object for a notebook, ``None`` without a document at hand.

    A local document is read if need be; the published one is at hand after the first call.
    """
    specs = client.specs
    if specs is None or not specs.at_hand_or_local():
        return None
    return pages.html(described(client, thing, specs))


def instead(thing: ClientObject, specs: OpenAPISpecs, path: str) -> str:
    """Return the Python for a namespace or action that was written as a collection.

    Args:
        thing: The object that should have the collection, or its client.
        specs: The document, which has the path.
        path: Path below the endpoint.
    """
    client = thing if isinstance(thing, BaseClient) else thing._client
    return pages.instead(described(client, thing, specs), path)


def described(client: Client, thing: ClientObject, specs: OpenAPISpecs | None) -> Described:
    """Describe an object to the console."""
    path = "" if isinstance(thing, BaseClient) else thing.path
    awaited = isinstance(client, AsyncConnectClient)
    owners: dict[str, type] = {"root": type(client), "namespace": NS, "resource": Resource}

    def attribute_of(name: str, owner: str) -> str | None:
        return attribute(name, owners[owner])

    description = Described(thing, client, _kind(thing), path, specs, attribute_of, awaited)
    if not isinstance(thing, SetBase):
        return description
    return description._replace(
        refinement=refinement(thing._query, client.default_limit),
        filtered=filtered_fields(thing._query),
    )


def _kind(thing: object) -> ObjectKind:
    match thing:
        case BaseClient():
            return "root"
        case SetBase():
            return "set"
        case CollectionBase():
            return "collection"
        case NS() | AsyncNS():
            return "namespace"
        case Resource() | AsyncResource():
            return "resource"
        case _:
            return "action"
