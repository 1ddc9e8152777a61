"""OpenAPI 3.0 schemas as the emulator reads them. Invents nothing, and explains nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnct.openapi import schemas
from cnct.openapi.shapes import Record

Resolve = Callable[[Any], Record]
"""Follows a ``$ref``; what is no object is an empty one."""

_EMPTY = frozenset({"properties", "required"})


def plain(schema: Any, resolve: Resolve) -> Record:
    """Follow references, join the parts of ``allOf``, and take the first alternative."""
    whole = resolve(schema)
    alternatives = [plain(variant, resolve) for variant in schemas.variants(whole)]
    parts = [plain(part, resolve) for part in schemas.parts(whole, "allOf")] + alternatives[:1]
    if not parts:
        return whole
    own = {name: whole[name] for name in whole if name not in schemas.COMPOSITIONS}
    joined = schemas.joined((own, *parts))
    # With a name that another alternative requires, a record would match that alternative.
    for other in alternatives[1:]:
        for name in {*schemas.required(other)} - {*joined["required"]}:
            joined["properties"].pop(name, None)
    return joined if joined["properties"] else {n: v for n, v in joined.items() if n not in _EMPTY}


def kind_of(schema: Record) -> str:
    """Return the type of a schema, see `cnct.openapi.schemas.type_name`."""
    return schemas.type_name(schema)
