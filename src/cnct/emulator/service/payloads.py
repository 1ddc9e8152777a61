"""Checks payloads against their schemas, and drops read-only properties."""

from __future__ import annotations

import json
from typing import Any

from cnct.emulator.api import Api
from cnct.emulator.service import api_errors
from cnct.emulator.service.bodies import RequestBody
from cnct.openapi.checks import check_payload
from cnct.openapi.places import Operation
from cnct.openapi.plain_schemas import plain
from cnct.openapi.schemas import type_name
from cnct.openapi.shapes import JSON, Record, as_record, is_list, is_record

# Kinds of problems that the server refuses; it ignores unknown and read-only properties.
_JSON_TYPES = frozenset({"boolean", "integer", "number"})
_REFUSED = frozenset({"required", "value"})


def writable_payload(api: Api, operation: Operation, path: str, body: RequestBody) -> Any:
    """Return the payload of a request without its read-only properties.

    Documents describe a form like JSON, with files as strings in the format ``binary``: fields are
        converted by their schemas, and files count as strings.

    Args:
        api: The document.
        operation: The operation of the request.
        path: Path below the base.
        body: The body of the request.

    Raises:
        ApiError: If the payload does not fit the schema of the operation.
    """
    schema = api.specs.payload(operation, JSON)
    payload = body.payload
    links = {name: file.link for name, file in body.files.items() if name}
    if payload is None:
        return None
    if schema is None:
        return payload | links if body.is_form else payload
    if body.is_form:
        payload = _typed(api, schema, payload) | links
    kind = type_name(plain(schema, api.resolved))
    is_bulk = is_list(payload) and kind == "object"
    problems = [
        problem.message
        for item in (payload if is_bulk else [payload])
        for problem in check_payload(api.specs, operation.method, path, item)
        if problem.kind in _REFUSED
    ]
    if problems:
        raise api_errors.invalid(*problems)
    if is_bulk:
        return [_writable(api, schema, item) for item in payload]
    return _writable(api, schema, payload)


def items_of(payload: Any) -> list[Record]:
    """Return the objects of a payload: one object, or those in an array.

    Raises:
        ApiError: If the payload is empty or anything else.
    """
    items = payload if is_list(payload) else [payload]
    if not items or not all(is_record(item) for item in items):
        raise api_errors.invalid("payload: expected a JSON object, or an array of them.")
    return items


def object_of(payload: Any) -> Record:
    """Return a payload that is an object.

    Raises:
        ApiError: If the payload is anything else.
    """
    if not is_record(payload):
        raise api_errors.invalid("payload: expected a JSON object.")
    return payload


def names_its_own_id(api: Api, operation: Operation) -> bool:
    """Return whether the client passes the id of a new record, as when copying from elsewhere."""
    schema = plain(api.specs.payload(operation, JSON), api.resolved)
    own = api.resolved(as_record(schema.get("properties")).get("id"))
    return bool(own.get("writeOnly")) or (
        "id" in schema.get("required", ()) and not _is_read_only(own)
    )


def _typed(api: Api, schema: Any, fields: Record) -> Record:
    """Convert the fields of a form to the types of the properties; other texts remain texts."""
    properties = as_record(plain(schema, api.resolved).get("properties"))
    return {
        name: _value(type_name(plain(properties.get(name), api.resolved)), value)
        for name, value in fields.items()
    }


def _value(kind: str, value: Any) -> Any:
    if kind not in _JSON_TYPES or not isinstance(value, str):
        return value
    try:
        decoded = json.loads(value.lower() if kind == "boolean" else value)
    except ValueError:
        return value
    return decoded if isinstance(decoded, bool) == (kind == "boolean") else value


def _writable(api: Api, schema: Any, value: Any) -> Any:
    """Drop read-only properties, except ids, which identify the record."""
    schema = plain(schema, api.resolved)
    if is_list(value):
        return [_writable(api, schema.get("items"), item) for item in value]
    if not is_record(value) or type_name(schema) != "object":
        return value
    properties = as_record(schema.get("properties"))
    return {
        name: _writable(api, properties.get(name), below)
        for name, below in value.items()
        if name == "id" or not _is_read_only(api.resolved(properties.get(name)))
    }


def _is_read_only(schema: Record) -> bool:
    return bool(schema.get("readOnly"))
