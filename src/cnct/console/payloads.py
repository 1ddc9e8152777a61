"""Payload schemas as rows of a table, and example payloads as Python. Checks no payload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from cnct.openapi import schemas
from cnct.openapi.places import Schema
from cnct.openapi.schemas import Resolve
from cnct.openapi.shapes import as_list, is_list, is_object

_DEPTH = 3
_WIDTH = 60
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


class PayloadField(NamedTuple):
    """A writable field of a payload.

    Attributes:
        name: Dotted; ``[]`` stands for each element of a list.
        type: JSON type with the format: ``string (email)``.
        required: Whether the enclosing object requires the field.
        choices: The allowed values; empty if there is no ``enum``.
        bounds: Limits and default, in Markdown.
        description: Markdown and HTML as in the document.
    """

    name: str
    type: str
    required: bool
    choices: tuple[str, ...]
    bounds: str
    description: str


class PayloadShape(NamedTuple):
    """One of the alternative schemas of a payload; the name is empty if there is only one."""

    name: str
    fields: list[PayloadField]
    schema: Schema


def payload_shapes(schema: Schema, resolve: Resolve) -> list[PayloadShape]:
    """Return the alternatives of a payload with their writable fields.

    Args:
        schema: Schema of the payload, references included.
        resolve: Follows a reference.
    """
    whole = resolve(schema)
    variants = schemas.variants(whole)
    if not variants:
        return [PayloadShape("", [*_fields(whole, resolve, "", _DEPTH)], whole)]
    return [
        PayloadShape(_name(variant), [*_fields(variant, resolve, "", _DEPTH)], variant)
        for variant in variants
    ]


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2].rpartition(".")[2]


def _merged(schema: Schema, resolve: Resolve) -> Schema:
    """Follow references and join the parts of an ``allOf``; the schema itself has precedence."""
    whole = resolve(schema)
    parts = [_merged(part, resolve) for part in reversed(schemas.parts(whole, "allOf"))]
    return schemas.joined([*parts, whole]) if parts else whole


def _fields(schema: Schema, resolve: Resolve, start: str, depth: int) -> Iterator[PayloadField]:
    whole = _merged(schema, resolve)
    element = schemas.items(whole)
    if element is not None:
        yield from _fields(element, resolve, f"{start}[]", depth)
    required = schemas.required(whole)
    for name, part in schemas.properties(whole).items():
        inner = _merged(part, resolve)
        if inner.get("readOnly") or part.get("readOnly"):
            continue
        full_name = f"{start}.{name}" if start else name
        yield PayloadField(
            full_name,
            _type(inner, resolve),
            name in required,
            *_allowed(inner, resolve),
            str(part.get("description") or inner.get("description") or ""),
        )
        if depth > 1:
            yield from _fields(inner, resolve, full_name, depth - 1)


def _type(schema: Schema, resolve: Resolve) -> str:
    element = schemas.items(schema)
    if element is not None:
        return f"list of {_type(_merged(element, resolve), resolve)}"
    form = f" ({schema['format']})" if "format" in schema else ""
    return f"{schemas.type_name(schema) or 'any'}{form}{' or null' * bool(schema.get('nullable'))}"


def _allowed(schema: Schema, resolve: Resolve) -> tuple[tuple[str, ...], str]:
    """Return the choices and the bounds of a field; those of a list are its elements'."""
    element = schemas.items(schema)
    if element is not None:
        return _allowed(_merged(element, resolve), resolve)
    bounds: list[str] = []
    least, most = schema.get("minimum"), schema.get("maximum")
    bounds += [f"≥ {least}"] if least is not None else []
    bounds += [f"≤ {most}"] if most is not None else []
    bounds += [f"≤ {schema['maxLength']} characters"] if "maxLength" in schema else []
    bounds += [f"default `{schema['default']}`"] if "default" in schema else []
    return tuple(map(str, as_list(schema.get("enum")))), ", ".join(bounds)


def sample(schema: Schema, resolve: Resolve, depth: int = _DEPTH) -> Any:
    """Return an example of the required fields, or of the first ones if none is required."""
    whole = _merged(schema, resolve)
    if variants := schemas.variants(whole):
        return sample(variants[0], resolve, depth)
    element = schemas.items(whole)
    if element is not None:
        return [sample(element, resolve, depth)]
    if schemas.type_name(whole) == "object":
        return _object(whole, resolve, depth)
    if whole.get("enum"):
        return whole["enum"][0]
    return _SAMPLES.get(str(whole.get("format")), _SAMPLES.get(str(whole.get("type")), "..."))


def _object(schema: Schema, resolve: Resolve, depth: int) -> dict[str, Any]:
    if depth == 0:
        return {}
    properties, required = schemas.properties(schema), schemas.required(schema)
    writable = [
        name for name, part in properties.items() if not _merged(part, resolve).get("readOnly")
    ]
    identifying = "id" if depth < _DEPTH else "name"  # a nested object is mostly a reference
    names = [name for name in writable if name in required] or (
        [identifying] if identifying in writable else writable[:3]
    )
    return {name: sample(properties[name], resolve, depth - 1) for name in names}


def literal(value: Any, indent: int = 0) -> str:
    """Write a value as Python, one element a line if it is long."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if not is_object(value) and not is_list(value):
        return repr(value)
    opening, closing = "{}" if is_object(value) else "[]"
    parts = _parts(value, indent + 4)
    text = f"{opening}{', '.join(parts)}{closing}"
    if len(text) + indent <= _WIDTH:
        return text
    lines = "".join(f"{' ' * (indent + 4)}{part},\n" for part in parts)
    return f"{opening}\n{lines}{' ' * indent}{closing}"


def _parts(value: Any, indent: int) -> list[str]:
    if is_list(value):
        return [literal(element, indent) for element in value]
    return [f"{literal(name)}: {literal(element, indent)}" for name, element in value.items()]
