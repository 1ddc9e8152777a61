"""What the API has at a path: plain data that look-ups return and help and checks read. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, field

from cnct.openapi.fields import FilterField

Schema = Mapping[str, Any]
"""An OpenAPI 3.0 schema object; ``$ref`` inside it points to ``#/components/schemas/...``."""

Kind = Literal["root", "namespace", "collection", "resource", "action"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""What a path can be called with, as documents write it (OpenAPI 3.0.3, "Path Item Object")."""


class Operation(Struct, frozen=True):
    """One method of one path.

    Attributes:
        method: HTTP method, upper case.
        template: The path as the document writes it, without the leading slash:
            ``products/{id}/items``.
        operation_id: The document's name for it.
        summary: One line, often empty: Connect's document has none.
        description: Markdown and HTML as they stand in the document.
        tags: Names of the groups that it is listed in.
        fields: What a list can be filtered, ordered, searched and selected by, by dotted name;
            empty for anything that is no list.
        parameters: Names of the query parameters that are none of these: ``limit``, ``offset``.
        body: Media types that it takes, the preferred first; empty if it takes no body.
        answers: Media types of its successful answers by status:
            ``{"200": ("application/json",)}``; a status without a body has none.
    """

    method: str
    template: str
    operation_id: str = ""
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    fields: Mapping[str, FilterField] = field(default_factory=dict[str, FilterField])
    parameters: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


class Success(Struct, frozen=True):
    """The response to a successful call.

    Attributes:
        status: HTTP status; 0 if the document names none.
        media_type: Media type of the body, JSON if there is a choice; empty without a body.
        schema: Schema of the body; empty if the document has none.
        example: A body, decoded; ``None`` if the document has none.
    """

    status: int = 0
    media_type: str = ""
    schema: Schema = field(default_factory=dict[str, Any])
    example: Any = None


class Place(Struct, frozen=True):
    """What there is at a path, and one step below it.

    Attributes:
        kind: What it is. A path can only be one of these.
        template: The path as the document writes it, without the leading slash; empty for the
            root.
        operations: What can be called here, by method.
        description: What the document says of it (of its tag, for a namespace or collection).
        namespaces: Names of the namespaces one step below.
        collections: Names of the collections one step below.
        actions: Names of the actions one step below.
    """

    kind: Kind
    template: str
    operations: Mapping[str, Operation] = field(default_factory=dict[str, Operation])
    description: str = ""
    namespaces: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


class Match(Struct, frozen=True):
    """Something found.

    Attributes:
        path: The path as the document writes it, without the leading slash.
        method: HTTP method; empty for what is said of the whole path.
        what: The name, dotted field or sentence that matches best.
        score: The higher the better; only comparable within one search.
    """

    path: str
    method: str
    what: str
    score: float
