"""Decides the source of a table's records at the first access. Stores no records.

A table with records supplied by the user gets no others; other tables refer to these records.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property

from cnct.emulator.api import Api
from cnct.emulator.inventing.recipes import DEFAULT_COUNTS, Rows
from cnct.emulator.inventing.relations import Supplied
from cnct.openapi.row_schemas import PARAM
from cnct.openapi.shapes import Record
from cnct.store import Storage, Table, read

Source = Callable[[Table, tuple[str, ...]], Iterable[Record]]
"""Returns the records to invent for a table, below the ids of its path."""

_SUPPLIED = "supplied"


def note_supplied(storage: Storage, table: Table, parent: str) -> None:
    """Mark a table in a database as supplied."""
    storage.note(f"{_SUPPLIED} {table.key}", parent)


def is_supplied(storage: Storage, table: Table, parent: str) -> bool:
    """Return whether a table is marked as supplied."""
    return storage.noted(f"{_SUPPLIED} {table.key}", parent)


class SuppliedRows:
    """The supplied records in a database, read once for each table."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._rows: dict[tuple[str, tuple[str, ...]], Sequence[Record]] = {}

    def __call__(self, table: Table, ids: tuple[str, ...]) -> Sequence[Record]:
        """Return the supplied records of a table; an empty list for invented ones."""
        place = (table.key, ids)
        if place not in self._rows:
            self._rows[place] = self._read(table, "/".join(ids))
        return self._rows[place]

    def _read(self, table: Table, parent: str) -> Sequence[Record]:
        if not is_supplied(self._storage, table, parent):
            return ()
        whole = read(None, table, sliced=False)
        return self._storage.page(table, parent, whole).records


class DefaultWorld:
    """The records of the default document, from its recipes.

    Args:
        api: The document.
        supplied: Returns the supplied records of a table, if any.
        invent: Returns all records of the recipes, with references to the supplied ones.
        by_schema: Invents the records of a table without a recipe.
        requested: Paths of the tables for which the user requested records.
    """

    def __init__(
        self,
        api: Api,
        supplied: Supplied,
        invent: Callable[[Mapping[str, Sequence[Record]]], Rows],
        by_schema: Source,
        requested: Collection[str],
    ) -> None:
        self._api = api
        self._supplied = supplied
        self._invent = invent
        self._by_schema = by_schema
        self._requested = requested

    def __call__(self, table: Table, ids: tuple[str, ...]) -> Iterable[Record]:
        """Return the records to invent for a table."""
        path = _path(table.key, ids)
        if path in self._requested and path not in DEFAULT_COUNTS:
            return self._by_schema(table, ids)
        return self._rows.pop(path, ())

    @property
    def paths(self) -> list[str]:
        """Paths of the tables with records."""
        return [*self._rows]

    @cached_property
    def _rows(self) -> Rows:
        tables = (self._api.tables[path] for path in DEFAULT_COUNTS)
        supplied = {table.key: self._supplied(table, ()) for table in tables}
        return self._invent({path: rows for path, rows in supplied.items() if rows})


def _path(key: str, ids: tuple[str, ...]) -> str:
    """Return the path of a table, with the ids in place of the parameters."""
    rest = iter(ids)
    return "/".join(next(rest, "") if PARAM in name else name for name in key.split("/"))
