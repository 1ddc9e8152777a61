"""The changes of a plan that makes a collection equal to rows, and their table. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from cnct.openapi.shapes import Object, Record
from cnct.rows.compared_fields import Fields
from cnct.rows.differences import Difference, changes_of
from cnct.rows.hidden_values import hidden, masked
from cnct.text import clean

ChangeVerb: TypeAlias = Literal["create", "update", "delete", "same", "extra"]

_MOST_LINES = 40  # changes in a table
_LONGEST = 100  # characters of a change's text


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A row of a plan: a resource to create, update or delete, or one that stays.

    Attributes:
        verb: ``create``, ``update``, ``delete``; ``same`` for a resource that is equal to its row;
            ``extra`` for one that no row has, and that stays.
        key: The key as text; empty for a resource without one.
        id: Id of the resource; ``None`` for ``create``.
        row: The row of a ``create`` or ``update``, otherwise ``None``.
    """

    verb: ChangeVerb
    key: str
    id: str | int | None = None
    row: Record | None = field(default=None, repr=False)  # may have passwords
    _text: bytes = field(default=b"", repr=False)  # JSON: less memory than the decoded resource
    _fields: Fields | None = field(default=None, repr=False)

    @property
    def resource(self) -> dict[str, Any] | None:
        """The resource as it was read for the plan, of an ``update`` or ``delete``."""
        return json.loads(self._text) if self._text else None

    @property
    def difference(self) -> Difference:
        """The fields that a ``create`` or ``update`` sets, as a table; empty for other verbs."""
        return Difference() if self.row is None else self._changes_in(self.resource or {})

    @property
    def payload(self) -> dict[str, Any] | None:
        """The payload of a ``create`` or ``update``; ``None`` for other verbs."""
        return None if self.row is None else self.difference.as_payload()

    def _changes_in(self, resource: Object) -> Difference:
        """Return the fields of the row that differ from a resource."""
        return changes_of(self.row or {}, resource, self._fields)

    def __str__(self) -> str:
        """Return verb, key, id and contents in one line."""
        return clean("  ".join(cell for cell in self._cells() if cell))

    def _cells(self) -> tuple[str, str, str, str]:
        text = ""
        if self.verb == "update":
            text = "; ".join(map(str, self.difference))
        elif self.verb == "create":
            text = json.dumps(masked(hidden(self.payload)), ensure_ascii=False, default=str)
        text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        return self.verb, self.key, "" if self.id is None else str(self.id), text


def change_lines(changes: Sequence[PlannedChange]) -> Iterator[str]:
    """Yield the lines of a table of changes, at most 40 of them."""
    cells = [tuple(map(clean, change._cells())) for change in changes[:_MOST_LINES]]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)][:-1]
    for *first, last in cells:
        padded = [text.ljust(width) for text, width in zip(first, widths, strict=True)]
        yield "  ".join([*padded, last]).rstrip()
    if len(changes) > _MOST_LINES:
        yield f"and {len(changes) - _MOST_LINES:,} more"
