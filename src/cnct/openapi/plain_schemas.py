"""Reduces a composed schema to a single object schema, from which records can be invented.

Walks schemas with `cnct.openapi.schemas`; invents nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnct.openapi.schemas import COMPOSITIONS, joined, parts, required, variants
from cnct.openapi.shapes import Record

_DEEPEST = 50  # nested compositions
_EMPTY = frozenset({"properties", "required"})


def plain(schema: Any, resolve: Callable[[Any], Record]) -> Record:
    """Return a schema with references resolved and compositions merged.

    The schemas of ``allOf`` and the first alternative are merged.

    Args:
        schema: An OpenAPI schema; anything but an object counts as the empty schema.
        resolve: Returns the schema of a ``$ref``.
    """
    return _Reduction(resolve).plain(schema)


class _Reduction:
    """Reduces each schema once: schemas can be parts of themselves, and of many others."""

    def __init__(self, resolve: Callable[[Any], Record]) -> None:
        self._resolve = resolve
        self._reduced: dict[int, tuple[Record, Record]] = {}  # with the schema, to keep its id
        self._depth = 0

    def plain(self, schema: Any) -> Record:
        target = self._resolve(schema)
        if not parts(target) or self._depth >= _DEEPEST:
            return target
        if id(target) not in self._reduced:
            self._reduced[id(target)] = target, {}  # as a part of itself, a schema allows anything
            self._depth += 1
            self._reduced[id(target)] = target, self._merged(target)
            self._depth -= 1
        return self._reduced[id(target)][1]

    def _merged(self, target: Record) -> Record:
        alternatives = [self.plain(variant) for variant in variants(target)]
        merged = [self.plain(part) for part in parts(target, "allOf")] + alternatives[:1]
        own = {name: value for name, value in target.items() if name not in COMPOSITIONS}
        whole = joined([own, *merged])
        # With a property that another alternative requires, a record would match that alternative.
        for other in alternatives[1:]:
            for name in {*required(other)} - {*whole["required"]}:
                whole["properties"].pop(name, None)
        if whole["properties"]:
            return whole
        return {name: value for name, value in whole.items() if name not in _EMPTY}
