"""Replaces schemas that would take too long to check. Validates nothing.

Schemas that are composed of each other can double at every step: 25 of them are 33 million checks
of one value. A long chain of them exhausts the validator's stack.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cnct.openapi.shapes import as_list, as_object

_MOST_CHECKS = 10_000  # checks of one value by one schema
_LONGEST_CHAIN = 100  # nesting of composed schemas

_log = logging.getLogger("cnct.specs")


class _Cost(NamedTuple):
    """The checks of one value, and the longest chain of schemas."""

    checks: int = 1
    chain: int = 1


def bounded(definitions: dict[str, Any]) -> dict[str, Any]:
    """Return definitions in which every schema takes a bounded time for one value.

    A schema that takes longer is replaced by one for any value, and logged.

    Args:
        definitions: JSON Schemas by name, which refer to each other as ``#/$defs/NAME``.
    """
    costs: dict[str, _Cost] = {}
    unbounded: set[str] = set()
    for start in definitions:
        todo = [start]
        open_: dict[str, None] = {}
        while todo:
            name = todo[-1]
            if name in costs:
                todo.pop()
                continue
            references = [*_references(definitions[name])]
            missing = [r for r in references if r not in costs and r not in open_]
            if name not in open_ and missing:
                open_[name] = None
                todo += missing
                continue
            todo.pop()
            open_.pop(name, None)
            parts = [costs.get(reference, _Cost()) for reference in references]
            checks = 1 + sum(part.checks for part in parts)
            chain = 1 + max((part.chain for part in parts), default=0)
            if checks > _MOST_CHECKS or chain > _LONGEST_CHAIN:
                unbounded.add(name)
                checks = chain = 1
            costs[name] = _Cost(checks, chain)
    if unbounded:
        _log.info("%d schemas are too deeply composed and are not checked", len(unbounded))
    return {name: {} if name in unbounded else part for name, part in definitions.items()}


def _references(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the definitions that check the same value as a schema."""
    todo: list[Mapping[str, Any]] = [schema]
    while todo:
        part = todo.pop()
        if "$ref" in part:
            yield str(part["$ref"]).rpartition("/")[2]
        todo += (as_object(part[word]) for word in ("if", "else") if word in part)
        todo += (
            as_object(below) for word in ("allOf", "anyOf") for below in as_list(part.get(word))
        )
