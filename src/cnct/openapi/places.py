"""Places and operations of the API, as plain data: the results of look-ups. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, field

from cnct.openapi.fields import FilterField

Schema = Mapping[str, Any]
"""An OpenAPI 3.0 schema object; ``$ref`` inside it points to ``#/components/schemas/...``."""

Kind = Literal["root", "namespace", "collection", "resource", "action"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""HTTP methods as documents write them (OpenAPI 3.0.3, "Path Item Object")."""


class Operation(Struct, frozen=True):
    """One method of one path.

    Attributes:
        method: HTTP method, upper case.
        template: The path in the document, without the leading slash:
            ``products/{id}/items``.
        operation_id: The ``operationId``.
        summary: One line; always empty in Connect's document.
        description: Markdown and HTML, unchanged.
        tags: Names of the tags.
        fields: The fields that a list can be filtered, ordered, searched and selected by, by
            dotted name; empty if the operation returns no list.
        parameters: Names of the other query parameters: ``limit``, ``offset``.
        body: Media types of the payload, the preferred first; empty if there is no payload.
        responses: Media types of the successful responses by status:
            ``{"200": ("application/json",)}``; a response without a body has none.
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
    responses: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


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
    """A path of the API and the names one step below.

    Attributes:
        kind: The kind of the path.
        template: The path in the document, without the leading slash; empty for the root.
        operations: The operations by method.
        description: The description of the path or, for a namespace or collection without one, of
            the tag.
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
    """A match of `OpenAPISpecs.find`.

    Attributes:
        path: The path in the document, without the leading slash.
        method: HTTP method; empty if the text describes the whole path.
        what: The name, dotted field or sentence that matches best.
        score: Higher is better; only comparable within one search.
        missing: The searched words that the path lacks, as typed.
    """

    path: str
    method: str
    what: str
    score: float
    missing: tuple[str, ...] = ()
