"""What a document says of an operation: its filters, what it takes, what it answers.

Functions of the document and the operation object as it stands there; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnct.openapi.fields import filter_field
from cnct.openapi.places import Operation, Success
from cnct.openapi.references import followed
from cnct.openapi.shapes import Object, as_list, as_object

JSON = "application/json"

Content = Mapping[str, Object]
"""Media type objects by media type."""


def said(document: Object, path: str, method: str) -> Object:
    """Find the operation object of a path, with the parameters that the whole path has.

    Args:
        document: The document, or a mapping that decodes its parts when asked for them.
        path: Key of the path in the document.
        method: HTTP method.
    """
    item = followed(document, as_object(document.get("paths")).get(path))
    found = as_object(item.get(method.lower()))
    shared = as_list(item.get("parameters"))
    return {**found, "parameters": [*shared, *as_list(found.get("parameters"))]}


def operation(document: Object, path: str, method: str) -> Operation:
    """Read what there is to know of an operation before it is called."""
    about = said(document, path, method)
    parameters = [followed(document, parameter) for parameter in about["parameters"]]
    fields = {found.name: found for found in map(filter_field, parameters) if found}
    others = (
        str(parameter.get("name")) for parameter in parameters if parameter.get("in") == "query"
    )
    return Operation(
        method=method,
        template=path.strip("/"),
        operation_id=str(about.get("operationId") or ""),
        summary=str(about.get("summary") or ""),
        description=str(about.get("description") or ""),
        tags=tuple(map(str, as_list(about.get("tags")))),
        fields=fields,
        parameters=tuple(name for name in others if name not in fields),
        body=tuple(body(document, about)),
        answers={status: tuple(content) for status, content in answers(document, about).items()},
    )


def body(document: Object, about: Object) -> Content:
    """Find what an operation takes, JSON first."""
    return _content(followed(document, about.get("requestBody")))


def answers(document: Object, about: Object) -> dict[str, Content]:
    """Find the successful answers by status; ``default`` only where it stands alone."""
    responses = as_object(about.get("responses"))
    good = [status for status in responses if status.startswith("2")]
    return {
        status: _content(followed(document, responses[status]))
        for status in sorted(good) or responses.keys() & {"default"}
    }


def success(document: Object, about: Object) -> Success:
    """Return the successful response with the lowest status, a redirection if there is no other."""
    responses = as_object(about.get("responses"))
    status = min((status for status in responses if status[:1] in {"2", "3"}), default="")
    if not status:
        return Success(media_type=JSON)
    content = _content(followed(document, responses[status]))
    return Success(
        status=int(status.replace("X", "0")),
        media_type=next(iter(content), ""),
        schema=schema(content) or {},
        example=_own_example(document, as_object(next(iter(content.values()), None))),
    )


def parameter(document: Object, about: Object, name: str) -> Object | None:
    """Return the schema of a query parameter; ``None`` if the operation has no such parameter."""
    for entry in reversed(about["parameters"]):
        described = followed(document, entry)
        if (described.get("name"), described.get("in")) == (name, "query"):
            return as_object(described.get("schema"))
    return None


def schema(content: Content, media_type: str = "") -> Object | None:
    """Choose a schema: that of the media type, of the preferred one if none is named."""
    chosen = as_object(content.get(media_type or next(iter(content), "")))
    return as_object(chosen["schema"]) if "schema" in chosen else None


def example(document: Object, content: Content) -> Any | None:
    """Find an example of a payload: its own, or that of its schema."""
    media = as_object(next(iter(content.values()), None))
    for holder in (media, followed(document, media.get("schema"))):
        if "example" in holder or holder.get("examples"):
            return _own_example(document, holder)
    return None


def _own_example(document: Object, holder: Object) -> Any | None:
    if "example" in holder:
        return holder["example"]
    named = next(iter(as_object(holder.get("examples")).values()), None)
    return followed(document, named).get("value")


def lists(document: Object, about: Object) -> bool:
    """Tell whether an operation answers with a list."""
    schemas = (schema(content) for content in answers(document, about).values())
    return any(followed(document, found).get("type") == "array" for found in schemas if found)


def _content(holder: Object) -> Content:
    content = {name: as_object(media) for name, media in as_object(holder.get("content")).items()}
    return dict(sorted(content.items(), key=lambda entry: not entry[0].startswith(JSON)))
