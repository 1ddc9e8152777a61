"""Checks mocks against the API's document, so that tests cannot rely on what the API lacks.

Checks the request, successful statuses, and the field names of successful responses. Errors are
never refused, since the document describes few of them (404 for 3 of its 394 GETs, version 37.0).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cnct.exceptions import ImpossibleMockError
from cnct.openapi import OpenAPISpecs
from cnct.openapi.checks import check_request
from cnct.openapi.places import Operation, Schema
from cnct.openapi.schemas import composed, properties
from cnct.openapi.shapes import is_array, is_object
from cnct.testing.form_bodies import FormBody
from cnct.text import did_you_mean, either

_FIRST_ERROR = 400  # status


def check_mock(
    specs: OpenAPISpecs,
    method: str,
    path: str,
    status_code: int,
    return_value: Any,
    match_body: Any,
) -> None:
    """Refuse a mock that contradicts the document.

    Args:
        specs: The document.
        method: HTTP method.
        path: Path below the endpoint, with or without a query.
        status_code: Status of the response.
        return_value: Body of the response.
        match_body: Expected body of the request; ``None`` for any.

    Raises:
        ImpossibleMockError: If the document has no such request, or no such response to it.
    """
    method = method.upper()
    form = [*match_body] if isinstance(match_body, FormBody) else None
    payload = None if isinstance(match_body, str | bytes | FormBody) else match_body
    wrong = check_request(specs, method, path, payload, form)
    problems = [str(problem) for problem in (*wrong.path, *wrong.content)]
    place = path.partition("?")[0]
    operation = None if wrong.path else specs.operation(method, place)
    if operation is not None and status_code < _FIRST_ERROR:
        problems += _response_problems(specs, operation, place, str(status_code), return_value)
    if problems:
        raise ImpossibleMockError(
            "\n".join((f"The specification rules out this mock of {method} {path}:", *problems))
        )


def _response_problems(
    specs: OpenAPISpecs, operation: Operation, place: str, status: str, return_value: Any
) -> Iterator[str]:
    if operation.responses and status not in operation.responses:
        yield f"A successful response has status {either(operation.responses)}, not {status}."
        return
    schema = specs.response(operation, status)
    if schema is not None and _fields(specs, schema):
        # The response to a write is often described like its payload, without the id.
        alternatives = (*_read_schemas(specs, place), schema)
        yield from _unknown_fields(specs, _any_of(alternatives), return_value, "return_value")


def _read_schemas(specs: OpenAPISpecs, place: str) -> Iterator[Schema]:
    """Yield the response schemas of a GET of the place and of a resource below it."""
    operations = (specs.operation("GET", path) for path in (place, f"{place}/id"))
    schemas = (specs.response(operation) for operation in operations if operation)
    return (schema for schema in schemas if schema is not None)


def _any_of(schemas: Iterable[Schema]) -> Schema:
    return {"anyOf": [*schemas]}


def _unknown_fields(specs: OpenAPISpecs, schema: Schema, value: Any, path: str) -> Iterator[str]:
    if is_array(value):
        for index, item in enumerate(value):
            yield from _unknown_fields(specs, schema, item, f"{path}[{index}]")
    elif is_object(value):
        fields = _fields(specs, schema)
        for name in value if fields else ():
            if name in fields:
                yield from _unknown_fields(specs, fields[name], value[name], f"{path}.{name}")
            else:
                yield f"{path}.{name} does not exist.{did_you_mean(name, fields)}"


def _fields(specs: OpenAPISpecs, schema: Schema) -> Mapping[str, Schema]:
    """Return the fields of an object or of a list's items; none if any field is allowed."""
    fields: dict[str, Schema] = {}
    for part in composed(schema, specs.resolve, through_items=True):
        if part.get("additionalProperties"):
            return {}
        for name, field in properties(part).items():
            fields[name] = _any_of((fields[name], field)) if name in fields else field
    return fields
