"""``select``: which properties an answer has (RQL.md section 3, "select")."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cnct.emulator.service.api_errors import bad_query
from cnct.openapi.shapes import Record, as_record, is_list, is_record
from cnct.rql.nodes import Node
from cnct.store.compiler import listings
from cnct.store.storage import dumped
from cnct.store.tables import Table


@dataclass(frozen=True, slots=True)
class Selection:
    """Names to show though they are hidden, and names to leave out."""

    shown: frozenset[str]
    removed: frozenset[str]

    def page(self, rows: list[str], collection: Table) -> list[str]:
        """Return rows as an answer shows them, JSON to JSON."""
        if not self.removed and collection.hidden <= self.shown:
            return rows
        return [dumped(self.apply(json.loads(row), collection)) for row in rows]

    def apply(self, record: Record, collection: Table) -> Record:
        """Make of a record what an answer shows."""
        for top in {name for name in collection.hidden if "." not in name} - self.shown:
            below = [name for name in self.shown if name.startswith(f"{top}.")]
            whole = record.pop(top, None)
            if below and is_record(whole):
                record[top] = _only(whole, [name.split(".")[1:] for name in below])
        for name in self.removed:
            _remove(record, name.split("."))
        return record


def selection_of(node: Node | None, collection: Table) -> Selection:
    """Read the ``select`` of a query.

    Raises:
        ApiError: If there are two, or it names what there is not, or names the same both ways.
    """
    found = listings(node, "select")
    if len(found) > 1:
        raise bad_query("Bad select filter: query can contain only one select operation.")
    fields = found[0].fields if found else ()
    for signed in fields:
        if signed.removeprefix("-") not in collection.selectable:
            raise bad_query(f"Bad select filter: {signed}.")
    removed = frozenset(name[1:] for name in fields if name.startswith("-"))
    shown = frozenset(name for name in fields if not name.startswith("-"))
    if shown & removed:
        raise bad_query("Bad select filter: incompatible properties.")
    return Selection(shown, removed)


def _only(node: Record, paths: list[list[str]]) -> Record:
    result: Record = {}
    for path in paths:
        source, target = node, result
        for part in path[:-1]:
            source = as_record(source.get(part))
            target = target.setdefault(part, {})
        if path[-1] in source:
            target[path[-1]] = source[path[-1]]
    return result


def _remove(node: Any, path: list[str]) -> None:
    if is_list(node):
        for item in node:
            _remove(item, path)
    elif is_record(node):
        if len(path) == 1:
            node.pop(path[0], None)
        else:
            _remove(node.get(path[0]), path[1:])
