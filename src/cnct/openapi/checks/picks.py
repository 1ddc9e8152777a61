"""Checks names of fields to pick from rows: filters, and properties of the response.

Any name passes below an object without documented properties.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from cnct.openapi.checks.memory import Memory
from cnct.openapi.checks.problems import Problem
from cnct.openapi.fields import selectable
from cnct.openapi.places import Operation, Schema
from cnct.openapi.schemas import composed, properties
from cnct.openapi.specs import OpenAPISpecs
from cnct.text import did_you_mean

_memory = Memory[tuple[Problem, ...]](1024)


def check_picks(specs: OpenAPISpecs, path: str, names: Iterable[str]) -> tuple[Problem, ...]:
    """Check dotted names of fields to pick from the response to a GET.

    Args:
        specs: The document.
        path: Path below the endpoint: ``products`` or ``products/PRD-1``.
        names: The names.

    Returns:
        A problem for each unknown field; none if the document does not describe the response.
    """
    operation = specs.operation("GET", path)
    schema = specs.response(operation) if operation else None
    if operation is None or schema is None:
        return ()
    return tuple(
        problem
        for name in names
        for problem in _memory.of(
            specs, (operation.template, name), partial(_check, specs, operation, schema, name)
        )
    )


def _check(
    specs: OpenAPISpecs, operation: Operation, schema: Schema, name: str
) -> tuple[Problem, ...]:
    fields = selectable(operation.fields)
    if name in fields:
        return ()
    schemas, above = [schema], ""
    for part in name.split("."):
        members = [
            properties(target)
            for above_part in schemas
            for target in composed(above_part, specs.resolve, through_items=True)
        ]
        if not any(members):
            return ()
        schemas = [own[part] for own in members if part in own]
        if not schemas:
            names = [*fields, *(f"{above}{key}" for own in members for key in own)]
            dotted = name.replace("__", ".")  # in the form of keywords
            if dotted != name and not _check(specs, operation, schema, dotted):
                names.append(dotted)
            return (_unknown(name, names),)
        above = f"{above}{part}."
    return ()


def _unknown(name: str, names: list[str]) -> Problem:
    hint = did_you_mean(name, dict.fromkeys(names))
    return Problem("field", f"Unknown field {name!r}: each value is None.{hint}")
