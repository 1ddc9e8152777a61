"""Tables: the records of one path of the API, and what can be asked of them. Stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cnct.openapi.fields import FilterField
from cnct.openapi.shapes import Record, as_record

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000  # RQL.md section 3, "Default and maximum"


@dataclass(frozen=True)
class Table:
    """A list of records.

    Attributes:
        key: Its path, ids replaced by ``{}``: ``products/{}/items``.
        fields: Its filters by name.
        many: The filters that look into lists, and so can hold several values: where the lists
            are, by name of the filter.
        default_limit: Rows of a page if nothing is asked; ``None`` for all of them.
        max_limit: The most rows of a page.
        properties: Names of the record's own properties, as far as the document tells.
        identifier: The property that a path names a record by, mostly ``id``; ``locale.id`` for one
            that is inside another. Empty if the records have none.
        row: Schema of a record, as far as the document tells.
    """

    key: str
    fields: Mapping[str, FilterField] = field(default_factory=dict[str, FilterField])
    many: Mapping[str, str] = field(default_factory=dict[str, str])
    default_limit: int | None = DEFAULT_LIMIT
    max_limit: int | None = MAX_LIMIT
    properties: frozenset[str] = frozenset()
    identifier: str = "id"
    row: Record = field(default_factory=dict[str, Any])

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.key.rpartition("/")[2]

    def id_of(self, record: Record) -> str:
        """Return what a path calls a record; empty if nothing does."""
        value: Any = record
        for name in self.identifier.split("."):
            value = as_record(value).get(name)
        return "" if value is None else str(value)

    @cached_property
    def columns(self) -> list[tuple[tuple[str, ...], str, bool]]:
        """What is stored of a record for each filter: its path, its type, whether it is many."""
        return [
            (tuple(name.split(".")), filter_.type, name in self.many)
            for name, filter_ in self.fields.items()
        ]

    @cached_property
    def elements(self) -> dict[str, tuple[str, str]]:
        """Name, for each filter that looks into a list, that list and the first filter for it."""
        first: dict[str, str] = {}
        for name in self.fields:
            if name in self.many:
                first.setdefault(self.many[name], name)
        numbers = {place: f"list{number}" for number, place in enumerate(first)}
        return {name: (numbers[place], first[place]) for name, place in self.many.items()}

    @cached_property
    def selectable(self) -> frozenset[str]:
        """Names that ``select`` takes: the filters and everything above them."""
        names: set[str] = set()
        for name in self.fields:
            parts = name.split(".")
            names.update(".".join(parts[: end + 1]) for end in range(len(parts)))
        return frozenset(names)

    @cached_property
    def indexed(self) -> frozenset[str]:
        """Names of the filters that are looked up or ordered by most: states, ids and orders."""
        return frozenset(
            name
            for name, filter_ in self.fields.items()
            if name not in self.many
            and (filter_.orderable or filter_.enum or f".{name}".endswith(".id"))
        )

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Names that answers carry only if ``select`` asks for them.

        What the schema requires is not among them, though a document may call it hidden.
        """
        hidden = {name for name, filter_ in self.fields.items() if filter_.hidden}
        return frozenset(hidden - {*self.row.get("required", ())})
