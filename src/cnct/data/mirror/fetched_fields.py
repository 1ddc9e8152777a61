"""Decides which fields the rows of a mirrored collection have. Reads no rows.

Rows lack the fields that the document hides, unless they were selected, and those that the
selection removes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from cnct.rql.leaves import FieldCondition, field_conditions
from cnct.rql.nodes import Node
from cnct.store.tables import Table


class FetchedFields:
    """The fields of a collection that were fetched.

    Args:
        table: The collection.
        select: Fields that were selected, with ``-`` before those that were removed.
    """

    def __init__(self, table: Table, select: Sequence[str] = ()) -> None:
        self._table = table
        self._signed = select
        self._removed = [name[1:] for name in select if name.startswith("-")]
        self._selected = [name for name in select if not name.startswith("-")]

    def has(self, name: str) -> bool:
        """Return whether rows have a field; also if the field is unknown."""
        if any(_is_within(name, removed) for removed in self._removed):
            return False
        hidden = (path for path in self._table.hidden if _is_within(name, path))
        return all(self._reveals(path, name) for path in hidden)

    def _reveals(self, hidden: str, name: str) -> bool:
        """Return whether the selection names a hidden field, as far as a field within it."""
        return any(
            _is_within(selected, hidden) and _is_within(name, selected)
            for selected in self._selected
        )

    def missing(self, query: Node | None) -> list[str]:
        """Return the fields that a query needs and rows lack: of filters, search, order, select."""
        names = dict.fromkeys(self._needed(query))
        return [name for name in names if not self.has(name)]

    def selection_with(self, names: Sequence[str]) -> list[str]:
        """Return the selection that also fetches some fields that rows lack."""
        kept = [
            signed
            for signed in self._signed
            if signed[0] != "-" or not any(_is_within(name, signed[1:]) for name in names)
        ]
        fetched = FetchedFields(self._table, kept)
        return [*kept, *(name for name in names if not fetched.has(name))]

    def _needed(self, query: Node | None) -> Iterator[str]:
        for leaf in field_conditions(query):
            if not isinstance(leaf, FieldCondition):
                signed = (name for name in leaf.fields if leaf.op != "select" or name[0] != "-")
                yield from (name.removeprefix("-") for name in signed)
            elif leaf.field == "search":
                yield from self._searchable
            else:
                yield leaf.field

    @cached_property
    def _searchable(self) -> list[str]:
        return [name for name, field in self._table.fields.items() if field.searchable]

    @cached_property
    def revealed(self) -> frozenset[str]:
        """Names of the hidden properties of which rows have any part.

        A response leaves these out unless the query selects them, as the server does.
        """
        roots = {name for name in self._table.hidden if "." not in name}
        return frozenset(
            root for root in roots if any(_is_within(name, root) for name in self._selected)
        )


def _is_within(name: str, path: str) -> bool:
    """Return whether a dotted name is at a path or below."""
    return name == path or name.startswith(f"{path}.")
