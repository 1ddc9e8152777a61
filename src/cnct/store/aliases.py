"""Finds the property that a field means by another name, as some fields of Connect's document do.

``product_id`` is ``product.id`` or ``asset.product.id``, ``asset.external.id`` is
``asset.external_id``, and ``created`` is ``events.created.at``. No public source describes them;
they are inferred from the names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Any

from cnct.openapi.shapes import Record, as_record, is_record

Path = tuple[str, ...]

_SEPARATOR = re.compile(r"__|[._]")
_SKIPPED = ("events", "tiers", "contract", "asset")  # properties that names of fields leave out
_MOMENT = "at"
_MOST_NAMES = 4096  # the documented aliases, of which Connect has 175, with the ends of their names


class Aliases:
    """Finds the properties of a record by other names.

    Args:
        record: The record.
    """

    def __init__(self, record: Record) -> None:
        self._record = record

    @cached_property
    def _nodes(self) -> list[tuple[Path, Record]]:
        return [*_nodes_of((), self._record)]

    def path(self, field: Path) -> Path:
        """Return the path of the property that a field means; the field's own if there is none."""
        node: Any = self._record
        for name in field:
            if not is_record(node) or name not in node:
                return _path(self._nodes, _words(field)) or field
            node = node[name]
        return field


def _nodes_of(path: Path, node: Record) -> Iterator[tuple[Path, Record]]:
    """Yield an object, and all objects below that are reached through skipped properties."""
    yield path, node
    for name in _SKIPPED:
        below = node.get(name)
        if is_record(below):
            yield from _nodes_of((*path, name), below)


def _path(nodes: Iterable[tuple[Path, Record]], words: Path) -> Path:
    """Return the path of some words, several of which can be joined to one name."""
    splits = _splits(words)
    for path, node in nodes:
        for name, rest in splits:
            if name not in node:
                continue
            value = node[name]
            if not rest:
                moment = (_MOMENT,) if _MOMENT in as_record(value) else ()
                return (*path, name, *moment)
            below = _path(_nodes_of((), value), rest) if is_record(value) else ()
            if below:
                return (*path, name, *below)
    return ()


@lru_cache(_MOST_NAMES)
def _words(field: Path) -> Path:
    return tuple(_SEPARATOR.split(".".join(field)))


@lru_cache(_MOST_NAMES)
def _splits(words: Path) -> list[tuple[str, Path]]:
    """Return the names that the first words can form, longest first, with the words left over."""
    return [("_".join(words[:end]), words[end:]) for end in range(len(words), 0, -1)]
