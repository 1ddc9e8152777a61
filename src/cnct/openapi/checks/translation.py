"""OpenAPI schemas of payloads -> JSON Schema 2020-12, as strict as the document can be trusted.

OpenAPI 3.0 has words of its own (``nullable``, ``readOnly``, boolean ``exclusiveMinimum``), and
Connect's document describes payloads with the schemas of answers. What of that counts is decided
here; validating is left to a validator.
"""

from __future__ import annotations

from typing import Any

from cnct.openapi.places import Schema
from cnct.openapi.shapes import as_list, as_object
from cnct.openapi.specs import OpenAPISpecs

# Formats that nobody reads in two ways; ``datetime`` is Connect's spelling.
FORMATS = {"date": "date", "date-time": "datetime", "datetime": "datetime"}

_PLAIN = (
    *("type", "const", "minimum", "maximum", "multipleOf", "pattern"),
    *("exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
_VARIANTS = ("oneOf", "anyOf")
_COMPOSITIONS = (*_VARIANTS, "allOf")
_NAMING = {"properties", *_COMPOSITIONS}  # what tells which properties there are
_UPDATES = ("PUT", "PATCH")


class Translation:
    """Translates the payload schema of one operation.

    ``required`` counts less than it says, for Connect's document reuses schemas. A creation needs
    what is listed. An update is partial, whatever its schema lists: that is mostly the schema of a
    creation or of an answer. An action needs what a schema of its own lists; one with read-only
    properties is that of the answer. And what is read-only counts at the top alone, because the
    objects in a payload are often passed on as they were read.

    Args:
        specs: The document.
        method: HTTP method, upper case.
        creates: Whether the operation makes a new resource.
    """

    def __init__(self, specs: OpenAPISpecs, method: str, *, creates: bool) -> None:
        """Start without definitions."""
        self._specs = specs
        self._updates = method in _UPDATES
        self._creates = creates
        self._names: dict[tuple[str, bool, bool], str] = {}
        self._definitions: dict[str, Any] = {}

    def translated(self, schema: Schema) -> dict[str, Any]:
        """Translate the schema and everything that it refers to, into one that stands alone."""
        root = self._schema(schema, top=True, closed=True)
        return {**root, "$defs": self._definitions}

    def _schema(self, schema: Schema, *, top: bool, closed: bool) -> dict[str, Any]:
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return {"$ref": f"#/$defs/{self._definition(reference, top=top, closed=closed)}"}
        out = {word: schema[word] for word in _PLAIN if word in schema}
        if str(schema.get("format")) in FORMATS:
            out["format"] = schema["format"]
        self._add_choices(schema, out)
        if "items" in schema:
            out["items"] = self._schema(as_object(schema["items"]), top=top, closed=True)
        self._add_limits(schema, out)
        self._add_properties(schema, out, top=top, closed=closed)
        self._add_compositions(schema, out, top=top)
        return _nullable(out) if schema.get("nullable") is True else out

    def _definition(self, reference: str, *, top: bool, closed: bool) -> str:
        key = (reference, top, closed)
        if key not in self._names:
            name = self._names[key] = f"schema{len(self._names)}"
            target = self._specs.resolve({"$ref": reference})
            self._definitions[name] = self._schema(target, top=top, closed=closed)
        return self._names[key]

    def _add_choices(self, schema: Schema, out: dict[str, Any]) -> None:
        """Take numbers as text, too, where the document has numbers as choices of a text."""
        choices = as_list(schema.get("enum"))
        if not choices:
            return
        out["enum"] = choices
        if schema.get("type") == "string" and not any(isinstance(each, str) for each in choices):
            del out["type"]
            out["enum"] = choices + [str(each) for each in choices]

    def _add_limits(self, schema: Schema, out: dict[str, Any]) -> None:
        """Write an exclusive limit as a number; in OpenAPI 3.0 it is a flag of the other."""
        for word, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if isinstance(schema.get(word), bool):
                del out[word]
                if schema[word] and limit in out:
                    out[word] = out.pop(limit)

    def _add_properties(
        self, schema: Schema, out: dict[str, Any], *, top: bool, closed: bool
    ) -> None:
        properties = as_object(schema.get("properties"))
        out["properties"] = {
            name: False
            if top and self._is_read_only(as_object(found))
            else self._schema(as_object(found), top=False, closed=True)
            for name, found in properties.items()
        }
        out["required"] = self._required(schema)
        extra = as_object(schema.get("additionalProperties"))
        known = self._known(schema) if closed and schema.keys() & _NAMING else None
        if known is not None:
            out["properties"] = {**dict.fromkeys(known, True), **out["properties"]}
            out["additionalProperties"] = False
        elif extra:
            out["additionalProperties"] = self._schema(extra, top=False, closed=True)

    def _add_compositions(self, schema: Schema, out: dict[str, Any], *, top: bool) -> None:
        """Take any variant that fits: those of the document overlap where they should not."""
        parts = [self._schema(part, top=top, closed=False) for part in _parts(schema, "allOf")]
        for word in _VARIANTS:
            variants = [self._schema(part, top=top, closed=False) for part in _parts(schema, word)]
            parts += [{"anyOf": variants}] if variants else []
        if parts:
            out["allOf"] = parts

    def _required(self, schema: Schema) -> list[str]:
        properties = as_object(schema.get("properties"))
        read_only = {n for n, found in properties.items() if self._is_read_only(as_object(found))}
        if self._updates or (read_only and not self._creates):
            return []
        required = as_list(schema.get("required"))
        return [name for name in required if isinstance(name, str) and name not in read_only]

    def _is_read_only(self, schema: Schema) -> bool:
        return self._specs.resolve(schema).get("readOnly") is True

    def _known(self, schema: Schema, above: tuple[Schema, ...] = ()) -> set[str] | None:
        """Collect the names that an object can have; ``None`` where it can have any."""
        target = self._specs.resolve(schema)
        if any(target is each for each in above):  # made of itself
            return set()
        if target.get("additionalProperties", False) is not False:
            return None
        parts = [part for word in _COMPOSITIONS for part in _parts(target, word)]
        if not parts and not target.keys() & {"properties", "required"}:
            return None
        names = {*as_object(target.get("properties")), *map(str, as_list(target.get("required")))}
        for part in parts:
            found = self._known(part, (*above, target))
            if found is None:
                return None
            names |= found
        return names


def _parts(schema: Schema, word: str) -> list[Schema]:
    return [as_object(part) for part in as_list(schema.get(word))]


def _nullable(out: dict[str, Any]) -> dict[str, Any]:
    if "enum" in out:
        out["enum"] = [*out["enum"], None]
    if isinstance(out.get("type"), str):
        out["type"] = [out["type"], "null"]
    return {"if": {"type": "null"}, "else": out} if "allOf" in out else out
