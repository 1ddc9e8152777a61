"""The result of a write that creates a missing resource. No I/O."""

from __future__ import annotations

from typing import Any, TypeVar

from cnct.openapi.shapes import as_object
from cnct.rows.differences import Difference
from cnct.text import clean

RowT = TypeVar("RowT")


class Upserted(tuple[RowT, bool]):  # noqa: SLOT001 - a tuple's slots must be empty
    """A resource, and whether the call created the resource: ``row, created = ...``.

    Attributes:
        difference: The fields that an update has sent; falsy if the resource was created, or
            already as wanted.
    """

    difference: Difference

    def __new__(
        cls, row: RowT, created: bool, difference: Difference | None = None
    ) -> Upserted[RowT]:
        """Return the pair of row and flag."""
        pair = super().__new__(cls, (row, created))
        pair.difference = difference or Difference()
        return pair

    @property
    def row(self) -> RowT:
        """The resource, as the server returned it last."""
        return self[0]

    @property
    def created(self) -> bool:
        """Whether the call created the resource."""
        return self[1]

    @property
    def changed(self) -> bool:
        """Whether the call created or updated the resource."""
        return self.created or bool(self.difference)

    def __getnewargs__(self) -> tuple[Any, ...]:
        """Pickle and copy with the difference."""
        return (*self, self.difference)

    def __repr__(self) -> str:
        """Return the id and the action of the call."""
        action = "created" if self.created else "updated" if self.difference else "unchanged"
        return clean(f"<Upserted {as_object(self.row).get('id')}: {action}>")
