"""What a call may say: payloads are checked against their schema, and what is read-only dropped."""

from __future__ import annotations

from typing import Any

from cnct.emulator.api import Api
from cnct.emulator.inventing.plain_schemas import kind_of, plain
from cnct.emulator.service import api_errors
from cnct.openapi.checks import check_payload
from cnct.openapi.operations import JSON
from cnct.openapi.places import Operation
from cnct.openapi.shapes import Record, as_record, is_list, is_record

# What the server minds; unknown and read-only properties it ignores.
_MINDED = frozenset({"required", "value"})


def accepted(api: Api, operation: Operation, path: str, payload: Any) -> Any:
    """Return a payload without what its schema calls read-only.

    Args:
        api: What the document says.
        operation: What it is sent to.
        path: Path below the base.
        payload: What was sent.

    Raises:
        ApiError: If it is not what the schema asks for.
    """
    schema = api.specs.payload(operation, JSON)
    if payload is None or schema is None:
        return payload
    wanted = kind_of(plain(schema, api.resolved))
    one_by_one = is_list(payload) and wanted == "object"  # many at once
    problems = [
        problem.message
        for item in (payload if one_by_one else [payload])
        for problem in check_payload(api.specs, operation.method, path, item)
        if problem.kind in _MINDED
    ]
    if problems:
        raise api_errors.invalid(*problems)
    if one_by_one:
        return [_writable(api, schema, item) for item in payload]
    return _writable(api, schema, payload)


def items_of(payload: Any) -> list[Record]:
    """Take a payload for the objects it has: itself, or those of an array.

    Raises:
        ApiError: If it has anything else, or nothing.
    """
    items = payload if is_list(payload) else [payload]
    if not items or not all(is_record(item) for item in items):
        raise api_errors.invalid("payload: expected a JSON object, or an array of them.")
    return items


def object_of(payload: Any) -> Record:
    """Take a payload for an object.

    Raises:
        ApiError: If it is none.
    """
    if not is_record(payload):
        raise api_errors.invalid("payload: expected a JSON object.")
    return payload


def names_its_own_id(api: Api, operation: Operation) -> bool:
    """Tell whether a new record comes with its id, as one that exists elsewhere and is linked."""
    schema = plain(api.specs.payload(operation, JSON), api.resolved)
    own = api.resolved(as_record(schema.get("properties")).get("id"))
    return bool(own.get("writeOnly")) or ("id" in schema.get("required", ()) and not _fixed(own))


def _writable(api: Api, schema: Any, value: Any) -> Any:
    """Drop what is read-only, but ids: they tell which record is meant."""
    wanted = plain(schema, api.resolved)
    if is_list(value):
        return [_writable(api, wanted.get("items"), item) for item in value]
    if not is_record(value) or kind_of(wanted) != "object":
        return value
    properties = as_record(wanted.get("properties"))
    return {
        name: _writable(api, properties.get(name), below)
        for name, below in value.items()
        if name == "id" or not _fixed(api.resolved(properties.get(name)))
    }


def _fixed(schema: Record) -> bool:
    return bool(schema.get("readOnly"))
