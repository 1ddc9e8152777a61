"""Reads operation objects: filters, payload, responses, examples. Caches nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cnct.openapi.fields import filter_field
from cnct.openapi.places import Operation, Success
from cnct.openapi.references import dereference
from cnct.openapi.shapes import JSON, Object, as_list, as_object

_DEFAULT = "default"
_STATUS = re.compile(r"[23](\d\d|\d[Xx]|[Xx]{2})")
_UNASKED = frozenset({"304"})  # only sent in response to a conditional request

Content = Mapping[str, Object]
"""Media type objects by media type."""


def operation_object(document: Object, path: str, method: str) -> Object:
    """Return the operation object of a method, with the parameters of the whole path.

    Args:
        document: The document, plain or decoded on access.
        path: Key of the path in the document.
        method: HTTP method.
    """
    item = dereference(document, as_object(document.get("paths")).get(path))
    own = as_object(item.get(method.lower()))
    shared = as_list(item.get("parameters"))
    return {**own, "parameters": [*shared, *as_list(own.get("parameters"))]}


def operation(document: Object, path: str, method: str) -> Operation:
    """Read an operation, apart from its schemas and examples."""
    described = operation_object(document, path, method)
    parameters = [dereference(document, parameter) for parameter in described["parameters"]]
    fields = {field.name: field for field in map(filter_field, parameters) if field}
    others = (
        str(parameter.get("name")) for parameter in parameters if parameter.get("in") == "query"
    )
    return Operation(
        method=method,
        template=path.strip("/"),
        operation_id=str(described.get("operationId") or ""),
        summary=str(described.get("summary") or ""),
        description=str(described.get("description") or ""),
        tags=tuple(map(str, as_list(described.get("tags")))),
        fields=fields,
        parameters=tuple(name for name in others if name not in fields),
        body=tuple(body(document, described)),
        responses={
            status: tuple(content) for status, content in responses(document, described).items()
        },
    )


def body(document: Object, described: Object) -> Content:
    """Return the content of the request body, JSON first."""
    return _content(dereference(document, described.get("requestBody")))


def responses(document: Object, described: Object) -> dict[str, Content]:
    """Return the content of the successful responses by status; or that of ``default``."""
    by_status = as_object(described.get("responses"))
    successes = [status for status in by_status if status.startswith("2")]
    return {
        status: _content(dereference(document, by_status[status]))
        for status in sorted(successes) or by_status.keys() & {_DEFAULT}
    }


def success(document: Object, described: Object) -> Success:
    """Return the successful response with the lowest status, or that of ``default``.

    A redirection counts if there is no other.
    """
    by_status = as_object(described.get("responses"))
    statuses = [key for key in by_status if _STATUS.fullmatch(key) and key not in _UNASKED]
    key = min(statuses, key=str.upper, default=_DEFAULT)
    content = _content(dereference(document, by_status.get(key)))
    if key == _DEFAULT and not content:
        return Success(media_type=JSON)
    return Success(
        status=0 if key == _DEFAULT else int(key.upper().replace("X", "0")),
        media_type=next(iter(content), ""),
        schema=schema(content) or {},
        example=_own_example(document, as_object(next(iter(content.values()), None))),
    )


def parameter(document: Object, described: Object, name: str) -> Object | None:
    """Return the schema of a query parameter, or ``None``."""
    for entry in reversed(described["parameters"]):
        candidate = dereference(document, entry)
        if (candidate.get("name"), candidate.get("in")) == (name, "query"):
            return as_object(candidate.get("schema"))
    return None


def schema(content: Content, media_type: str = "") -> Object | None:
    """Return the schema of a media type, by default of the preferred one."""
    media = as_object(content.get(media_type or next(iter(content), "")))
    return as_object(media["schema"]) if "schema" in media else None


def example(document: Object, content: Content) -> Any | None:
    """Return the example of a payload or its schema, or ``None``."""
    media = as_object(next(iter(content.values()), None))
    for holder in (media, dereference(document, media.get("schema"))):
        if "example" in holder or holder.get("examples"):
            return _own_example(document, holder)
    return None


def _own_example(document: Object, holder: Object) -> Any | None:
    if "example" in holder:
        return holder["example"]
    named = next(iter(as_object(holder.get("examples")).values()), None)
    return dereference(document, named).get("value")


def lists(document: Object, described: Object) -> bool:
    """Return whether a successful response of an operation is a list."""
    schemas = (schema(content) for content in responses(document, described).values())
    types = (dereference(document, body).get("type") for body in schemas if body)
    return any(name == "array" or "array" in as_list(name) for name in types)


def _content(holder: Object) -> Content:
    content = {name: as_object(media) for name, media in as_object(holder.get("content")).items()}
    return dict(sorted(content.items(), key=lambda entry: not entry[0].startswith(JSON)))
