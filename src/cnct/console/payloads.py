"""Payload schemas as rows of a table, and values as Python. Checks no payload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from cnct.openapi import schemas
from cnct.openapi.places import Schema
from cnct.openapi.schemas import Resolve
from cnct.openapi.shapes import as_list, is_list, is_object

_DEPTH = 3
MOST_FIELDS = 1_000  # of one payload
_MOST_SHAPES = 50  # alternatives
NESTED = 5  # lists within one another, and alternatives of alternatives
_WIDTH = 48  # characters of a value in one line, which with the call fits into a narrow terminal
_SHORT = 60


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
    """One of the alternative schemas of a payload; the name of a single one is empty."""

    name: str
    fields: list[PayloadField]
    schema: Schema


_MORE = PayloadField(
    name="...",
    type="",
    required=False,
    choices=(),
    bounds="",
    description=f"There are more than {MOST_FIELDS} fields.",
)


def payload_shapes(schema: Schema, resolve: Resolve) -> list[PayloadShape]:
    """Return the alternatives of a payload with their writable fields.

    Args:
        schema: Schema of the payload, references included.
        resolve: Follows a reference.
    """
    whole = resolve(schema)
    variants = schemas.variants(whole)
    if not variants:
        return [PayloadShape("", _first_fields(whole, resolve), whole)]
    return [
        PayloadShape(_name(variant), _first_fields(variant, resolve), variant)
        for variant in variants[:_MOST_SHAPES]
    ]


def _first_fields(schema: Schema, resolve: Resolve) -> list[PayloadField]:
    """List the fields of a payload; the last one represents the rest of an endless payload."""
    fields = [*islice(_fields(schema, resolve, "", _DEPTH), MOST_FIELDS + 1)]
    if len(fields) > MOST_FIELDS:
        fields[-1] = PayloadField(
            "...",
            "",
            required=False,
            choices=(),
            bounds="",
            description=f"More than {MOST_FIELDS} fields.",
        )
    return fields


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2].rpartition(".")[2]


def merged(schema: Schema, resolve: Resolve) -> Schema:
    """Resolve references and join the parts of an ``allOf``; the schema itself has precedence."""
    whole, *parts = schemas.composed(schema, resolve, "allOf")
    return schemas.joined([*reversed(parts), whole]) if parts else whole


def _fields(
    schema: Schema, resolve: Resolve, start: str, depth: int, lists: int = NESTED
) -> Iterator[PayloadField]:
    whole = merged(schema, resolve)
    element = schemas.items(whole)
    if element is not None and lists:
        yield from _fields(element, resolve, f"{start}[]", depth, lists - 1)
    required = frozenset(schemas.required(whole))
    for name, part in schemas.properties(whole).items():
        inner = merged(part, resolve)
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


def _type(schema: Schema, resolve: Resolve, lists: int = NESTED) -> str:
    element = schemas.items(schema)
    if element is not None:
        inner = _type(merged(element, resolve), resolve, lists - 1) if lists else "..."
        return f"list of {inner}"
    form = f" ({schema['format']})" if "format" in schema else ""
    return f"{schemas.type_name(schema) or 'any'}{form}{' or null' * bool(schema.get('nullable'))}"


def _allowed(schema: Schema, resolve: Resolve, lists: int = NESTED) -> tuple[tuple[str, ...], str]:
    """Return the choices and the bounds of a field; those of a list are its elements'."""
    element = schemas.items(schema)
    if element is not None and lists:
        return _allowed(merged(element, resolve), resolve, lists - 1)
    bounds: list[str] = []
    least, most = schema.get("minimum"), schema.get("maximum")
    bounds += [f"≥ {_short(least)}"] if least is not None else []
    bounds += [f"≤ {_short(most)}"] if most is not None else []
    bounds += [f"≤ {_short(schema['maxLength'])} characters"] if "maxLength" in schema else []
    bounds += [f"default `{_short(schema['default'])}`"] if "default" in schema else []
    return tuple(map(str, as_list(schema.get("enum")))), ", ".join(bounds)


def _short(value: Any) -> str:
    """Return the beginning of a value's text."""
    text = str(value)
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}..."


def literal(value: Any, indent: int = 0) -> str:
    """Write a value as Python, a long one with an element per line."""
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
