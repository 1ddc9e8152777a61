"""Reduces a composed schema to one object schema that records can be invented from.

Walks schemas with `cnct.openapi.schemas`; invents nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnct.openapi.schemas import COMPOSITIONS, joined, parts, required, variants
from cnct.openapi.shapes import Record

_EMPTY = frozenset({"properties", "required"})


def plain(schema: Any, resolve: Callable[[Any], Record]) -> Record:
    """Return a schema with its references followed and its compositions merged.

    The schemas of ``allOf`` and the first alternative are merged into it.

    Args:
        schema: An OpenAPI schema; anything but an object is the empty one.
        resolve: Follows a ``$ref``, and returns the schema.
    """
    target = resolve(schema)
    alternatives = [plain(variant, resolve) for variant in variants(target)]
    merged = [plain(part, resolve) for part in parts(target, "allOf")] + alternatives[:1]
    if not merged:
        return target
    own = {name: value for name, value in target.items() if name not in COMPOSITIONS}
    whole = joined([own, *merged])
    # With a property that another alternative requires, a record would match that alternative.
    for other in alternatives[1:]:
        for name in {*required(other)} - {*whole["required"]}:
            whole["properties"].pop(name, None)
    if whole["properties"]:
        return whole
    return {name: value for name, value in whole.items() if name not in _EMPTY}
