"""Walks OpenAPI schemas: their parts, properties and the objects that they are composed of.

Contains no rules: payload checks, help, mocks and the emulator have their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cnct.openapi.places import Schema
from cnct.openapi.shapes import Record, as_list, as_object

VARIANTS = ("oneOf", "anyOf")
COMPOSITIONS = ("allOf", *VARIANTS)

Resolve = Callable[[Schema], Schema]
"""Follows the ``$ref`` of a schema, as `OpenAPISpecs.resolve` does."""


def parts(schema: Schema, *words: str) -> list[Schema]:
    """List the schemas under some composition words, by default all of ``COMPOSITIONS``."""
    return [as_object(part) for word in words or COMPOSITIONS for part in as_list(schema.get(word))]


def variants(schema: Schema) -> list[Schema]:
    """List the alternatives of a schema: ``oneOf`` or, if there is none, ``anyOf``."""
    return parts(schema, "oneOf") or parts(schema, "anyOf")


def properties(schema: Schema) -> dict[str, Schema]:
    """Return the schemas of a schema's own properties, by name."""
    return {name: as_object(part) for name, part in as_object(schema.get("properties")).items()}


def required(schema: Schema) -> list[str]:
    """List the required names of a schema, in the document's order."""
    return [name for name in as_list(schema.get("required")) if isinstance(name, str)]


def items(schema: Schema) -> Schema | None:
    """Return the schema of a list's items; ``None`` if the schema describes no list."""
    return as_object(schema["items"]) if "items" in schema else None


def type_name(schema: Schema) -> str:
    """Return the type of a schema, or infer the type from keywords; empty for any type."""
    if schema.get("type"):
        return str(schema["type"])
    return "object" if "properties" in schema else "array" if "items" in schema else ""


def composed(
    schema: Schema, resolve: Resolve, *words: str, through_items: bool = False
) -> Iterator[Schema]:
    """Yield a schema and all schemas it is composed of, each once, with references resolved.

    Args:
        schema: Where the walk starts.
        resolve: Follows a reference.
        words: The composition words to follow, by default all of ``COMPOSITIONS``.
        through_items: Whether to replace the schema of a list by that of its items.
    """
    seen: dict[int, Schema] = {}  # a schema can be a part of itself
    todo = [schema]
    while todo:
        target = resolve(todo.pop())
        if id(target) in seen:
            continue
        seen[id(target)] = target
        element = items(target) if through_items else None
        if element is None:
            yield target
            todo += reversed(parts(target, *words))
        else:
            todo.append(element)


def by_name(schemas: Iterable[Schema]) -> dict[str, list[Schema]]:
    """Return the schemas of each property that some of the schemas have, by name."""
    all_properties: dict[str, list[Schema]] = {}
    for schema in schemas:
        for name, part in properties(schema).items():
            all_properties.setdefault(name, []).append(part)
    return all_properties


def allows_others(schema: Schema) -> bool:
    """Return whether objects can have properties that the schema does not name."""
    return schema.get("additionalProperties", False) is not False


def allowed_names(composition: Iterable[Schema]) -> set[str] | None:
    """Return the names of the properties that an object can have; ``None`` for any.

    Args:
        composition: The schemas that the object's schema is composed of, see `composed`.
    """
    names: set[str] = set()
    for part in composition:
        names_some = parts(part) or part.keys() & {"properties", "required"}
        if not names_some or allows_others(part) or "patternProperties" in part:
            return None
        names |= {*properties(part), *required(part)}
    return names


def joined(schemas: Iterable[Schema]) -> Record:
    """Join schemas into one: all properties and required names; a later schema has precedence."""
    whole: Record = {}
    all_properties: dict[str, Schema] = {}
    all_required: list[str] = []
    for schema in schemas:
        whole |= schema
        all_properties |= properties(schema)
        all_required += required(schema)
    return {**whole, "properties": all_properties, "required": all_required}
