"""Queries against what the document says of a list: names, operators, values.

The server ignores a field that it does not know and returns every row (RQL.md section 3), so this
is what tells a wrong query from a wrong report. It must never complain of what the server honours.
"""

from __future__ import annotations

import re

from cnct.openapi.checks.conditions import Filters
from cnct.openapi.checks.memory import Memory
from cnct.openapi.checks.problems import Problem
from cnct.openapi.specs import OpenAPISpecs
from cnct.rql import RQLSyntaxError, parse

# What the client appends to page through a list; no other page of it need be checked again.
_PAGE = re.compile(r"(?:^|&)limit=\d+&offset=\d+$")
_LONGEST = 2000  # characters worth remembering: longer queries are lists of ids, each another

_memory = Memory[tuple[Problem, ...]](1024)


def check_query(specs: OpenAPISpecs, path: str, text: str) -> tuple[Problem, ...]:
    """Check the query of a GET.

    Args:
        specs: The document.
        path: Path below the endpoint, without the query: ``products`` or ``products/PRD-1``.
        text: RQL, already percent-decoded.

    Returns:
        All that is wrong with it; nothing for a path that is no list and no object of one, whose
        queries the document does not describe.
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
    except RQLSyntaxError as error:  # where there are no fields, it need not be RQL
        return (Problem("syntax", f"{error} in {text!r}."),) if filters.fields else ()
    return tuple(dict.fromkeys(filters.problems(node))) if node else ()


def _filters(specs: OpenAPISpecs, path: str) -> Filters | None:
    """Find what a GET of this path can be asked; ``None`` where the document does not tell."""
    place, operation = specs.place(path), specs.operation("GET", path)
    if place is None or operation is None:
        return None
    fields = dict(operation.fields)
    if place.kind == "resource":  # takes the filters of its list (RQL.md section 3, "select")
        listing = specs.operation("GET", path.strip("/").rpartition("/")[0])
        fields = {**(listing.fields if listing else {}), **fields}
    if not fields and "limit" not in operation.parameters:
        return None  # no list
    return Filters(fields, operation.parameters)
