"""Repairs slips in schemas, and converts schemas of OpenAPI 3.1 to the form of 3.0.

Applied once to each part of a document, so that other modules need not handle `required: true`,
`allOf: null` or `minItems: "1"`. A keyword without a meaning is dropped, so that any value is
valid.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cnct.openapi.shapes import Record, as_object, is_list, is_record

_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean"})
_NULL = "null"
_DATA = frozenset({"example", "examples", "default", "value"})  # contains values, not schemas
_FLAGS = {"true": True, "false": False}

_Rule = Callable[[Any], Any]
"""Returns the repaired value of a keyword; ``None`` if it makes no sense."""


def repaired(part: Any, *, is_schema: bool) -> Any:
    """Repair and return a part of a document, in place. Iterative, for any depth.

    Args:
        part: A decoded schema, path item, parameter, response or other part.
        is_schema: Whether the part is a schema.
    """
    todo: list[tuple[Any, bool]] = [(part, is_schema)]
    while todo:
        node, in_schema = todo.pop()
        if is_list(node):
            todo += [(child, in_schema) for child in node]
        elif is_record(node) and not in_schema:
            _repair_holder(node)
            todo += parts_below(node)
        elif is_record(node) and not isinstance(node.get("$ref"), str):
            _repair_schema(node)
            todo += schemas_below(node)
    return part


def parts_below(holder: Record) -> list[tuple[Any, bool]]:
    """List the parts within a part other than a schema, each with the flag ``is_schema``."""
    return [
        (part, name == "schema")
        for name, part in holder.items()
        if name not in _DATA and not name.startswith("x-")
    ]


def schemas_below(schema: Record) -> list[tuple[Any, bool]]:
    """List the schemas within a schema, and lists of schemas, each with the flag True."""
    below: list[Any] = [schema[word] for word in (*_SINGLE, *_LISTS) if word in schema]
    below += [child for word in _NAMED for child in as_object(schema.get(word)).values()]
    return [(child, True) for child in below]


def _repair_holder(holder: Record) -> None:
    if "schema" in holder and not is_record(holder["schema"]):
        holder["schema"] = {}


def _repair_schema(schema: Record) -> None:
    for word in [word for word in schema if word in _RULES]:
        value = _RULES[word](schema[word])
        if value is None:
            del schema[word]
        else:
            schema[word] = value
    _join_nulls(schema)
    if "const" in schema and "enum" not in schema:
        schema["enum"] = [schema["const"]]


def _join_nulls(schema: Record) -> None:
    """Write ``type: [string, "null"]`` and ``anyOf: [..., type: "null"]`` as ``nullable``."""
    types = schema.get("type")
    if is_list(types):
        others = [name for name in types if name != _NULL]
        if len(others) < len(types):
            schema["nullable"] = True
        schema["type"] = others[0] if len(others) == 1 else others
    if not schema.get("type") or types == _NULL:
        schema.pop("type", None)
        if types == _NULL:
            schema["nullable"] = True
    for word in ("oneOf", "anyOf"):
        variants = schema.get(word, [])
        others = [variant for variant in variants if variant.get("type") not in (_NULL, [_NULL])]
        if len(others) < len(variants):
            schema["nullable"] = True
            schema[word] = others
            if not others:
                del schema[word]


def _type(value: Any) -> Any:
    if is_list(value):
        return [name for name in value if name in _TYPES or name == _NULL] or None
    text = value.lower() if isinstance(value, str) else ""
    return text if text in _TYPES or text == _NULL else None


def _count(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number >= 0 else None


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value) if set(value) & set(".eE") else int(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def _bound(value: Any) -> Any:
    """Return a number, or the flag that OpenAPI 3.0 has for exclusive bounds."""
    return value if isinstance(value, bool) else _number(value)


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else _FLAGS.get(str(value).lower())


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _names(value: Any) -> list[str] | None:
    return [name for name in value if isinstance(name, str)] if is_list(value) else None


def _choices(value: Any) -> list[Any] | None:
    return value or None if is_list(value) else None


def _schema(value: Any) -> Record:
    return value if is_record(value) else {}


def _schema_or_flag(value: Any) -> Any:
    return value if is_record(value) or isinstance(value, bool) else None


def _list_of_schemas(value: Any) -> list[Record] | None:
    return [_schema(item) for item in value] or None if is_list(value) else None


def _named_schemas(value: Any) -> Record | None:
    return {n: _schema(item) for n, item in value.items()} if is_record(value) else None


_SINGLE = ("items", "additionalProperties", "not")
_LISTS = ("allOf", "oneOf", "anyOf")
_NAMED = ("properties", "patternProperties")
_COUNTS = ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties")
_RULES: dict[str, _Rule] = {
    "type": _type,
    "required": _names,
    "enum": _choices,
    "format": _text,
    "pattern": _text,
    "items": _schema,
    "not": _schema,
    "additionalProperties": _schema_or_flag,
    **dict.fromkeys(_NAMED, _named_schemas),
    **dict.fromkeys(_LISTS, _list_of_schemas),
    **dict.fromkeys(_COUNTS, _count),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), _number),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _bound),
    **dict.fromkeys(("nullable", "readOnly", "writeOnly", "uniqueItems"), _flag),
}
