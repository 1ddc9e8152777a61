"""Records from schemas: readable, the same for the same seed, and true to each other.

Every value depends on its address alone: which record of which collection it belongs to, and where
in it. So a record that is told of by another is told of as it is, and nothing has to be invented
before its turn.
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
from cnct.openapi.schemas import type_name
from cnct.openapi.shapes import Record, as_record, is_list, is_record
from cnct.store.tables import Table

_TOP, _NESTED = 20, 5  # rows of a collection
_NULLS = 8  # of so many values that can be null, one is

_Above = tuple[str, ...]  # names of the schemas that a value is inside of; a circle ends there


@dataclass(frozen=True, slots=True)
class _Entity:
    """The record that a value belongs to: of which collection, below which ids, the how manieth."""

    collection: Table
    ids: tuple[str, ...]
    number: int


class Inventor:
    """Invents what the schemas of an API ask for.

    Args:
        api: What the document says.
        seed: The same seed invents the same.
        until: When the newest records were made; by default, the oldest were in January 2026.
        sizes: How many records there are of a collection, by key, where it is not the usual number.
    """

    def __init__(
        self,
        api: Api,
        seed: int = 1,
        until: datetime | None = None,
        sizes: Mapping[str, int] | None = None,
    ) -> None:
        """Learn what collections can be referred to by which name."""
        self._api = api
        self._seed = seed
        self._until = until
        self._sizes = sizes or {}
        self._at_top = {c.name for key, c in api.tables.items() if PARAM not in key}
        self._targets: dict[str, list[Table]] = {}
        self._nearest: dict[tuple[str, str], Table | None] = {}
        for collection in api.tables.values():
            self._targets.setdefault(vocabulary.one_of(collection.name), []).append(collection)

    def size(self, collection: Table) -> int:
        """Return how many records a collection has, below each parent."""
        usual = _NESTED if PARAM in collection.key else _TOP
        return self._sizes.get(collection.key, usual)

    def records(self, collection: Table, ids: tuple[str, ...]) -> Iterator[Record]:
        """Invent the records of a collection.

        Args:
            collection: Which.
            ids: Those of its parents, if it is nested.
        """
        for number in range(1, self.size(collection) + 1):
            entity = _Entity(collection, ids, number)
            made = self._object(collection.row, entity, "", ())
            yield made or {"id": self._id(entity)}

    def completed(self, schema: Any, value: Any, collection: Table, ids: tuple[str, ...]) -> Any:
        """Return a value with all that a schema requires; what there is stays as it is.

        Args:
            schema: What it must fit.
            value: What there is; ``None`` for nothing.
            collection: What it belongs to.
            ids: Those in its path.
        """
        return self._completed(schema, value, _Entity(collection, ids, 1), "")

    def _completed(self, schema: Any, value: Any, entity: _Entity, path: str) -> Any:
        resolve = self._api.resolved
        if value is None and not resolve(schema).get("nullable"):
            return self._value(schema, entity, path, ())
        wanted = plain(schema, resolve)
        if is_list(value) and type_name(wanted) == "array":
            return [self._completed(wanted.get("items"), item, entity, path) for item in value]
        if not is_record(value) or type_name(wanted) != "object":
            return value
        required = wanted.get("required", ())
        added = {
            name: self._completed(
                below, value.get(name), entity, f"{path}.{name}" if path else name
            )
            for name, below in _properties(wanted).items()
            if (name in required or value.get(name) is not None)
            and not self._is_secret(name, below)
        }
        known = as_record(wanted.get("properties"))
        kept = {n: value[n] for n in value if not self._is_secret(n, known.get(n))}
        return kept | added

    def _is_secret(self, name: str, schema: Any) -> bool:
        """Tell whether answers leave a property out; ids they need, whatever the document says."""
        told = as_record(schema).get("writeOnly") or self._api.resolved(schema).get("writeOnly")
        return name != "id" and bool(told)

    def _value(self, schema: Any, entity: _Entity, path: str, above: _Above) -> Any:
        wanted = plain(schema, self._api.resolved)
        above = (*above, _name(schema))
        chance = self._chance(entity, path)
        told = entity.collection.fields.get(path)  # a filter can know more than the schema
        enum = wanted.get("enum") or (told.enum if told and type_name(wanted) == "string" else ())
        if enum:
            choices = [choice for choice in enum if choice is not None]
            return choices[chance % len(choices)] if choices else None
        match type_name(wanted):
            case "object":
                return self._reference(wanted, entity, path, above)
            case "array":
                return self._array(wanted, entity, path, above)
            case "boolean":
                return chance % 2 == 0
            case "integer" | "number":
                return self._number(wanted, entity, path, chance)
            case "string":
                return self._text(wanted, entity, path, chance)
            case _:
                return {}

    def _object(self, schema: Any, entity: _Entity, path: str, above: _Above) -> Record:
        wanted = plain(schema, self._api.resolved)
        required = wanted.get("required", ())
        result: Record = {}
        for name, below in _properties(wanted).items():
            told = self._api.resolved(below)
            if self._is_secret(name, below) or _is_open(below, above):
                continue
            where = f"{path}.{name}" if path else name
            optional = told.get("nullable") and name not in {*required, *vocabulary.TELLING}
            absent = optional and self._chance(entity, f"{where}?") % _NULLS == 0
            result[name] = None if absent else self._value(below, entity, where, above)
        return result

    def _array(self, wanted: Record, entity: _Entity, path: str, above: _Above) -> list[Any]:
        items = wanted.get("items")
        if _is_open(items, above):
            return []
        item = plain(items, self._api.resolved)
        count = max(wanted.get("minItems", 0), min(2, wanted.get("maxItems", 2)))
        choices = [choice for choice in item.get("enum", ()) if choice is not None]
        if choices:
            return choices[: max(count, 1)]
        target = self._target(vocabulary.last(path), entity) if self._is_reference(item) else None
        if target is None:
            made = [self._value(items, entity, f"{path}.{n}", above) for n in range(count)]
            return [value for n, value in enumerate(made) if value not in made[:n]]
        first = self._chance(entity, path)
        size = max(self.size(target.collection), 1)
        numbers = dict.fromkeys(1 + (first + n) % size for n in range(count))
        others = [replace(target, number=number) for number in numbers]
        return [self._object(item, other, "", (*above, _name(items))) for other in others]

    def _reference(self, wanted: Record, entity: _Entity, path: str, above: _Above) -> Record:
        """Invent an object; one that has an id is the record of another collection, told of."""
        own = entity.collection.identifier.startswith(f"{path}.")
        refers = self._is_reference(wanted) and not own
        target = self._target(vocabulary.last(path), entity) if refers else None
        if target is None:
            return self._object(wanted, entity, path, above)
        return self._object(wanted, target, "", above)

    def _is_reference(self, schema: Record) -> bool:
        return "id" in as_record(schema.get("properties"))

    def _target(self, name: str, entity: _Entity) -> _Entity | None:
        """Choose the record that a property refers to; one above the record itself comes first."""
        wanted = vocabulary.MEANINGS.get(name, vocabulary.one_of(name))
        above = self._above(wanted, entity)
        if above is not None:
            return above
        target = self._chosen(wanted, entity.collection)
        if target is None:
            return None
        ids = self._parents(target, entity)
        number = 1 + self._chance(entity, f"->{wanted}") % max(self.size(target), 1)
        return _Entity(target, ids, number)

    def _chosen(self, wanted: str, holder: Table) -> Table | None:
        """Choose the collection that a name means in the records of another: the nearest."""
        if (wanted, holder.key) not in self._nearest:
            self._nearest[wanted, holder.key] = min(
                self._targets.get(wanted, ()),
                key=lambda c: (
                    PARAM in c.key and not self._parent_names(c) <= holder.properties,
                    c.key.count(PARAM),
                    c.key.partition("/")[0] != holder.key.partition("/")[0],
                    len(c.key),
                ),
                default=None,
            )
        return self._nearest[wanted, holder.key]

    def _parent_names(self, target: Table) -> frozenset[str]:
        """Name what a nested collection is nested in, as properties that refer to it are named."""
        parts = target.key.split("/")
        return frozenset(
            vocabulary.one_of(parts[index - 1]) for index, part in enumerate(parts) if PARAM in part
        )

    def _above(self, wanted: str, entity: _Entity) -> _Entity | None:
        parts = entity.collection.key.split("/")
        places = [index for index, part in enumerate(parts) if PARAM in part]
        for at, (index, own) in enumerate(zip(places, entity.ids, strict=False)):
            collection = self._api.tables.get("/".join(parts[:index]))
            if collection is not None and vocabulary.one_of(collection.name) == wanted:
                within = own.removeprefix(entity.ids[at - 1]) if at else own
                return _Entity(collection, entity.ids[:at], number_of(within))
        return None

    def _parents(self, target: Table, entity: _Entity) -> tuple[str, ...]:
        """Choose the ids above a nested record: those that the same record refers to."""
        ids: list[str] = []
        parts = target.key.split("/")
        for index, part in enumerate(parts):
            if PARAM in part:
                parent = self._target(parts[index - 1], entity)
                ids.append(self._id(parent) if parent else "")
        return tuple(ids)

    def _id(self, entity: _Entity) -> str:
        collection = entity.collection
        if entity.ids and collection.name == "items":
            return nested(entity.ids[-1], entity.number)
        # A nested collection goes on where that of the parent before it ends.
        before = 0
        if entity.ids and collection.name not in self._at_top:
            before = max(number_of(entity.ids[-1]) - 1, 0) * self.size(collection)
        return formatted(collection.name, before + entity.number)

    def _number(self, wanted: Record, entity: _Entity, path: str, chance: int) -> float:
        if path in {entity.collection.identifier, "id"}:
            return entity.number
        low = int(wanted.get("minimum", 0))
        high = int(wanted.get("maximum", low + 99))
        return low + chance % (min(high, low + 999) - low + 1)

    def _text(self, wanted: Record, entity: _Entity, path: str, chance: int) -> str:
        collection, number = entity.collection, entity.number
        name = vocabulary.last(path)
        if path == "id" and collection.identifier in ("id", ""):
            return self._id(entity)
        if path == "id" and entity.ids:
            return entity.ids[-1]
        if path == collection.identifier:
            return vocabulary.key(path.partition(".")[0], number)
        if name == "id":
            return formatted(vocabulary.last(path.rpartition(".")[0]), 1 + chance % 999)
        text = self._formatted(str(wanted.get("format", "")), name, entity, path)
        if text is None:
            whole = vocabulary.entity(collection.name, number)
            text = vocabulary.text(name, whole if "." not in path else "", number, chance)
        return text[: int(wanted.get("maxLength", len(text)))]

    def _formatted(self, form: str, name: str, entity: _Entity, path: str) -> str | None:
        if form in ("datetime", "date-time"):
            return timestamp(self._moment(entity, path))
        if form == "date":
            return self._moment(entity, path).date().isoformat()
        return vocabulary.formatted(form, name, self._chance(entity, path))

    def _moment(self, entity: _Entity, path: str) -> datetime:
        size = self.size(entity.collection)
        later = 0.0 if "created" in path else self._chance(entity, path) % 20 / 20
        return Timeline(size, self._until).at(min(entity.number, size), later)

    def _chance(self, entity: _Entity, path: str) -> int:
        """Draw the number that a value depends on, from its address."""
        address = f"{self._seed}/{entity.collection.name}/{entity.ids}/{entity.number}/{path}"
        return crc32(address.encode())


def _properties(schema: Record) -> Record:
    """Return the properties of an object, with those that are required but not described."""
    known = as_record(schema.get("properties"))
    unknown = {n: {"type": "string"} for n in schema.get("required", ()) if n not in known}
    return known | unknown


def _name(schema: Any) -> str:
    return str(as_record(schema).get("$ref", ""))


def _is_open(schema: Any, above: _Above) -> bool:
    return bool(_name(schema)) and _name(schema) in above
