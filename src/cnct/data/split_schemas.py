"""Splits the schema of a row into the schemas of its columns. No I/O, and no types of columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from cnct.openapi.plain_schemas import plain
from cnct.openapi.shapes import Record, as_record

Resolve = Callable[[Any], Record]


class _Part(NamedTuple):
    """A part of a schema.

    Attributes:
        path: Names from the row.
        schema: The schema.
        above: Identities of the schemas that contain this one; their parts are not split again.
        is_leaf: Whether the part cannot be split.
    """

    path: tuple[str, ...]
    schema: Any
    above: frozenset[int] = frozenset()
    is_leaf: bool = False


def split_schema(
    schema: Any, resolve: Resolve, depth: int, most: int
) -> list[tuple[tuple[str, ...], Record]]:
    """Return paths and plain schemas of the columns, in the order of the document.

    Objects are split into their properties, level by level: one that contains itself, one that is
    ``depth`` levels down, and those of a level with more than ``most`` parts stay whole.

    Args:
        schema: Schema of a row.
        resolve: Follows references.
        depth: Names in a path.
        most: Number of columns.
    """
    parts = [_Part((), schema)]
    for _ in range(depth):
        split = [below for part in parts for below in _split(part, resolve)]
        if len(split) > most:
            break
        parts = split
        if all(part.is_leaf for part in parts):
            break
    return [(part.path, plain(part.schema, resolve)) for part in parts if part.path]


def _split(part: _Part, resolve: Resolve) -> Iterator[_Part]:
    """Yield the properties of an object, or the part itself."""
    if part.is_leaf:
        yield part
        return
    target = resolve(part.schema)
    properties = as_record(plain(target, resolve).get("properties"))
    if id(target) in part.above or not properties:
        yield part._replace(is_leaf=True)
        return
    above = part.above | {id(target)}
    for name, schema in properties.items():
        yield _Part((*part.path, name), schema, above)
