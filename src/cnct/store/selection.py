"""Reads ``select`` and applies it to records, by the rules of docs/rql.md, "Select"."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from cnct.exceptions import QueryError
from cnct.openapi.shapes import Record, as_record, is_list, is_record
from cnct.store.columns import json_text
from cnct.store.tables import Table

_Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The properties that an answer leaves out.

    Attributes:
        hidden: Hidden properties of a record, each with the paths below it that are selected.
        removed: Paths of the properties that the query excludes.
    """

    hidden: Mapping[str, tuple[_Path, ...]]
    removed: tuple[_Path, ...]

    def apply_to_rows(self, rows: list[str]) -> list[str]:
        """Return records without these properties, JSON text to JSON text."""
        if not self.hidden and not self.removed:
            return rows
        return [json_text(self.apply(json.loads(row))) for row in rows]

    def apply(self, record: Record) -> Record:
        """Remove the properties from a record, in place, and return it."""
        for name, paths in self.hidden.items():
            whole = record.pop(name, None)
            if paths and is_record(whole):
                record[name] = _part(whole, paths)
        for path in self.removed:
            _remove(record, path)
        return record


def selection_of(selects: Sequence[tuple[str, ...]], table: Table) -> Selection:
    """Return the selection of a query.

    Args:
        selects: Fields of every ``select`` of the query; a ``-`` before a field excludes it.
        table: The table that is read.

    Raises:
        QueryError: If there are two, or one names an unknown field, or a field both ways.
    """
    if len(selects) > 1:
        raise QueryError("Bad select filter: query can contain only one select operation.")
    fields = selects[0] if selects else ()
    for signed in fields:
        if signed.removeprefix("-") not in table.selectable:
            raise QueryError(f"Bad select filter: {signed}.")
    removed = frozenset(name[1:] for name in fields if name.startswith("-"))
    selected = frozenset(name for name in fields if not name.startswith("-"))
    if selected & removed:
        raise QueryError("Bad select filter: incompatible properties.")
    hidden = sorted(name for name in table.hidden - selected if "." not in name)
    return Selection(
        {name: _paths_below(name, selected) for name in hidden},
        tuple(tuple(name.split(".")) for name in sorted(removed)),
    )


def _paths_below(name: str, selected: frozenset[str]) -> tuple[_Path, ...]:
    below = sorted(field for field in selected if field.startswith(f"{name}."))
    return tuple(tuple(field.split(".")[1:]) for field in below)


def _part(record: Record, paths: tuple[_Path, ...]) -> Record:
    """Return the parts of a record at some paths."""
    part: Record = {}
    for path in paths:
        source, target = record, part
        for name in path[:-1]:
            source = as_record(source.get(name))
            target = target.setdefault(name, {})
        if path[-1] in source:
            target[path[-1]] = source[path[-1]]
    return part


def _remove(node: Any, path: _Path) -> None:
    if is_list(node):
        for item in node:
            _remove(item, path)
    elif is_record(node):
        if len(path) == 1:
            node.pop(path[0], None)
        else:
            _remove(node.get(path[0]), path[1:])
