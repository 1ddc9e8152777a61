"""Moves the rows of a list during reading: inserts in front and at the end, deletes anywhere."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cnct.openapi.shapes import Record
from cnct.store import QueryPlan, Selection, Slice, Storage, Table

_NewId = Callable[[str], str]

_NUMBERED = re.compile(r"(.*-)(\d{9})")
_LAST = 999_999_999


@dataclass(frozen=True, slots=True)
class Moves:
    """Rates of changes for each page: 2.5 stands for two rows, and in half of the cases a third.

    Attributes:
        front: Rows to insert in front of the first one.
        end: Rows to insert behind the last one.
        delete: Rows to delete.
        chance: Random numbers for fractions, and for the rows to delete.
    """

    front: float
    end: float
    delete: float
    chance: random.Random = field(compare=False, repr=False)

    def apply(self, storage: Storage, table: Table, parent: str, plan: QueryPlan) -> None:
        """Change the list of a query, in the order of the query."""
        rows = _Rows(storage, table, parent, plan)
        with storage.transaction():
            if not rows.count() or table.identifier != "id":
                return
            front, end = _id_before, _id_behind
            if rows.id_at(0) > rows.id_at(rows.count() - 1):
                front, end = end, front
            for _ in range(self._number(self.front)):
                rows.repeat(0, front)
            for _ in range(self._number(self.end)):
                rows.repeat(rows.count() - 1, end)
            for _ in range(min(self._number(self.delete), rows.count())):
                rows.delete(self.chance.randrange(rows.count()))

    def _number(self, rate: float) -> int:
        return int(rate) + (self.chance.random() < rate % 1)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows that match a query, in the query's order."""

    storage: Storage
    table: Table
    parent: str
    plan: QueryPlan

    def count(self) -> int:
        return self.storage.count(self.table, self.parent, self.plan.condition)

    def _at(self, index: int) -> Record:
        plan = replace(self.plan, selection=Selection({}, ()), slice=Slice(1, index))
        return self.storage.page(self.table, self.parent, plan).records[0]

    def id_at(self, index: int) -> str:
        return self.table.id_of(self._at(index))

    def repeat(self, index: int, new_id: _NewId) -> None:
        """Insert a copy of a row, with an id next to the original's."""
        row = self._at(index)
        key = new_id(self.table.id_of(row))
        while self.storage.get(self.table, self.parent, key) is not None:
            key = new_id(key)
        self.storage.insert(self.table, self.parent, [{**row, "id": key}])

    def delete(self, index: int) -> None:
        self.storage.delete(self.table, self.parent, self.id_at(index))


def _id_before(key: str) -> str:
    """Return an id that sorts before another one."""
    numbered = _NUMBERED.fullmatch(key)
    if numbered and int(numbered[2]):
        return f"{numbered[1]}{int(numbered[2]) - 1:09}"
    return f"{key[:-1]}--{_LAST}"  # a hyphen sorts before letters and digits


def _id_behind(key: str) -> str:
    """Return an id that sorts after another one."""
    numbered = _NUMBERED.fullmatch(key)
    if numbered and int(numbered[2]) < _LAST:
        return f"{numbered[1]}{int(numbered[2]) + 1:09}"
    return f"{key}-{0:09}"
