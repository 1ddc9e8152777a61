"""Describes tables: the records of one path of the API, and the fields that queries may name.

Stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from cnct.openapi.fields import FilterField, selectable
from cnct.openapi.shapes import Record, as_record

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000  # docs/rql.md, "Default and maximum"


class FieldColumn(NamedTuple):
    """A column that holds the values of one field.

    Attributes:
        path: Property names on the way to the value.
        type: Type of the field, as `FilterField` has it.
        many: Whether the column holds a JSON array, because the path leads through arrays.
        is_alias: Whether the path can be another name of the property's own.
    """

    path: tuple[str, ...]
    type: str
    many: bool
    is_alias: bool


@dataclass(frozen=True)
class Table:
    """A collection whose records are stored.

    Attributes:
        key: Path with ``{}`` for every id: ``products/{}/items``. Names the SQL table.
        fields: Fields by dotted name.
        many: Fields whose path leads through arrays, each with the dotted path of the array; a
            field under several arrays has their paths separated by spaces.
        default_limit: Rows of a page without a limit; ``None`` for all of them.
        max_limit: Most rows of a page; ``None`` for no maximum.
        properties: Names of the record's own properties, as far as the document has them.
        identifier: Property that holds the id of a record, mostly ``id``; ``locale.id`` if it is
            inside another one. Empty if records have no id.
        row: Schema of a record; empty if the document has none.
        aliases: Names of fields that the schema has no property for: ``product_id`` for
            ``product.id``.
    """

    key: str
    fields: Mapping[str, FilterField] = field(default_factory=dict[str, FilterField])
    many: Mapping[str, str] = field(default_factory=dict[str, str])
    default_limit: int | None = DEFAULT_LIMIT
    max_limit: int | None = MAX_LIMIT
    properties: frozenset[str] = frozenset()
    identifier: str = "id"
    row: Record = field(default_factory=dict[str, Any])
    aliases: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.key.rpartition("/")[2]

    def id_of(self, record: Record) -> str:
        """Return the id of a record; empty if it has none."""
        value: Any = record
        for name in self.identifier.split("."):
            value = as_record(value).get(name)
        return "" if value is None else str(value)

    @cached_property
    def columns(self) -> list[FieldColumn]:
        """Columns of the fields, in their order."""
        return [
            FieldColumn(
                tuple(name.split(".")), filter_.type, name in self.many, name in self.aliases
            )
            for name, filter_ in self.fields.items()
        ]

    @cached_property
    def elements(self) -> dict[str, tuple[str, str]]:
        """For each field under an array: the array's alias in SQL, and its first field."""
        first: dict[str, str] = {}
        for name in self.fields:
            if name in self.many:
                first.setdefault(self.many[name], name)
        aliases = {array: f"list{number}" for number, array in enumerate(first)}
        return {name: (aliases[array], first[array]) for name, array in self.many.items()}

    @cached_property
    def selectable(self) -> frozenset[str]:
        """Names that ``select`` takes: the fields, and the objects that contain them."""
        return selectable(self.fields)

    @cached_property
    def indexed(self) -> frozenset[str]:
        """Names of the fields that queries use most: ids, choices and orderable ones."""
        return frozenset(
            name
            for name, filter_ in self.fields.items()
            if name not in self.many
            and (filter_.orderable or filter_.enum or f".{name}".endswith(".id"))
        )

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Names of the fields that answers carry only if ``select`` names them.

        Properties that the schema requires are not among them, though a document may hide them.
        """
        hidden = {name for name, filter_ in self.fields.items() if filter_.hidden}
        return frozenset(hidden - {*self.row.get("required", ())})
