"""Translates OpenAPI payload schemas to JSON Schema 2020-12, and decides which rules to trust.

OpenAPI 3.0 has keywords of its own (``nullable``, ``readOnly``, boolean ``exclusiveMinimum``), and
Connect's document describes payloads with the schemas of responses. Validates nothing.
"""

from __future__ import annotations

from typing import Any

from cnct.openapi.checks.bounds import bounded
from cnct.openapi.places import Schema
from cnct.openapi.schemas import (
    COMPOSITIONS,
    allowed_names,
    composed,
    items,
    parts,
    properties,
    required,
)
from cnct.openapi.shapes import as_list, as_object
from cnct.openapi.specs import OpenAPISpecs

# Formats with one meaning only; ``datetime`` is Connect's spelling.
FORMATS = {"date": "date", "date-time": "datetime", "datetime": "datetime"}

PLAIN = (
    *("type", "const", "minimum", "maximum", "multipleOf", "pattern"),
    *("exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
"""Keywords that are copied as they are."""

_CLOSING = {"properties", *COMPOSITIONS}  # keywords that can complete a list of names
_UPDATES = ("PUT", "PATCH")
_MOST_SCHEMAS = 20_000  # schemas of one payload; further ones allow any value
_DEEPEST = 50  # levels of a schema without references; deeper ones allow any value


class Translation:
    """Translates the payload schema of one operation.

    Connect's document reuses schemas, so ``required`` is enforced only in part:

    - for a creation, all of the list;
    - for an update, nothing: updates are partial, and the schema is mostly that of the creation or
      of the response;
    - for an action, all of the list, unless the schema has read-only properties and thus is that of
    the response.

    Read-only properties are refused at the top level only, because programs often pass on nested
    objects unchanged.

    Args:
        specs: The document.
        method: HTTP method, upper case.
        creates: Whether the operation creates a resource.
    """

    def __init__(self, specs: OpenAPISpecs, method: str, *, creates: bool) -> None:
        self._specs = specs
        self._updates = method in _UPDATES
        self._creates = creates
        self._level = self._count = 0
        self._names: dict[tuple[str, bool, bool], str] = {}
        self._untranslated: list[tuple[str, str, bool, bool]] = []
        self._definitions: dict[str, Any] = {}

    def translated(self, schema: Schema) -> dict[str, Any]:
        """Translate the schema and all referenced schemas into one without references."""
        root = self._schema(schema, top=True, closed=True)
        while self._untranslated:  # a chain of references can be longer than the stack
            name, reference, top, closed = self._untranslated.pop()
            target = self._specs.resolve({"$ref": reference})
            self._definitions[name] = self._schema(target, top=top, closed=closed)
        return {**root, "$defs": bounded(self._definitions)}

    def _schema(self, schema: Schema, *, top: bool, closed: bool) -> dict[str, Any]:
        if self._level == _DEEPEST or self._count == _MOST_SCHEMAS:
            return {}
        self._count += 1
        self._level += 1
        try:
            return self._translated(schema, top=top, closed=closed)
        finally:
            self._level -= 1

    def _translated(self, schema: Schema, *, top: bool, closed: bool) -> dict[str, Any]:
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return {"$ref": f"#/$defs/{self._definition(reference, top=top, closed=closed)}"}
        out = {word: schema[word] for word in PLAIN if word in schema}
        if str(schema.get("format")) in FORMATS:
            out["format"] = schema["format"]
        self._add_choices(schema, out)
        element = items(schema)
        if element is not None:
            out["items"] = self._schema(element, top=top, closed=True)
        self._add_limits(schema, out)
        self._add_properties(schema, out, top=top, closed=closed)
        self._add_compositions(schema, out, top=top)
        return _nullable(out) if schema.get("nullable") is True else out

    def _definition(self, reference: str, *, top: bool, closed: bool) -> str:
        key = (reference, top, closed)
        if key not in self._names:
            name = self._names[key] = f"schema{len(self._names)}"
            self._untranslated.append((name, reference, top, closed))
        return self._names[key]

    def _add_choices(self, schema: Schema, out: dict[str, Any]) -> None:
        """Add the ``enum``; for a string with numbers as choices, numbers and text are valid."""
        choices = as_list(schema.get("enum"))
        if not choices:
            return
        out["enum"] = choices
        if schema.get("type") == "string" and not any(
            isinstance(choice, str) for choice in choices
        ):
            del out["type"]
            out["enum"] = choices + [str(choice) for choice in choices]

    def _add_limits(self, schema: Schema, out: dict[str, Any]) -> None:
        """Turn an exclusive limit, in OpenAPI 3.0 a flag of the limit, into a number."""
        for word, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if isinstance(schema.get(word), bool):
                del out[word]
                if schema[word] and limit in out:
                    out[word] = out.pop(limit)

    def _add_properties(
        self, schema: Schema, out: dict[str, Any], *, top: bool, closed: bool
    ) -> None:
        out["properties"] = {
            name: False
            if top and self._is_read_only(part)
            else self._schema(part, top=False, closed=True)
            for name, part in properties(schema).items()
        }
        patterns = as_object(schema.get("patternProperties"))
        if patterns:
            out["patternProperties"] = {
                pattern: self._schema(as_object(part), top=False, closed=True)
                for pattern, part in patterns.items()
            }
        out["required"] = self._required(schema)
        extra = as_object(schema.get("additionalProperties"))
        names = None
        if closed and schema.keys() & _CLOSING:
            names = allowed_names(composed(schema, self._specs.resolve))
        if names is not None:
            out["properties"] = {**dict.fromkeys(names, True), **out["properties"]}
            out["additionalProperties"] = False
        elif extra:
            out["additionalProperties"] = self._schema(extra, top=False, closed=True)

    def _add_compositions(self, schema: Schema, out: dict[str, Any], *, top: bool) -> None:
        """Translate ``oneOf`` as ``anyOf``: the document's variants overlap."""
        all_of, one_of, any_of = (
            [self._schema(part, top=top, closed=False) for part in parts(schema, word)]
            for word in COMPOSITIONS
        )
        all_of += [{"anyOf": variants} for variants in (one_of, any_of) if variants]
        if all_of:
            out["allOf"] = all_of

    def _required(self, schema: Schema) -> list[str]:
        read_only = {n for n, part in properties(schema).items() if self._is_read_only(part)}
        if self._updates or (read_only and not self._creates):
            return []
        return [name for name in required(schema) if name not in read_only]

    def _is_read_only(self, schema: Schema) -> bool:
        return self._specs.resolve(schema).get("readOnly") is True


def _nullable(out: dict[str, Any]) -> dict[str, Any]:
    if "enum" in out:
        out["enum"] = [*out["enum"], None]
    if isinstance(out.get("type"), str):
        out["type"] = [out["type"], "null"]
    return {"if": {"type": "null"}, "else": out} if "allOf" in out else out
