"""Converts schemas to Python types: objects to classes of `TypedDict`, all others in place.

Builds text; knows no paths of the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cnct.openapi import OpenAPISpecs
from cnct.openapi.places import Schema
from cnct.openapi.schemas import parts, properties, type_name, variants
from cnct.openapi.shapes import as_list, as_object, is_object
from cnct.stubs.dict_text import tokens
from cnct.stubs.identifiers import literal, pascal
from cnct.stubs.schema_names import SchemaNames, component_of

ANY = "Any"
OBJECT = "dict[str, Any]"

_ID = "id"  # payloads name a record by its id, which the record's own schema has as read-only
_MOST_LEVELS = 25  # of nested inline objects
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_OR_NONE = " | None"
_ALTERNATIVES = ("oneOf", "anyOf")


class Use(NamedTuple):
    """The use of a schema, which decides on the keys.

    Attributes:
        suffix: End of the classes' names.
        left_out: Keyword of the properties that are left out.
        total: Whether all keys are there.
    """

    suffix: str
    left_out: str
    total: bool


RESPONSE = Use("", "writeOnly", total=True)
"""Responses are total: otherwise pyright refuses ``row["asset"]``."""

PAYLOAD = Use("Payload", "readOnly", total=False)


class TypedDictClass(NamedTuple):
    """A class of `TypedDict`.

    Attributes:
        keys: Types by key.
        total: Whether all keys are there.
    """

    keys: Mapping[str, str]
    total: bool


class _Spot(NamedTuple):
    """The spot at which a schema is used.

    Attributes:
        name: Name for the class of an object.
        use: The use.
        depth: Number of inline objects around the spot.
    """

    name: str
    use: Use
    depth: int = 0

    def below(self, name: str) -> _Spot:
        """Return the spot of a part that has a name of its own."""
        return self._replace(name=self.name + pascal(name), depth=self.depth + 1)

    def deeper(self, number: int = 1) -> _Spot:
        """Return the spot of a part without a name: an element, or an alternative."""
        name = self.name if number == 1 else f"{self.name}{number}"
        return self._replace(name=name, depth=self.depth + 1)


class SchemaTypes:
    """The types of schemas, with the classes and aliases that they need.

    Args:
        specs: The document.
        names: Names for the schemas.

    Attributes:
        classes: Classes by name.
        aliases: Types by the name of an alias: component schemas that are not objects.
    """

    def __init__(self, specs: OpenAPISpecs, names: SchemaNames) -> None:
        self.classes: dict[str, TypedDictClass] = {}
        self.aliases: dict[str, str] = {}
        self._specs = specs
        self._names = names
        self._references: dict[tuple[str, str], str] = {}
        self._pending: list[tuple[Schema, _Spot]] = []

    def type_of(self, schema: object, name: str, use: Use) -> str:
        """Return the type of a schema, and keep the classes that it needs.

        Args:
            schema: A schema, perhaps a reference.
            name: Name for the class of an inline object.
            use: Whether the schema is that of a response or a payload.
        """
        own = name + use.suffix
        result = self._type(as_object(schema), _Spot(own, use))
        while self._pending:
            self._add_component(*self._pending.pop())
        return result

    def recursive_aliases(self) -> set[str]:
        """Return the aliases that refer to themselves, which few type checkers accept."""
        below = {name: tokens(text) & self.aliases.keys() for name, text in self.aliases.items()}
        while True:
            ends = {name for name, names in below.items() if not names}
            if not ends:
                return {*below}
            below = {name: names - ends for name, names in below.items() if names}

    def _add_component(self, schema: Schema, spot: _Spot) -> None:
        keys = self._keys(schema, spot)
        if keys is None:
            self.aliases[spot.name] = self._inline_type(schema, spot.below("item"))
        else:
            self.classes[spot.name] = TypedDictClass(keys, spot.use.total)

    def _type(self, schema: Schema, spot: _Spot) -> str:
        reference = schema.get("$ref")
        if isinstance(reference, str):
            text = self._referred(reference, spot)
            is_nullable = schema.get("nullable") or self._specs.resolve(schema).get("nullable")
        else:
            text, is_nullable = self._inline_type(schema, spot), schema.get("nullable")
        return nullable(text) if is_nullable is True else text

    def _referred(self, reference: str, spot: _Spot) -> str:
        """Return the name of the class or alias for a reference, which is built later."""
        use = spot.use
        key = reference, use.suffix
        if key not in self._references:
            target = self._specs.resolve({"$ref": reference})
            component = component_of(reference)
            if not target:
                self._references[key] = ANY
            elif self._names.has(component):
                name = self._names.component(component)
                self._references[key] = self._names.new(name + use.suffix) if use.suffix else name
            else:
                self._references[key] = self._names.new(spot.name)
            if target:
                name = self._references[key]
                self._pending.append((target, _Spot(name, use)))
        return self._references[key]

    def _inline_type(self, schema: Schema, spot: _Spot) -> str:
        choices = _constants(schema)
        if choices:
            return choices
        if spot.depth > _MOST_LEVELS:
            return ANY
        composed = self._composed(schema, spot)
        if composed:
            return composed
        keys = self._keys(schema, spot)
        return self._class(keys, spot) if keys else self._plain_type(schema, spot)

    def _plain_type(self, schema: Schema, spot: _Spot) -> str:
        kind = type_name(schema)
        if kind == "array":
            return f"list[{self._type(as_object(schema.get('items')), spot.deeper())}]"
        if kind == "object":
            values = schema.get("additionalProperties")
            below = self._type(values, spot.below("value")) if is_object(values) else ANY
            return f"dict[str, {below}]"
        return _PLAIN.get(kind, ANY)

    def _composed(self, schema: Schema, spot: _Spot) -> str:
        """Return the type of alternatives, or of the only part; empty for all other schemas."""
        alternatives, wholes = variants(schema), parts(schema, "allOf")
        own = properties(schema)
        if alternatives and (own or wholes):
            base = {name: part for name, part in schema.items() if name not in _ALTERNATIVES}
            alternatives = [{"allOf": [base, part]} for part in alternatives]
        if alternatives:
            types = [
                self._type(part, spot.deeper(number)) for number, part in enumerate(alternatives, 1)
            ]
            return union(types)
        if len(wholes) == 1 and not own:
            return self._type(wholes[0], spot.deeper())
        return ""

    def _class(self, keys: Mapping[str, str], spot: _Spot) -> str:
        name = self._names.new(spot.name)
        self.classes[name] = TypedDictClass(keys, spot.use.total)
        return name

    def _keys(self, schema: Schema, spot: _Spot) -> dict[str, str] | None:
        """Return the types of an object by key; ``None`` if the schema is no such object."""
        if _constants(schema) or variants(schema):
            return None
        fields: dict[str, Schema] = {}
        for part in self._wholes(schema):
            fields |= properties(part)
        keys = {
            name: self._type(part, spot.below(name))
            for name, part in fields.items()
            if (name == _ID and not spot.use.total)
            or not {**self._specs.resolve(part), **part}.get(spot.use.left_out)
        }
        return keys or None

    def _wholes(self, schema: Schema) -> Iterator[Schema]:
        """Yield a schema and the parts that it extends, each once; a later one has precedence."""
        seen: dict[int, Schema] = {}
        todo = [schema]
        while todo:
            part = self._specs.resolve(todo.pop())
            if id(part) in seen:
                continue
            seen[id(part)] = part
            todo += reversed(parts(part, "allOf"))
        yield from reversed(seen.values())


def _constants(schema: Schema) -> str:
    """Return the type of an ``enum``; empty if there is none that types can list."""
    values = as_list(schema.get("enum"))
    listed = [value for value in values if value is None or isinstance(value, str | int)]
    if not values or len(listed) < len(values) or type_name(schema) in {"array", "object"}:
        return ""
    constants = [value for value in listed if value is not None]
    text = literal(*dict.fromkeys(constants)) if constants else ""
    if None not in listed:
        return text
    return nullable(text) if text else "None"


def nullable(text: str) -> str:
    """Return a type or ``None``."""
    return text if text in {ANY, "None"} or text.endswith(_OR_NONE) else text + _OR_NONE


def union(types: list[str]) -> str:
    """Return the union of types, each named once."""
    plain = dict.fromkeys(text.removesuffix(_OR_NONE) for text in types)
    text = ANY if ANY in plain else " | ".join(plain)
    return nullable(text) if any(text.endswith(_OR_NONE) for text in types) else text
