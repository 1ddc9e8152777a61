"""Relations of invented records: the targets of references, and the ids.

Invents no values and stores no records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from cnct.emulator.api import Api
from cnct.emulator.inventing import vocabulary
from cnct.emulator.inventing.ids import formatted, nested, number_of
from cnct.openapi.row_schemas import PARAM
from cnct.openapi.shapes import Record
from cnct.store.tables import Table

_TOP_SIZE, _NESTED_SIZE = 20, 5  # rows of a collection

Supplied = Callable[[Table, tuple[str, ...]], Sequence[Record]]
"""Returns the records that a user gave to a table, below the ids of its path."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A record to invent: table, ids of the parents, and number in the table."""

    table: Table
    ids: tuple[str, ...]
    number: int


class Relations:
    """The relations of an API's invented records.

    Args:
        api: Routes and tables of the document.
        seed: The same seed gives the same relations.
        sizes: Number of records by key of the table, for tables without the default number.
        supplied: Returns the supplied records of a table, if any.
    """

    def __init__(self, api: Api, seed: int, sizes: Mapping[str, int], supplied: Supplied) -> None:
        self._api = api
        self._seed = seed
        self._sizes = sizes
        self._supplied = supplied
        self._top_sizes: dict[str, int] = {}
        for key, size in sizes.items():
            name = key.rpartition("/")[2]
            if key in api.tables and PARAM not in key:
                self._top_sizes[name] = max(size, self._top_sizes.get(name, 0))
        self._at_top = {c.name for key, c in api.tables.items() if PARAM not in key}
        self._nearest: dict[tuple[str, str], Table | None] = {}
        self._targets: dict[str, list[Table]] = {}
        for table in api.tables.values():
            noun = vocabulary.one_of(table.name)
            namespace = vocabulary.one_of(table.key.partition("/")[0])
            for name in (noun, f"{namespace}-{noun}"):
                self._targets.setdefault(name, []).append(table)

    def size(self, table: Table, ids: tuple[str, ...] = ()) -> int:
        """Return the number of records in a table, below each parent.

        Top-level tables of one name, ``assets`` and ``subscriptions/assets``, have the same ids: a
        table without a size of its own is as large as the largest other.
        """
        supplied = self._supplied(table, ids)
        if supplied:
            return len(supplied) + self._sizes.get(table.key, 0)
        if table.key in self._sizes:
            return self._sizes[table.key]
        return _NESTED_SIZE if PARAM in table.key else self._top_sizes.get(table.name, _TOP_SIZE)

    def entities(self, table: Table, ids: tuple[str, ...]) -> list[Entity]:
        """Return the entities to invent in a table, after the supplied ones."""
        first = len(self._supplied(table, ids)) + 1
        return [Entity(table, ids, n) for n in range(first, self.size(table, ids) + 1)]

    def supplied(self, entity: Entity) -> Record | None:
        """Return the supplied record of an entity; ``None`` for an invented one."""
        rows = self._supplied(entity.table, entity.ids)
        return rows[entity.number - 1] if 0 < entity.number <= len(rows) else None

    def chance(self, entity: Entity, path: str) -> int:
        """Return a number between 0 and 2**32, derived from the address of a value."""
        address = f"{self._seed}/{entity.table.name}/{entity.ids}/{entity.number}/{path}"
        return crc32(address.encode())

    def id_of(self, entity: Entity) -> str:
        """Return the id of an entity."""
        table, supplied = entity.table, self.supplied(entity)
        if supplied is not None:
            return table.id_of(supplied)
        if entity.ids and table.name == "items":
            return nested(entity.ids[-1], entity.number)
        # Ids are unique: a nested table continues the numbers of the previous parent's.
        before = 0
        if entity.ids and table.name not in self._at_top:
            before = max(number_of(entity.ids[-1]) - 1, 0) * self.size(table)
        return formatted(table.name, before + entity.number)

    def target(self, name: str, entity: Entity) -> Entity | None:
        """Choose the target of a property, preferably a parent of the record.

        Args:
            name: Name of the property.
            entity: The record.

        Returns:
            ``None`` if no table has records of this name.
        """
        for noun in vocabulary.nouns(name, vocabulary.one_of(entity.table.name)):
            parent = self._parent(noun, entity)
            if parent is not None:
                return parent
            table = self._nearest_table(noun, entity.table)
            if table is not None:
                ids = self._parents(table, entity)
                return Entity(table, ids, self._number(table, ids, noun, entity))
        return self._sibling(entity) if name in vocabulary.SIBLINGS else None

    def targets(self, path: str, entity: Entity, count: int) -> list[Entity] | None:
        """Choose the records that a list refers to.

        Args:
            path: Path of the list within the record.
            entity: The record that has the list.
            count: Largest number of records, unless all that belong to the record are listed.
        """
        target = self.target(vocabulary.last(path), entity)
        if target is None:
            return None
        size = max(self.size(target.table, target.ids), 1)
        if self._owner_noun(target.table) == vocabulary.one_of(entity.table.name):
            step = max(self.size(entity.table, entity.ids), 1)
            return [replace(target, number=n) for n in range(entity.number, size + 1, step)]
        first = self.chance(entity, path)
        numbers = dict.fromkeys(1 + (first + n) % size for n in range(count))
        return [replace(target, number=number) for number in numbers]

    def owner(self, entity: Entity) -> Entity | None:
        """Return the record to which an entity belongs, such as the context of a translation."""
        noun = self._owner_noun(entity.table)
        return self.target(noun, entity) if noun else None

    def is_first(self, entity: Entity) -> bool:
        """Return whether an entity is the first of those that belong to the same record."""
        owner = self.owner(entity)
        return owner is not None and entity.number <= self.size(owner.table, owner.ids)

    def _owner_noun(self, table: Table) -> str:
        return vocabulary.OWNERS.get(vocabulary.one_of(table.name), "")

    def _number(self, table: Table, ids: tuple[str, ...], noun: str, holder: Entity) -> int:
        """Choose the number of a record; records that belong to others are distributed evenly."""
        size = max(self.size(table, ids), 1)
        if self._owner_noun(holder.table) == noun:
            return 1 + (holder.number - 1) % size
        return 1 + self.chance(holder, f"->{noun}") % size

    def _sibling(self, entity: Entity) -> Entity:
        """Choose another record of the same table."""
        others = max(self.size(entity.table, entity.ids) - 1, 1)
        step = 1 + self.chance(entity, "->sibling") % others
        return replace(entity, number=1 + (entity.number - 1 + step) % (others + 1))

    def _nearest_table(self, noun: str, holder: Table) -> Table | None:
        """Choose the table of a noun that is nearest to the referring table."""
        if (noun, holder.key) not in self._nearest:
            self._nearest[noun, holder.key] = min(
                self._targets.get(noun, ()),
                key=lambda c: (
                    PARAM in c.key and not self._parent_names(c) <= holder.properties,
                    c.key.count(PARAM),
                    c.key.partition("/")[0] != holder.key.partition("/")[0],
                    len(c.key),
                ),
                default=None,
            )
        return self._nearest[noun, holder.key]

    def _parent_names(self, target: Table) -> frozenset[str]:
        """Return the names of properties that refer to the parents of a nested table."""
        parts = target.key.split("/")
        return frozenset(
            vocabulary.one_of(parts[index - 1]) for index, part in enumerate(parts) if PARAM in part
        )

    def _parent(self, noun: str, entity: Entity) -> Entity | None:
        parts = entity.table.key.split("/")
        places = [index for index, part in enumerate(parts) if PARAM in part]
        for at, (index, own) in enumerate(zip(places, entity.ids, strict=False)):
            table = self._api.tables.get("/".join(parts[:index]))
            if table is not None and vocabulary.one_of(table.name) == noun:
                above = entity.ids[:at]
                return Entity(table, above, self._number_of(table, above, own))
        return None

    def _number_of(self, table: Table, ids: tuple[str, ...], own: str) -> int:
        """Return the number of the record with an id."""
        for number, row in enumerate(self._supplied(table, ids), 1):
            if table.id_of(row) == own:
                return number
        return number_of(own.removeprefix(ids[-1]) if ids else own)

    def _parents(self, target: Table, entity: Entity) -> tuple[str, ...]:
        """Choose the ids above a nested record: those of the entity, or of its references."""
        ids: list[str] = []
        parts = target.key.split("/")
        for index, part in enumerate(parts):
            if PARAM in part:
                own = entity.table.key == "/".join(parts[:index])
                parent = entity if own else self.target(parts[index - 1], entity)
                ids.append(self.id_of(parent) if parent else "")
        return tuple(ids)
