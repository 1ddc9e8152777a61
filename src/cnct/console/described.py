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
        client: The object's client.
        kind: The object's kind by class; the specification may have another kind at the path.
        path: Path below the endpoint; empty for the client.
        specs: The specification; ``None`` if the client uses none or could not read one.
        attribute: Names the attributes of the client's objects.
        awaited: Whether calls are awaited.
        unreadable: Whether ``specs`` is missing because the document could not be read.
        refinement: Python that makes a set of its collection: ``.filter(status="pending")``.
        filtered: Names of the fields that a set is filtered by.
    """

    thing: Any
    client: Any
    kind: ObjectKind
    path: str
    specs: OpenAPISpecs | None
    attribute: Attribute
    awaited: bool = False
    unreadable: bool = False
    refinement: str = ".all()"
    filtered: frozenset[str] = frozenset()
