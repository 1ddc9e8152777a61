"""Compares two OpenAPI documents by their operations. Reads neither."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cnct.console.payloads import payload_shapes
from cnct.openapi import operations
from cnct.openapi.lookup import Lookup
from cnct.openapi.places import Operation, Schema
from cnct.openapi.references import dereference
from cnct.openapi.shapes import is_list, is_object
from cnct.openapi.tree import shape

_REFERENCE = "$ref"


class Change(NamedTuple):
    """A difference between two documents.

    Attributes:
        change: ``added``, ``removed`` or ``changed``.
        method: HTTP method.
        place: Path as the document writes it.
        details: The fields that differ, for a change.
    """

    change: str
    method: str
    place: str
    details: str = ""


def changes(old: Lookup, new: Lookup) -> list[Change]:
    """Return the differences, in the order of places."""
    before, after = _operations(old), _operations(new)
    result: list[Change] = []
    for key in sorted(before.keys() | after.keys()):
        method = key[1]
        if key not in after:
            result.append(Change("removed", method, before[key].template))
        elif key not in before:
            result.append(Change("added", method, after[key].template))
        elif (details := _details(old, before[key], new, after[key])) is not None:
            result.append(Change("changed", method, after[key].template, details))
    return result


def _operations(document: Lookup) -> dict[tuple[str, str], Operation]:
    return {
        (shape(place.template), method): operation
        for place in document.places()
        for method, operation in place.operations.items()
    }


def _details(old: Lookup, before: Operation, new: Lookup, after: Operation) -> str | None:
    """Return the differences of an operation in words, ``None`` if there are none."""
    parts = [
        *_differences("filter", before.fields, after.fields),
        *_differences(
            "parameter", dict.fromkeys(before.parameters), dict.fromkeys(after.parameters)
        ),
        *_differences("body field", _body_fields(old, before), _body_fields(new, after)),
        *_differences("answer field", _answer_fields(old, before), _answer_fields(new, after)),
    ]
    if parts:
        return ", ".join(parts)
    return None if _content(old, before) == _content(new, after) else "descriptions or details"


def _differences(noun: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield f"{noun} {name} added"
        elif name not in after:
            yield f"{noun} {name} removed"
        elif before[name] != after[name]:
            yield f"{noun} {name} changed"


def _body_fields(document: Lookup, operation: Operation) -> dict[str, Any]:
    content = operations.body(document.document, document.operation_object(operation))
    return _fields(document, operations.schema(content))


def _answer_fields(document: Lookup, operation: Operation) -> dict[str, Any]:
    described = document.operation_object(operation)
    contents = operations.responses(document.document, described).values()
    schemas = (operations.schema(content) for content in contents)
    return _fields(document, next((schema for schema in schemas if schema), None))


def _fields(document: Lookup, schema: Schema | None) -> dict[str, Any]:
    """Return the fields of a schema by name, without their descriptions."""
    if schema is None:
        return {}

    def resolve(part: Schema) -> Schema:
        return dereference(document.document, part)

    whole = resolve(schema)
    element = whole.get("items")
    return {
        f"{row.name} of {row_shape.name}" if row_shape.name else row.name: row._replace(
            description=""
        )
        for row_shape in payload_shapes(element or whole, resolve)
        for row in row_shape.fields
    }


def _content(document: Lookup, operation: Operation) -> str:
    """Return an operation as text, with all references resolved."""
    described = document.operation_object(operation)
    parts: dict[str, Any] = {}
    todo: list[Any] = [described]
    while todo:
        for reference in _references(todo.pop()):
            if reference not in parts:
                parts[reference] = dereference(document.document, {_REFERENCE: reference})
                todo.append(parts[reference])
    return json.dumps([described, parts], sort_keys=True, default=dict)


def _references(value: Any) -> Iterator[str]:
    todo = [value]
    while todo:
        part = todo.pop()
        if is_object(part):
            if isinstance(part.get(_REFERENCE), str):
                yield part[_REFERENCE]
            todo += part.values()
        elif is_list(part):
            todo += part
