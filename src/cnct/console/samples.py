"""Schemas of payloads -> what a table and an example say of them. Checks no payload."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from cnct.openapi.places import Schema
from cnct.openapi.shapes import as_list, as_object, is_list, is_object

Resolve = Callable[[Schema], Schema]

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


class Field(NamedTuple):
    """A line of the table.

    Attributes:
        name: Dotted; ``[]`` stands for each element of a list.
        type: In JSON's words, with the format: ``string (email)``.
        required: Whether the object that it is part of needs it.
        choices: The values allowed; empty where any is.
        bounds: What else is said of its values, in Markdown.
        description: As it stands in the document.
    """

    name: str
    type: str
    required: bool
    choices: tuple[str, ...]
    bounds: str
    description: str


class Variant(NamedTuple):
    """One of the shapes that a payload can have."""

    name: str
    fields: list[Field]
    schema: Schema


def variants(schema: Schema, resolve: Resolve) -> list[Variant]:
    """Return the shapes of a payload, each with its writable fields.

    Args:
        schema: As the document has it, references included.
        resolve: Follows a reference.
    """
    whole = resolve(schema)
    choices = as_list(whole.get("oneOf") or whole.get("anyOf"))
    if not choices:
        return [Variant("", [*_fields(whole, resolve, "", _DEPTH)], whole)]
    return [
        Variant(_name(choice), [*_fields(choice, resolve, "", _DEPTH)], choice)
        for choice in choices
    ]


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2].rpartition(".")[2]


def merged(schema: Schema, resolve: Resolve) -> Schema:
    """Follow references and put the parts of an ``allOf`` together, one level deep."""
    whole = resolve(schema)
    for part in as_list(whole.get("allOf")):
        other = merged(part, resolve)
        properties = {**as_object(other.get("properties")), **as_object(whole.get("properties"))}
        required = [*as_list(other.get("required")), *as_list(whole.get("required"))]
        whole = {**other, **whole, "properties": properties, "required": required}
    return whole


def _fields(schema: Schema, resolve: Resolve, start: str, depth: int) -> Iterator[Field]:
    whole = merged(schema, resolve)
    if "items" in whole:
        yield from _fields(whole["items"], resolve, f"{start}[]", depth)
    required = as_list(whole.get("required"))
    for name, part in as_object(whole.get("properties")).items():
        inner = merged(part, resolve)
        if inner.get("readOnly") or part.get("readOnly"):
            continue
        full = f"{start}.{name}" if start else name
        yield Field(
            full,
            _type(inner, resolve),
            name in required,
            *_allowed(inner, resolve),
            str(part.get("description") or inner.get("description") or ""),
        )
        if depth > 1:
            yield from _fields(inner, resolve, full, depth - 1)


def _type(schema: Schema, resolve: Resolve) -> str:
    if "items" in schema:
        return f"list of {_type(merged(schema['items'], resolve), resolve)}"
    name = str(schema.get("type") or ("object" if "properties" in schema else "any"))
    form = f" ({schema['format']})" if "format" in schema else ""
    return f"{name}{form}{' or null' if schema.get('nullable') else ''}"


def _allowed(schema: Schema, resolve: Resolve) -> tuple[tuple[str, ...], str]:
    if "items" in schema:
        return _allowed(merged(schema["items"], resolve), resolve)
    said: list[str] = []
    least, most = schema.get("minimum"), schema.get("maximum")
    said += [f"≥ {least}"] if least is not None else []
    said += [f"≤ {most}"] if most is not None else []
    said += [f"≤ {schema['maxLength']} characters"] if "maxLength" in schema else []
    said += [f"default `{schema['default']}`"] if "default" in schema else []
    return tuple(map(str, as_list(schema.get("enum")))), ", ".join(said)


def sample(schema: Schema, resolve: Resolve, depth: int = _DEPTH) -> Any:
    """Make a payload of what is required; of the first fields where nothing is."""
    whole = merged(schema, resolve)
    if choices := as_list(whole.get("oneOf") or whole.get("anyOf")):
        return sample(choices[0], resolve, depth)
    if "items" in whole:
        return [sample(whole["items"], resolve, depth)]
    if "properties" in whole or whole.get("type") == "object":
        return _object(whole, resolve, depth)
    if whole.get("enum"):
        return whole["enum"][0]
    return _SAMPLES.get(str(whole.get("format")), _SAMPLES.get(str(whole.get("type")), "..."))


def _object(schema: Schema, resolve: Resolve, depth: int) -> dict[str, Any]:
    properties = as_object(schema.get("properties"))
    writable = [
        name for name in properties if not merged(properties[name], resolve).get("readOnly")
    ]
    wanted = [name for name in writable if name in as_list(schema.get("required"))]
    telling = "id" if depth < _DEPTH else "name"  # of an object inside another, its id will do
    wanted = wanted or ([telling] if telling in writable else writable[:3])
    if depth == 0:
        return {}
    return {name: sample(properties[name], resolve, depth - 1) for name in wanted}


def literal(value: Any, indent: int = 0) -> str:
    """Write a value as Python, one element a line where it is long."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if not is_object(value) and not is_list(value):
        return repr(value)
    opening, closing = "{}" if is_object(value) else "[]"
    parts = _parts(value, indent + 4)
    text = f"{opening}{', '.join(parts)}{closing}"
    if len(text) + indent <= _WIDTH:
        return text
    inside = "".join(f"{' ' * (indent + 4)}{part},\n" for part in parts)
    return f"{opening}\n{inside}{' ' * indent}{closing}"


def _parts(value: Any, indent: int) -> list[str]:
    if is_list(value):
        return [literal(element, indent) for element in value]
    return [f"{literal(name)}: {literal(element, indent)}" for name, element in value.items()]
