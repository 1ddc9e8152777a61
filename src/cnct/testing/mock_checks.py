"""Mocks against the API's specification: what it does not have cannot be mocked.

Judges paths, methods, filters, payloads, the names of answered fields, and successful statuses. The
document hardly tells of errors (404 for 3 of its 394 GETs, version 37.0), so any can be mocked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cnct.exceptions import ImpossibleMockError
from cnct.openapi import OpenAPISpecs
from cnct.openapi.checks import check_call, check_payload, check_query
from cnct.openapi.places import Operation, Schema
from cnct.openapi.shapes import is_array, is_object
from cnct.rql import from_wire
from cnct.text import did_you_mean, either

_FAILED = 400  # the first of the error statuses
_COMPOSITIONS = ("allOf", "anyOf", "oneOf")


def check_mock(
    specs: OpenAPISpecs,
    method: str,
    path: str,
    status_code: int,
    return_value: Any,
    match_body: Any,
) -> None:
    """Refuse a mock of what the API does not have.

    Args:
        specs: The document.
        method: HTTP method.
        path: Path below the endpoint, with or without a query.
        status_code: Status that the mock answers.
        return_value: What it answers.
        match_body: The body that it expects; ``None`` for any.

    Raises:
        ImpossibleMockError: If there is anything that it does not have.
    """
    problems = [*_problems(specs, method, path, status_code, return_value, match_body)]
    if problems:
        raise ImpossibleMockError(
            "\n".join((f"The API has no such thing as this mock of {method} {path}:", *problems))
        )


def _problems(
    specs: OpenAPISpecs,
    method: str,
    path: str,
    status_code: int,
    return_value: Any,
    match_body: Any,
) -> Iterator[str]:
    place, _, query = path.partition("?")
    wrong = check_call(specs, method, place)
    yield from map(str, wrong)
    operation = specs.operation(method, place)
    if wrong or operation is None:
        return
    if query:
        yield from map(str, check_query(specs, place, from_wire(query)))
    if match_body is not None and not isinstance(match_body, str | bytes):
        yield from map(str, check_payload(specs, method, place, match_body))
    if status_code < _FAILED:
        yield from _answer_problems(specs, operation, place, status_code, return_value)


def _answer_problems(
    specs: OpenAPISpecs, operation: Operation, place: str, status_code: int, return_value: Any
) -> Iterator[str]:
    status = str(status_code)
    if operation.answers and status not in operation.answers:
        yield f"It answers {either(operation.answers)}, not {status}."
        return
    schema = specs.answer(operation, status)
    if schema is not None and _fields(specs, schema):
        # What a write answers is often described as what it takes, without the id.
        read = (specs.operation("GET", path) for path in (place, f"{place}/id"))
        known = [specs.answer(each) for each in read if each]
        row = _either(_row(specs, each) for each in (*known, schema) if each)
        yield from _unknown_fields(specs, row, return_value, "return_value")


def _row(specs: OpenAPISpecs, schema: Schema) -> Schema:
    """Return the schema of a row, or of the one object."""
    items: Schema | None = specs.resolve(schema).get("items")
    return schema if items is None else items


def _either(schemas: Iterable[Schema]) -> Schema:
    return {"anyOf": [*schemas]}


def _unknown_fields(specs: OpenAPISpecs, schema: Schema, value: Any, at: str) -> Iterator[str]:
    if is_array(value):
        for index, item in enumerate(value):
            yield from _unknown_fields(specs, schema, item, f"{at}[{index}]")
    elif is_object(value):
        fields = _fields(specs, schema)
        for name in value if fields else ():
            if name in fields:
                yield from _unknown_fields(specs, fields[name], value[name], f"{at}.{name}")
            else:
                yield f"{at}.{name} does not exist.{did_you_mean(name, fields)}"


def _fields(
    specs: OpenAPISpecs, schema: Schema, above: tuple[Schema, ...] = ()
) -> Mapping[str, Schema]:
    """Collect the fields of an object, or of those of a list; none if it can have any."""
    target = specs.resolve(_row(specs, schema))
    if any(target is each for each in above):  # made of itself
        return {}
    fields: dict[str, Schema] = {}
    inner = (*above, target)
    found = [_fields(specs, part, inner) for word in _COMPOSITIONS for part in target.get(word, ())]
    for part in (*found, target.get("properties", {})):
        for name, each in part.items():
            fields[name] = _either((fields[name], each)) if name in fields else each
    return {} if target.get("additionalProperties") else fields
