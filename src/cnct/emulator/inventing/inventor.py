"""Invents records from schemas: readable, repeatable by seed, and consistent with each other.

A value depends only on its address: table, record and path in the record. Hence a reference repeats
the values of the target record, chosen by `relations`, and records can be invented in any order.
Stores no records.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cnct.emulator.api import Api
from cnct.emulator.inventing import vocabulary
from cnct.emulator.inventing.filter_fields import MissingField, missing_fields, reaches
from cnct.emulator.inventing.ids import formatted
from cnct.emulator.inventing.moments import Timeline, timestamp
from cnct.emulator.inventing.nesting import Nesting
from cnct.emulator.inventing.relations import Entity, Relations, Supplied
from cnct.openapi.plain_schemas import plain
from cnct.openapi.schemas import type_name
from cnct.openapi.shapes import Record, as_record, is_list, is_record
from cnct.store.tables import Table

_MOST_ITEMS = 20  # entries of a list, whatever the schema requires
_NULLS = 8  # one in so many nullable values is null


class Inventor:
    """Invents the records of an API's tables.

    Args:
        api: Routes and tables of the document.
        supplied: Returns the records that a table has instead of invented ones.
        seed: The same seed gives the same records.
        until: Time of the newest records; by default, the oldest ones are from January 2026.
        sizes: Number of records by key of the table, for tables without the default number.
    """

    def __init__(
        self,
        api: Api,
        supplied: Supplied,
        seed: int = 1,
        until: datetime | None = None,
        sizes: Mapping[str, int] | None = None,
    ) -> None:
        self._api = api
        self._until = until
        self._relations = Relations(api, seed, sizes or {}, supplied)

    def records(self, table: Table, ids: tuple[str, ...]) -> Iterator[Record]:
        """Invent the records of a table.

        Args:
            table: The table.
            ids: Ids of the parents of a nested table.
        """
        missing = missing_fields(table)
        for entity in self._relations.entities(table, ids):
            record = self._object(table.row, entity, "", Nesting())
            record = record or {"id": self._relations.id_of(entity)}
            for field in missing:
                if not reaches(record, field.path):
                    self._add(record, field, entity, "")
            yield record

    def _add(self, node: Any, field: MissingField, entity: Entity, above: str) -> None:
        """Add a field to a record; a reference on the path gets the values of its target.

        Args:
            node: The record, or the part at which the rest of the path begins.
            field: The field, with the rest of the path.
            entity: The record that the part shows.
            above: Path of the part in that record.
        """
        name, *rest = field.path
        if is_list(node):
            for item in node:
                self._add(item, field, entity, above)
        elif is_record(node):
            path = f"{above}.{name}" if above else name
            if not rest:
                inner = (below[name] for below in node.values() if name in as_record(below))
                value = next(inner, None) if above else None  # an entry shows one of its parts
                node[name] = self._own(entity, path, field.schema) if value is None else value
                return
            below = node.setdefault(name, {})
            target = self._target(name, entity) if rest == ["id"] or "id" in below else None
            self._add(
                below, field._replace(path=tuple(rest)), target or entity, "" if target else path
            )

    def completed(self, schema: Any, value: Any, table: Table, ids: tuple[str, ...]) -> Any:
        """Return a value with all parts required by the schema; existing parts are kept.

        Args:
            schema: OpenAPI schema of the value.
            value: The value so far; ``None`` for nothing.
            table: The table of the value.
            ids: Ids in the path.
        """
        return self._completed(schema, value, Entity(table, ids, 1), "")

    def _completed(self, schema: Any, value: Any, entity: Entity, path: str) -> Any:
        resolve = self._api.resolved
        if value is None and not resolve(schema).get("nullable"):
            return self._value(schema, entity, path, Nesting())
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
        """Return whether responses omit a property; a write-only id is not omitted."""
        own = as_record(schema).get("writeOnly")
        return name != "id" and bool(own or self._api.resolved(schema).get("writeOnly"))

    def _value(self, schema: Any, entity: Entity, path: str, nesting: Nesting) -> Any:
        shape = plain(schema, self._api.resolved)
        nesting = nesting.into(schema)
        chance = self._relations.chance(entity, path)
        enum = _choices(shape, entity.table, path)
        fact = self._fact(entity, path, enum)
        if fact is not None:
            return fact
        if enum:
            described = as_record(entity.table.row.get("properties")).get(path)
            own = _choices(plain(described, self._api.resolved), entity.table, path)
            return _choice(enum, own, chance)
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

    def _object(self, schema: Any, entity: Entity, path: str, nesting: Nesting) -> Record:
        shape = plain(schema, self._api.resolved)
        required = shape.get("required", ())
        result: Record = {}
        for name, below in _properties(shape).items():
            if nesting.is_spent and (name not in required or self._is_container(below)):
                continue
            if nesting.recurs(below) or self._is_secret(name, below):
                continue
            where = f"{path}.{name}" if path else name
            if where in vocabulary.UNPUBLISHED and self._is_draft(entity):
                result[name] = vocabulary.UNPUBLISHED[where]
                continue
            nullable = self._api.resolved(below).get("nullable")
            optional = nullable and name not in {*required, *vocabulary.NEVER_NULL}
            absent = optional and self._relations.chance(entity, f"{where}?") % _NULLS == 0
            result[name] = None if absent else self._value(below, entity, where, nesting)
        return result

    def _is_container(self, schema: Any) -> bool:
        return type_name(plain(schema, self._api.resolved)) in {"object", "array", ""}

    def _array(self, shape: Record, entity: Entity, path: str, nesting: Nesting) -> list[Any]:
        items = shape.get("items")
        if nesting.recurs(items) or nesting.is_spent:
            return []
        item = plain(items, self._api.resolved)
        count = max(min(shape.get("minItems", 0), _MOST_ITEMS), min(2, shape.get("maxItems", 2)))
        choices = [choice for choice in item.get("enum", ()) if choice is not None]
        if choices:
            return choices[: max(count, 1)]
        targets = self._relations.targets(path, entity, count) if _is_reference(item) else None
        if targets is None:
            values = [self._value(items, entity, f"{path}.{n}", nesting) for n in range(count)]
            return [value for n, value in enumerate(values) if value not in values[:n]]
        return [self._shown(item, target, nesting.into(items)) for target in targets[:_MOST_ITEMS]]

    def _reference(self, shape: Record, entity: Entity, path: str, nesting: Nesting) -> Record:
        """Invent an object; with an id, it shows a record of another table."""
        own = entity.table.identifier.startswith(f"{path}.")
        refers = _is_reference(shape) and not own
        target = self._target(vocabulary.last(path), entity) if refers else None
        if target is None:
            return self._object(shape, entity, path, nesting)
        return self._shown(shape, target, nesting)

    def _shown(self, shape: Record, target: Entity, nesting: Nesting) -> Record:
        """Invent a reference: some properties of the target record."""
        reference = self._object(shape, target, "", nesting)
        supplied = self._relations.supplied(target)
        return reference if supplied is None else _overlaid(reference, supplied)

    def _target(self, name: str, entity: Entity) -> Entity | None:
        """Choose the target of a property; a vendor is an account of that type."""
        target = self._relations.target(name, entity)
        role = "vendor" if _is_product(entity.table) and name == "owner" else None
        role = vocabulary.ROLES.get(name, role)
        if target is None or role is None or "type" not in target.table.properties:
            return target
        size = self._relations.size(target.table, target.ids)
        turns = (replace(target, number=1 + (target.number - 1 + n) % size) for n in range(size))
        return next((account for account in turns if self._own(account, "type") == role), target)

    def _own(self, entity: Entity, name: str, schema: Any = None) -> Any:
        """Return the value of an entity's property; ``schema`` is for one that the row lacks."""
        supplied = self._relations.supplied(entity)
        if supplied is not None and name in supplied:
            return supplied[name]
        if name in vocabulary.UNPUBLISHED and self._is_draft(entity):
            return vocabulary.UNPUBLISHED[name]
        schema = as_record(entity.table.row.get("properties")).get(name, schema)
        return self._value(schema, entity, name, Nesting())

    def _fact(self, entity: Entity, path: str, choices: Collection[Any]) -> Any:
        """Return the value of a property that relations determine; ``None`` for others."""
        if path == "status" and entity.number == 1 and _is_product(entity.table):
            return "draft" if "draft" in choices else None
        owner = self._relations.owner(entity)
        if owner is None or path not in {"primary", "instance_id", "name", "type"}:
            return None
        if path == "primary":
            return self._relations.is_first(entity)
        if path == "instance_id":
            return self._relations.id_of(owner)
        noun = vocabulary.one_of(owner.table.name)
        if "instance_id" not in entity.table.properties or (path == "type" and noun not in choices):
            return None
        return noun if path == "type" else self._own(owner, "name")

    def _is_draft(self, entity: Entity) -> bool:
        return _is_product(entity.table) and self._own(entity, "status") == "draft"

    def _number(self, shape: Record, entity: Entity, path: str, chance: int) -> float:
        if path in {entity.table.identifier, "id"}:
            return entity.number
        low = int(shape.get("minimum", 0))
        high = int(shape.get("maximum", low + 99))
        return low + chance % max(min(high, low + 999) - low + 1, 1)

    def _text(self, shape: Record, entity: Entity, path: str, chance: int) -> str:
        table, number = entity.table, entity.number
        name = vocabulary.last(path)
        if path == "id" and table.identifier in ("id", ""):
            return self._relations.id_of(entity)
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

    def _formatted(self, form: str, name: str, entity: Entity, path: str) -> str | None:
        if form in ("datetime", "date-time"):
            return timestamp(self._moment(entity, path))
        if form == "date":
            return self._moment(entity, path).date().isoformat()
        return vocabulary.formatted(form, name, entity.number, self._relations.chance(entity, path))

    def _moment(self, entity: Entity, path: str) -> datetime:
        size = self._relations.size(entity.table)
        later = 0.0 if "created" in path else self._relations.chance(entity, path) % 20 / 20
        return Timeline(size, self._until).at(min(entity.number, size), later)


def _choices(shape: Record, table: Table, path: str) -> Sequence[Any]:
    """Return the allowed values of a property, also from a filter's enum missing in the schema."""
    field = table.fields.get(path)
    of_field = field.enum if field and type_name(shape) == "string" else ()
    return shape.get("enum") or of_field


def _choice(enum: Sequence[Any], own: Sequence[Any], chance: int) -> Any:
    """Choose a value; in a reference, the target's value if that is allowed."""
    allowed, mine = ([value for value in values if value is not None] for values in (enum, own))
    value = mine[chance % len(mine)] if mine else None
    if value in allowed:
        return value
    return allowed[chance % len(allowed)] if allowed else None


def _is_product(table: Table) -> bool:
    """Return whether a table contains Connect's products, which have versions."""
    return table.name == "products" and "visibility.owner" in table.fields


def _is_reference(schema: Record) -> bool:
    return "id" in as_record(schema.get("properties"))


def _overlaid(invented: Record, supplied: Record) -> Record:
    """Return an object with values of another object for properties that both have."""
    return {
        name: _overlaid(value, supplied[name])
        if is_record(value) and is_record(supplied.get(name))
        else supplied.get(name, value)
        for name, value in invented.items()
    }


def _properties(schema: Record) -> Record:
    """Return the properties of an object; a required name without a schema is a string."""
    described = as_record(schema.get("properties"))
    others = {n: {"type": "string"} for n in schema.get("required", ()) if n not in described}
    return described | others
