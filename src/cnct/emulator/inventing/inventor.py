"""Invents records from schemas: readable, repeatable by seed, and consistent with each other.

A value depends on its address alone: the table, the record and the path in the record. So a
reference repeats the values of the record that it refers to, and records can be invented in any
order. Nothing here stores a record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zlib import crc32

from cnct.emulator.api import PARAM, Api
from cnct.emulator.inventing import vocabulary
from cnct.emulator.inventing.ids import formatted, nested, number_of
from cnct.emulator.inventing.moments import Timeline, timestamp
from cnct.emulator.inventing.plain_schemas import plain
from cnct.openapi.schemas import parts, type_name
from cnct.openapi.shapes import Record, as_record, is_list, is_record
from cnct.store.tables import Table

_TOP_SIZE, _NESTED_SIZE = 20, 5  # rows of a collection
_MOST_ITEMS = 20  # of a list, whatever its schema requires
_MOST_VALUES = 1_000  # of a record; Connect's have 440 at most
_DEEPEST = 40  # values inside each other
_NULLS = 8  # one in so many nullable values is null


@dataclass(frozen=True, slots=True)
class _Entity:
    """A record to invent: its table, the ids above it, and its number in the table."""

    table: Table
    ids: tuple[str, ...]
    number: int


class _Nesting:
    """The schemas around a value, and the number of values that its record may still have.

    A schema that recurs is not expanded again. Schemas that refer to each other without recurring
    still make huge records, so once the number is used up, optional values are left out.
    """

    def __init__(
        self, ancestors: tuple[str | int, ...] = (), budget: list[int] | None = None
    ) -> None:
        self._ancestors = ancestors
        self._budget = [_MOST_VALUES] if budget is None else budget

    def into(self, schema: Any) -> _Nesting:
        """Return the nesting of the values in a schema, after counting one value."""
        self._budget[0] -= 1
        return _Nesting((*self._ancestors, _identity_of(schema) or ""), self._budget)

    def recurs(self, schema: Any) -> bool:
        """Return whether a schema is already around itself, or nested too deeply."""
        own = _identity_of(schema)
        return own in self._ancestors or len(self._ancestors) >= _DEEPEST

    @property
    def is_spent(self) -> bool:
        """Whether the record has all the values that it may have."""
        return self._budget[0] <= 0


class Inventor:
    """Invents the records of an API's tables.

    Args:
        api: Routes and tables of the document.
        seed: The same seed gives the same records.
        until: When the newest records were created; by default, the oldest date from January 2026.
        sizes: Number of records by key of the table, where it differs from the default.
    """

    def __init__(
        self,
        api: Api,
        seed: int = 1,
        until: datetime | None = None,
        sizes: Mapping[str, int] | None = None,
    ) -> None:
        self._api = api
        self._seed = seed
        self._until = until
        self._sizes = sizes or {}
        self._top_sizes: dict[str, int] = {}
        for key, size in self._sizes.items():
            name = key.rpartition("/")[2]
            if key in api.tables and PARAM not in key:
                self._top_sizes[name] = max(size, self._top_sizes.get(name, 0))
        self._at_top = {c.name for key, c in api.tables.items() if PARAM not in key}
        self._targets: dict[str, list[Table]] = {}
        self._nearest: dict[tuple[str, str], Table | None] = {}
        for table in api.tables.values():
            self._targets.setdefault(vocabulary.one_of(table.name), []).append(table)

    def size(self, table: Table) -> int:
        """Return the number of records in a table, below each parent.

        Tables of one name at the top, ``assets`` and ``subscriptions/assets``, have the same ids:
        one without a size of its own is as large as the largest of the others.
        """
        if table.key in self._sizes:
            return self._sizes[table.key]
        return _NESTED_SIZE if PARAM in table.key else self._top_sizes.get(table.name, _TOP_SIZE)

    def records(self, table: Table, ids: tuple[str, ...]) -> Iterator[Record]:
        """Invent the records of a table.

        Args:
            table: The table.
            ids: Ids of the parents of a nested table.
        """
        for number in range(1, self.size(table) + 1):
            entity = _Entity(table, ids, number)
            record = self._object(table.row, entity, "", _Nesting())
            yield record or {"id": self._id(entity)}

    def completed(self, schema: Any, value: Any, table: Table, ids: tuple[str, ...]) -> Any:
        """Return a value with every part that its schema requires; existing parts are kept.

        Args:
            schema: OpenAPI schema of the value.
            value: The value so far; ``None`` for nothing.
            table: The table that it belongs to.
            ids: Ids in its path.
        """
        return self._completed(schema, value, _Entity(table, ids, 1), "")

    def _completed(self, schema: Any, value: Any, entity: _Entity, path: str) -> Any:
        resolve = self._api.resolved
        if value is None and not resolve(schema).get("nullable"):
            return self._value(schema, entity, path, _Nesting())
        shape = plain(schema, resolve)
        if is_list(value) and type_name(shape) == "array":
            return [self._completed(shape.get("items"), item, entity, path) for item in value]
        if not is_record(value) or type_name(shape) != "object":
            return value
        required = shape.get("required", ())
        added = {
            name: self._completed(
                below, value.get(name), entity, f"{path}.{name}" if path else name
            )
            for name, below in _properties(shape).items()
            if (name in required or value.get(name) is not None)
            and not self._is_secret(name, below)
        }
        described = as_record(shape.get("properties"))
        kept = {n: value[n] for n in value if not self._is_secret(n, described.get(n))}
        return kept | added

    def _is_secret(self, name: str, schema: Any) -> bool:
        """Return whether responses omit a property; an id is needed even if it is write-only."""
        own = as_record(schema).get("writeOnly")
        return name != "id" and bool(own or self._api.resolved(schema).get("writeOnly"))

    def _value(self, schema: Any, entity: _Entity, path: str, nesting: _Nesting) -> Any:
        shape = plain(schema, self._api.resolved)
        nesting = nesting.into(schema)
        chance = self._chance(entity, path)
        filter_ = entity.table.fields.get(path)  # can have an enum that the schema lacks
        of_filter = filter_.enum if filter_ and type_name(shape) == "string" else ()
        enum = shape.get("enum") or of_filter
        if enum:
            choices = [choice for choice in enum if choice is not None]
            return choices[chance % len(choices)] if choices else None
        match type_name(shape):
            case "object":
                return self._reference(shape, entity, path, nesting)
            case "array":
                return self._array(shape, entity, path, nesting)
            case "boolean":
                return chance % 2 == 0
            case "integer" | "number":
                return self._number(shape, entity, path, chance)
            case "string":
                return self._text(shape, entity, path, chance)
            case _:
                return {}

    def _object(self, schema: Any, entity: _Entity, path: str, nesting: _Nesting) -> Record:
        shape = plain(schema, self._api.resolved)
        required = shape.get("required", ())
        result: Record = {}
        for name, below in _properties(shape).items():
            if nesting.is_spent and (name not in required or self._is_container(below)):
                continue
            if nesting.recurs(below) or self._is_secret(name, below):
                continue
            where = f"{path}.{name}" if path else name
            nullable = self._api.resolved(below).get("nullable")
            optional = nullable and name not in {*required, *vocabulary.NEVER_NULL}
            absent = optional and self._chance(entity, f"{where}?") % _NULLS == 0
            result[name] = None if absent else self._value(below, entity, where, nesting)
        return result

    def _is_container(self, schema: Any) -> bool:
        return type_name(plain(schema, self._api.resolved)) in {"object", "array", ""}

    def _array(self, shape: Record, entity: _Entity, path: str, nesting: _Nesting) -> list[Any]:
        items = shape.get("items")
        if nesting.recurs(items) or nesting.is_spent:
            return []
        item = plain(items, self._api.resolved)
        count = max(min(shape.get("minItems", 0), _MOST_ITEMS), min(2, shape.get("maxItems", 2)))
        choices = [choice for choice in item.get("enum", ()) if choice is not None]
        if choices:
            return choices[: max(count, 1)]
        target = self._target(vocabulary.last(path), entity) if self._is_reference(item) else None
        if target is None:
            values = [self._value(items, entity, f"{path}.{n}", nesting) for n in range(count)]
            return [value for n, value in enumerate(values) if value not in values[:n]]
        first = self._chance(entity, path)
        size = max(self.size(target.table), 1)
        numbers = dict.fromkeys(1 + (first + n) % size for n in range(count))
        others = [replace(target, number=number) for number in numbers]
        return [self._object(item, other, "", nesting.into(items)) for other in others]

    def _reference(self, shape: Record, entity: _Entity, path: str, nesting: _Nesting) -> Record:
        """Invent an object; with an id, it shows a record of another table."""
        own = entity.table.identifier.startswith(f"{path}.")
        refers = self._is_reference(shape) and not own
        target = self._target(vocabulary.last(path), entity) if refers else None
        if target is None:
            return self._object(shape, entity, path, nesting)
        return self._object(shape, target, "", nesting)

    def _is_reference(self, schema: Record) -> bool:
        return "id" in as_record(schema.get("properties"))

    def _target(self, name: str, entity: _Entity) -> _Entity | None:
        """Choose the record that a property refers to: preferably a parent of the record itself."""
        noun = vocabulary.MEANINGS.get(name, vocabulary.one_of(name))
        parent = self._parent(noun, entity)
        if parent is not None:
            return parent
        target = self._nearest_table(noun, entity.table)
        if target is None:
            return None
        ids = self._parents(target, entity)
        number = 1 + self._chance(entity, f"->{noun}") % max(self.size(target), 1)
        return _Entity(target, ids, number)

    def _nearest_table(self, noun: str, holder: Table) -> Table | None:
        """Choose, of the tables with a noun's name, the nearest to the table that refers to it."""
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
        """Return the names that properties have which refer to the parents of a nested table."""
        parts = target.key.split("/")
        return frozenset(
            vocabulary.one_of(parts[index - 1]) for index, part in enumerate(parts) if PARAM in part
        )

    def _parent(self, noun: str, entity: _Entity) -> _Entity | None:
        parts = entity.table.key.split("/")
        places = [index for index, part in enumerate(parts) if PARAM in part]
        for at, (index, own) in enumerate(zip(places, entity.ids, strict=False)):
            table = self._api.tables.get("/".join(parts[:index]))
            if table is not None and vocabulary.one_of(table.name) == noun:
                within = own.removeprefix(entity.ids[at - 1]) if at else own
                return _Entity(table, entity.ids[:at], number_of(within))
        return None

    def _parents(self, target: Table, entity: _Entity) -> tuple[str, ...]:
        """Choose the ids above a nested record: those of records that the same entity refers to."""
        ids: list[str] = []
        parts = target.key.split("/")
        for index, part in enumerate(parts):
            if PARAM in part:
                parent = self._target(parts[index - 1], entity)
                ids.append(self._id(parent) if parent else "")
        return tuple(ids)

    def _id(self, entity: _Entity) -> str:
        table = entity.table
        if entity.ids and table.name == "items":
            return nested(entity.ids[-1], entity.number)
        # Ids are unique: a nested table continues the numbers of the previous parent's.
        before = 0
        if entity.ids and table.name not in self._at_top:
            before = max(number_of(entity.ids[-1]) - 1, 0) * self.size(table)
        return formatted(table.name, before + entity.number)

    def _number(self, shape: Record, entity: _Entity, path: str, chance: int) -> float:
        if path in {entity.table.identifier, "id"}:
            return entity.number
        low = int(shape.get("minimum", 0))
        high = int(shape.get("maximum", low + 99))
        return low + chance % max(min(high, low + 999) - low + 1, 1)

    def _text(self, shape: Record, entity: _Entity, path: str, chance: int) -> str:
        table, number = entity.table, entity.number
        name = vocabulary.last(path)
        if path == "id" and table.identifier in ("id", ""):
            return self._id(entity)
        if path == "id" and entity.ids:
            return entity.ids[-1]
        if path == table.identifier:
            return vocabulary.key(path.partition(".")[0], number)
        if name == "id":
            return formatted(vocabulary.last(path.rpartition(".")[0]), 1 + chance % 999)
        text = self._formatted(str(shape.get("format", "")), name, entity, path)
        if text is None:
            whole = vocabulary.entity(table.name, number)
            text = vocabulary.text(name, whole if "." not in path else "", number, chance)
        return text[: int(shape.get("maxLength", len(text)))]

    def _formatted(self, form: str, name: str, entity: _Entity, path: str) -> str | None:
        if form in ("datetime", "date-time"):
            return timestamp(self._moment(entity, path))
        if form == "date":
            return self._moment(entity, path).date().isoformat()
        return vocabulary.formatted(form, name, self._chance(entity, path))

    def _moment(self, entity: _Entity, path: str) -> datetime:
        size = self.size(entity.table)
        later = 0.0 if "created" in path else self._chance(entity, path) % 20 / 20
        return Timeline(size, self._until).at(min(entity.number, size), later)

    def _chance(self, entity: _Entity, path: str) -> int:
        """Return a number between 0 and 2**32, derived from the address of a value."""
        address = f"{self._seed}/{entity.table.name}/{entity.ids}/{entity.number}/{path}"
        return crc32(address.encode())


def _properties(schema: Record) -> Record:
    """Return the properties of an object; a required name without a schema is a string."""
    described = as_record(schema.get("properties"))
    others = {n: {"type": "string"} for n in schema.get("required", ()) if n not in described}
    return described | others


def _identity_of(schema: Any) -> str | int | None:
    """Return the reference of a schema, or the id of a composition; no other schema can recur."""
    record = as_record(schema)
    return str(record.get("$ref", "")) or (id(schema) if parts(record) else None)
