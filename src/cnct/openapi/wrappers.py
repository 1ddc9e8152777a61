"""Finds the list within a response object by the schema, and wraps a page in such an object.

``{"data": [...], "total": 3}`` is the form of most APIs other than Connect's. Knows no tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from cnct.openapi.plain_schemas import plain
from cnct.openapi.schemas import properties, type_name
from cnct.openapi.shapes import Record

_NAMES = ("data", "items", "results", "result", "value", "values", "records", "rows", "entries")
_TOTALS = frozenset({"total", "totalcount", "count", "totalitems", "totalresults", "totalelements"})
_SIZES = frozenset({"size", "pagesize", "perpage", "limit", "returned", "numresults"})
_MORE = frozenset({"hasmore", "hasnext", "hasnextpage", "more"})
_OTHER_PAGES = ("next", "prev", "cursor", "after", "before")
_MOST_LEVELS = 2

Resolve = Callable[[Any], Record]


def rows_in(schema: Record, resolve: Resolve, collection: str) -> tuple[str, ...]:
    """Return the path of the rows in the schema of a wrapper object.

    Args:
        schema: Schema of the object.
        resolve: Follows a reference.
        collection: Name of the collection, perhaps also that of the rows' property.

    Returns:
        Names of properties; empty if the object has no list of objects, or has an id like a row.
    """
    return _path(schema, resolve, (collection, collection.replace("-", "_"), *_NAMES), 1)


def _path(schema: Any, resolve: Resolve, names: tuple[str, ...], level: int) -> tuple[str, ...]:
    below = properties(plain(schema, resolve))
    if "id" in below:
        return ()
    shapes = {name: plain(part, resolve) for name, part in below.items()}
    lists = [name for name, shape in shapes.items() if _is_list_of_objects(shape, resolve)]
    best = next((name for name in names if name in lists), "")
    if best or len(lists) == 1:
        return (best or lists[0],)
    if lists or level == _MOST_LEVELS:
        return ()
    for name, shape in shapes.items():
        path = _path(shape, resolve, names, level + 1) if type_name(shape) == "object" else ()
        if path:
            return (name, *path)
    return ()


def _is_list_of_objects(shape: Record, resolve: Resolve) -> bool:
    return type_name(shape) == "array" and type_name(plain(shape.get("items"), resolve)) == "object"


class WrappedPage(NamedTuple):
    """A page of a list.

    Attributes:
        rows: The rows.
        total: Number of rows on all pages.
        more: Whether rows follow the page.
    """

    rows: list[Record]
    total: int
    more: bool


def wrapped(schema: Any, resolve: Resolve, path: tuple[str, ...], page: WrappedPage) -> Record:
    """Return the object around a page, with numbers for the properties in the schema.

    Args:
        schema: Schema of the object.
        resolve: Follows a reference.
        path: Path of the rows, from `rows_in`.
        page: The page.
    """
    name, *below = path
    shape = plain(schema, resolve)
    whole: Record = {}
    for other in properties(shape):
        plain_name = other.replace("_", "").replace("-", "").lower()
        if plain_name in _TOTALS:
            whole[other] = page.total
        elif plain_name in _SIZES:
            whole[other] = len(page.rows)
        elif plain_name in _MORE:
            whole[other] = page.more
        elif plain_name.startswith(_OTHER_PAGES):
            whole[other] = None  # an invented link or cursor leads nowhere
    inner = properties(shape).get(name)
    whole[name] = wrapped(inner, resolve, tuple(below), page) if below else page.rows
    return whole
