"""The description of a client's object that the console works from. Plain data; no I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from cnct.openapi import OpenAPISpecs

ObjectKind = Literal["root", "namespace", "collection", "resource", "action", "set"]

Attribute = Callable[[str, str], str | None]
"""Returns the attribute that reaches a collection from an object, given the collection's name and
the object's kind; ``None`` where ``.collection("name")`` has to be written."""


class Described(NamedTuple):
    """An object of a client: the client itself, or something at a path.

    Attributes:
        thing: The object.
        client: Its client.
        kind: The kind of its class.
        path: Path below the endpoint; empty for the client.
        specs: The specification to show; ``None`` if the client uses none or it cannot be read.
        attribute: Names the attributes of the client's objects.
        awaited: Whether its calls are awaited.
        unreadable: Whether the client uses a specification that could not be read.
    """

    thing: Any
    client: Any
    kind: ObjectKind
    path: str
    specs: OpenAPISpecs | None
    attribute: Attribute
    awaited: bool = False
    unreadable: bool = False
