"""Describes objects of a client to the console, which does not import the client.

`print_help` may load the OpenAPI document; nothing else here does I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnct.client.base_client import BaseClient
from cnct.client.fluent import AsyncConnectClient
from cnct.client.models import NS, AsyncNS, AsyncResource, Resource
from cnct.client.models.collection_base import CollectionBase
from cnct.client.models.names import at_hand, attribute
from cnct.client.models.noun import Located
from cnct.client.models.set_base import SetBase
from cnct.client.written_sets import filtered_fields, refinement
from cnct.console import help as pages
from cnct.console.described import Described, ObjectKind
from cnct.console.expressions import path_writer
from cnct.console.subject import Subject
from cnct.text import clean
from cnct.user_warnings import users_level

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
        TypeError: If ``full`` is no bool, such as the name of a collection.
        SpecError: If the document at ``specs_location`` cannot be read.
    """
    _check_full(thing, full)
    specs = client.specs
    readable = specs if specs and specs.available(users_level() + 1) else None
    description = described(client, thing, readable)._replace(unreadable=specs is not readable)
    pages.print_help(description, full=full)


def _check_full(thing: ClientObject, full: object) -> None:
    if isinstance(full, bool):
        return
    at = written(thing)
    raise TypeError(
        f"help() takes no name, only full=True: write {at}.{full}.help(), or {at}.find({full!r})"
        if isinstance(thing, BaseClient) and isinstance(full, str) and full.isidentifier()
        else f"help() takes full=True or full=False, not {clean(repr(full))}: write {at}.help()"
    )


def help_html(client: Client, thing: ClientObject) -> str | None:
    """Return the help of an object for a notebook, ``None`` without a document at hand.

    A local document is read if necessary; the published one is at hand after the first call.
    """
    specs = client.specs
    if specs is None or not specs.at_hand_or_local():
        return None
    return pages.html(described(client, thing, specs))


def instead(thing: ClientObject, specs: OpenAPISpecs, path: str) -> str:
    """Return the Python to write for a namespace or action that was used as a collection.

    Args:
        thing: The object that should have the collection, or its client.
        specs: The document, which has the path.
        path: Path below the endpoint.
    """
    return pages.instead(described(_client_of(thing), thing, specs), path)


def written(thing: ClientObject) -> str:
    """Return the Python expression of an object, for messages; reads only a document at hand."""
    client = _client_of(thing)
    return Subject.of(described(client, thing, at_hand(client.specs))).python


def written_collection(thing: ClientObject) -> str:
    """Return the Python expression of an object's collection, such as that of a set."""
    return written_at(thing, "" if isinstance(thing, BaseClient) else thing.path)


def written_at(thing: ClientObject, path: str) -> str:
    """Return the Python expression of the collection at a path, of an object's client."""
    client = _client_of(thing)
    writer = path_writer(described(client, client, at_hand(client.specs)))
    return writer.expression(path, "collection")


def resource_at(thing: Located[Any], path: str) -> ClientObject:
    """Return the resource at a path, of the client of an object."""
    kind: type[Any] = AsyncResource if is_awaited(thing) else Resource
    resource: ClientObject = kind(thing._client, path)
    return resource


def is_awaited(thing: ClientObject) -> bool:
    """Return whether the calls of an object are awaited."""
    return isinstance(_client_of(thing), AsyncConnectClient)


def is_in_document(thing: Located[Any]) -> bool:
    """Return whether the document is at hand and has the path of an object."""
    specs = at_hand(thing._client.specs)
    return specs is not None and specs.kind(thing.path) is not None


def field_names(resource: ClientObject) -> set[str]:
    """Return the names of a resource's fields by which its collection can be filtered."""
    path = "" if isinstance(resource, BaseClient) else resource.path.rpartition("/")[0]
    specs = at_hand(_client_of(resource).specs)
    operation = specs.operation("GET", path) if specs else None
    return {name.partition(".")[0] for name in operation.fields} if operation else set()


def _client_of(thing: ClientObject) -> Client:
    client: Client = thing if isinstance(thing, BaseClient) else thing._client
    return client


def described(client: Client, thing: ClientObject, specs: OpenAPISpecs | None) -> Described:
    """Describe an object to the console."""
    path = "" if isinstance(thing, BaseClient) else thing.path
    awaited = isinstance(client, AsyncConnectClient)
    owners: dict[str, type] = {"root": type(client), "namespace": NS, "resource": Resource}

    def attribute_of(name: str, owner: str) -> str | None:
        return attribute(name, owners[owner])

    description = Described(thing, client, kind_of(thing), path, specs, attribute_of, awaited)
    if not isinstance(thing, SetBase):
        return description
    return description._replace(
        refinement=refinement(thing._query, client.default_limit),
        filtered=filtered_fields(thing._query),
    )


def kind_of(thing: object) -> ObjectKind:
    """Return the kind of an object by its class."""
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
