"""Checks the query of a list: names, operators, values. Must accept what the server accepts.

The server ignores an unknown field (docs/rql.md, "Filters"): without this check a typo silently
returns every row.
"""

from __future__ import annotations

import re

from cnct.openapi.checks.conditions import Filters
from cnct.openapi.checks.memory import Memory
from cnct.openapi.checks.problems import Problem
from cnct.openapi.specs import OpenAPISpecs
from cnct.rql import RQLSyntaxError, parse

# The client appends these for each page: without them, all pages share one cached result.
_PAGE = re.compile(r"(?:^|&)limit=\d+&offset=\d+$")
_LONGEST = 2000  # characters of a cached query; longer ones are lists of ids, seldom repeated

_memory = Memory[tuple[Problem, ...]](1024)


def check_query(specs: OpenAPISpecs, path: str, text: str) -> tuple[Problem, ...]:
    """Check the query of a GET.

    Args:
        specs: The document.
        path: Path below the endpoint, without the query: ``products`` or ``products/PRD-1``.
        text: RQL, already percent-decoded.

    Returns:
        All problems. An empty list if the path is neither a list nor a resource of one, since only
        their queries are documented.
    """
    refined = _PAGE.sub("", text)
    if len(refined) > _LONGEST:
        return _checked(specs, path, refined)
    return _memory.of(specs, (path, refined), lambda: _checked(specs, path, refined))


def _checked(specs: OpenAPISpecs, path: str, text: str) -> tuple[Problem, ...]:
    filters = _filters(specs, path)
    if filters is None:
        return ()
    try:
        node = parse(text)
    except RQLSyntaxError as error:  # without fields, the query may not be RQL
        return (Problem("syntax", f"{error} in {text!r}."),) if filters.fields else ()
    return tuple(dict.fromkeys(filters.problems(node))) if node else ()


def _filters(specs: OpenAPISpecs, path: str) -> Filters | None:
    """Return the documented query parameters of a path, or ``None``."""
    place, operation = specs.place(path), specs.operation("GET", path)
    if place is None or operation is None:
        return None
    fields = dict(operation.fields)
    if place.kind == "resource":  # a resource takes the filters of its list (docs/rql.md, "Select")
        listing = specs.operation("GET", path.strip("/").rpartition("/")[0])
        fields = {**(listing.fields if listing else {}), **fields}
    if not fields and "limit" not in operation.parameters:
        return None  # not a list
    return Filters(fields, operation.parameters)
