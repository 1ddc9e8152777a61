"""Example payloads of operations, and the Python to send them. Checks no payload."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

from cnct.console.payloads import MOST_FIELDS, NESTED, literal, merged, payload_shapes
from cnct.openapi import OpenAPISpecs, schemas
from cnct.openapi.file_fields import file_fields, file_types, only_file_field, takes_files
from cnct.openapi.places import Operation, Schema
from cnct.openapi.schemas import Resolve
from cnct.openapi.shapes import is_list, is_object

_DEPTH = 3
_EXAMPLE_LINES = 30
_LINE = 48  # characters of an argument that is written in one line
_SERVER_GIVES = frozenset({"id", "created", "updated", "events"})
_SAMPLES: dict[str, Any] = {
    "date-time": "2026-01-31T12:00:00+00:00",
    "datetime": "2026-01-31T12:00:00+00:00",
    "date": "2026-01-31",
    "email": "name@example.com",
    "uri": "https://example.com",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "string": "...",
}


class _Sampling(NamedTuple):
    """How to make an example.

    Attributes:
        resolve: Follows a reference.
        identified: Whether top-level objects need ids, as in a list of changes.
    """

    resolve: Resolve
    identified: bool


def call(specs: OpenAPISpecs | None, operation: Operation | None, method: str) -> str | None:
    """Write a call in one line: ``create(payload={"name": "..."})``, or ``upload("file.xlsx")``.

    Args:
        specs: The document, or ``None``.
        operation: The operation, ``None`` without a document.
        method: The method of the object that sends JSON: ``create``.

    Returns:
        ``None`` if the arguments are too long for a line.
    """
    if specs and operation and takes_files(operation):
        field = only_file_field(specs, operation)
        is_known = field is not None or bool(file_types(operation))
        name = next(iter(file_fields(specs, operation)), "...")
        named = "" if is_known else f", field={literal(name)}"
        return f'upload("file.xlsx"{named})'
    arguments = argument(specs, operation, method)
    return None if arguments is None else f"{method}({arguments})"


def argument(specs: OpenAPISpecs | None, operation: Operation | None, method: str) -> str | None:
    """Write the argument of a call in one line: ``payload={"name": "..."}``.

    Args:
        specs: The document, or ``None``.
        operation: The operation, ``None`` without a document.
        method: The method of the object: ``bulk_update``.

    Returns:
        Empty if the operation has no body, ``None`` if the argument is too long for a line.
    """
    if specs is None or operation is None:
        if method == "delete":
            return ""
        return 'payload=[{"id": "..."}]' if _is_bulk(method) else 'payload={"name": "..."}'
    if not operation.body:
        return ""
    schema = specs.payload(operation)
    if schema is None:
        return 'data=b"..."'
    shapes = [shape.schema for shape in payload_shapes(schema, specs.resolve)]
    example = examples(specs, operation, method, shapes)[0]
    if example == {}:
        return ""
    text = literal(example)
    return f"payload={text}" if len(text) <= _LINE and "\n" not in text else None


def examples(
    specs: OpenAPISpecs,
    operation: Operation,
    method: str,
    shapes: Sequence[Schema],
    *,
    full: bool = False,
) -> list[Any]:
    """Return an example for each alternative of a payload; the first one can be the document's.

    Args:
        specs: The document.
        operation: The operation.
        method: The method of the object: ``create``.
        shapes: Schemas of the alternatives.
        full: Whether to use the document's example however long.
    """
    sampling = _Sampling(specs.resolve, _is_bulk(method))
    samples = [_sample(shape, sampling) for shape in shapes]
    own = specs.example(operation)
    if samples and own is not None and (full or len(literal(own).splitlines()) <= _EXAMPLE_LINES):
        samples[0] = _without_given(own, shapes[0], sampling)
    if _is_bulk(method):
        return [value if is_list(value) else [value] for value in samples]
    return samples


def _is_bulk(method: str) -> bool:
    return method.startswith("bulk_")


def _without_given(example: Any, shape: Schema, sampling: _Sampling) -> Any:
    """Return an example without the id, which the server assigns to a new resource."""
    if sampling.identified or not is_object(example):
        return example
    required = schemas.required(merged(shape, sampling.resolve))
    return {name: value for name, value in example.items() if name != "id" or "id" in required}


def _sample(schema: Schema, sampling: _Sampling, depth: int = _DEPTH, nested: int = NESTED) -> Any:
    """Return an example of the required fields, or of one field if none is required."""
    whole = merged(schema, sampling.resolve)
    if not nested:
        return "..."
    if variants := schemas.variants(whole):
        return _sample(variants[0], sampling, depth, nested - 1)
    element = schemas.items(whole)
    if element is not None:
        return [_sample(element, sampling, depth, nested - 1)]
    if schemas.type_name(whole) == "object":
        return _object(whole, sampling, depth)
    if whole.get("enum"):
        return whole["enum"][0]
    return _SAMPLES.get(str(whole.get("format")), _SAMPLES.get(str(whole.get("type")), "..."))


def _object(schema: Schema, sampling: _Sampling, depth: int) -> dict[str, Any]:
    if depth == 0:
        return {}
    properties = dict(islice(schemas.properties(schema).items(), MOST_FIELDS))
    required = frozenset(schemas.required(schema))
    writable = [
        name
        for name, part in properties.items()
        if not merged(part, sampling.resolve).get("readOnly")
    ]
    names = [name for name in writable if name in required]
    if not names and depth == _DEPTH:
        simple = [name for name in writable if _is_simple(properties[name], sampling.resolve)]
        names = _telling(simple or writable, identified=sampling.identified)
    elif not names:  # a nested object is mostly a reference
        names = ["id"] if "id" in writable else writable[:3]
    return {name: _sample(properties[name], sampling, depth - 1) for name in names}


def _is_simple(schema: Schema, resolve: Resolve) -> bool:
    return schemas.type_name(merged(schema, resolve)) not in ("object", "array")


def _telling(names: list[str], *, identified: bool) -> list[str]:
    """Choose one field if none is required, since the fields can be alternatives."""
    chosen = [name for name in names if name not in _SERVER_GIVES] or names
    first = ["name"] if "name" in chosen else chosen[:1]
    return ["id", *first] if identified and "id" in names else first
