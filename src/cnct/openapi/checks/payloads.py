"""Checks JSON payloads against the document. Imports the validator with the first payload."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeAlias

from cnct.openapi.checks.memory import Memory
from cnct.openapi.checks.problems import Problem
from cnct.openapi.checks.translation import Translation
from cnct.openapi.places import Operation, Schema
from cnct.openapi.schemas import composed, type_name
from cnct.openapi.shapes import is_list
from cnct.openapi.specs import OpenAPISpecs

Check: TypeAlias = Callable[[Any], tuple[Problem, ...]]

_memory = Memory[Check | None](256)
_INDEX = re.compile(r"\[\d+\]")


def check_payload(specs: OpenAPISpecs, method: str, path: str, payload: Any) -> tuple[Problem, ...]:
    """Check the JSON payload of a request.

    Args:
        specs: The document.
        method: HTTP method, in upper or lower case.
        path: Path below the endpoint, without the query.
        payload: Decoded JSON. Values without a JSON form pass; the encoder refuses them.

    Returns:
        All problems, each with the path: ``items[2].quantity: ...``. An empty list if the document
            describes no JSON payload.
    """
    operation = specs.operation(method, path)
    if operation is None:
        return ()
    key = operation.method, operation.template
    check = _memory.of(specs, key, lambda: _check(specs, operation, path))
    return check(payload) if check else ()


def _check(specs: OpenAPISpecs, operation: Operation, path: str) -> Check | None:
    """Build the check of an operation, without the rules that the document's own example breaks.

    A collection also takes a list of the described objects: a bulk call.
    """
    from cnct.openapi.checks.validator import PayloadValidator  # noqa: PLC0415 - takes 20 ms

    place, schema = specs.place(path), specs.payload(operation)
    if place is None or schema is None:
        return None
    creates = operation.method == "POST" and place.kind == "collection"
    translation = Translation(specs, operation.method, creates=creates)
    translated = translation.translated(schema)
    validator = PayloadValidator(translated)
    takes_lists = place.kind == "collection" and _describes_one(specs, schema)
    bulk = cache(partial(PayloadValidator, _listed(translated)))  # few programs make bulk calls
    example = specs.example(operation)
    example_problems = validator.problems(example) if example is not None else ()
    unreliable = frozenset(map(_rule, example_problems))

    def check(payload: Any) -> tuple[Problem, ...]:
        if takes_lists and is_list(payload):
            problems = bulk().problems(payload)
            return tuple(problem for problem in problems if not is_accepted(_rule_of_one(problem)))
        problems = validator.problems(payload)
        return tuple(problem for problem in problems if _rule(problem) not in unreliable)

    def is_accepted(rule: tuple[str, str]) -> bool:
        return rule in unreliable or (rule == ("read-only", "id") and not creates)

    return check


def _describes_one(specs: OpenAPISpecs, schema: Schema) -> bool:
    types = {type_name(part) for part in composed(schema, specs.resolve)}
    return "object" in types and "array" not in types


def _listed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a list of values for a schema."""
    item = {name: part for name, part in schema.items() if name != "$defs"}
    return {"type": "array", "items": item, "$defs": schema["$defs"]}


def _rule_of_one(problem: Problem) -> tuple[str, str]:
    """Return the rule of a problem in a bulk call as that of a single object."""
    kind, path = _rule(problem)
    return kind, path.removeprefix("[]").removeprefix(".")


def _rule(problem: Problem) -> tuple[str, str]:
    """Return the kind and the path of a problem, the same for all items of a list."""
    return problem.kind, _INDEX.sub("[]", problem.path)
