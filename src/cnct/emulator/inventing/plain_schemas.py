"""OpenAPI 3.0 schemas as the emulator reads them. Invents nothing, and explains nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnct.openapi.shapes import Record, as_record

Resolve = Callable[[Any], Record]
"""Follows a ``$ref``; what is no object is an empty one."""

_JOINING = frozenset({"oneOf", "anyOf", "allOf"})
_EMPTY = frozenset({"properties", "required"})


def plain(schema: Any, resolve: Resolve) -> Record:
    """Follow references, join what ``allOf`` parts, and take the first of alternatives."""
    found = resolve(schema)
    alternatives = [plain(one, resolve) for one in found.get("oneOf") or found.get("anyOf") or ()]
    parts = [plain(part, resolve) for part in found.get("allOf", ())] + alternatives[:1]
    if not parts:
        return found
    joined: Record = {"properties": {}, "required": []}
    for part in ({name: found[name] for name in found if name not in _JOINING}, *parts):
        properties = {**joined["properties"], **as_record(part.get("properties"))}
        required = [*joined["required"], *part.get("required", ())]
        joined = {**joined, **part, "properties": properties, "required": required}
    for other in alternatives[1:]:  # what only another alternative asks for would make it that one
        for name in {*other.get("required", ())} - {*joined["required"]}:
            joined["properties"].pop(name, None)
    return joined if joined["properties"] else {n: v for n, v in joined.items() if n not in _EMPTY}


def kind_of(schema: Record) -> str:
    """Return the type of a schema, also where only its parts tell it; empty for anything."""
    named = str(schema.get("type", ""))
    return named or ("object" if "properties" in schema else "array" if "items" in schema else "")
