"""The description of a client's object for the console. Plain data; no I/O."""

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
        kind: The object's kind by class; the specification may have a different kind for the path.
        path: Path below the endpoint; empty for the client.
        specs: The specification; ``None`` if not in use or unreadable.
        attribute: Names the attributes of the client's objects.
        awaited: Whether calls are awaited.
        unreadable: Whether ``specs`` is missing because the document could not be read.
        refinement: Python that refines the collection into the set: ``.filter(status="pending")``.
        filtered: Names of the fields in a set's filter.
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
