"""What a mirror records about a collection and about a row. Reads and writes nothing."""

from __future__ import annotations

from typing import NamedTuple


class CollectionState(NamedTuple):
    """The state of a mirrored collection.

    Attributes:
        path: Path below the endpoint: ``products/PRD-1/items``.
        key: Path with ``{}`` for every id, which names the table: ``products/{}/items``.
        parent: The ids above the rows, joined by ``/``; empty for a collection at the top.
        selection: Arguments of ``select()`` with which rows are read.
        field: Field that finds changed or new rows; empty if all rows are read each time.
        cursor: Server's time at the start of the last run that was completed, in ISO 8601; empty
            before the first.
        progress: Progress of an interrupted run, as JSON; empty if there is none.
        reconciled: Server's time at the start of the last `reconcile`; empty before the first.
    """

    path: str
    key: str
    parent: str = ""
    selection: tuple[str, ...] = ()
    field: str = ""
    cursor: str = ""
    progress: str = ""
    reconciled: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether the collection was read to its end at least once, with this selection."""
        return bool(self.cursor)


class RowCounts(NamedTuple):
    """Numbers of rows that were written to a mirror.

    Attributes:
        added: Rows that the mirror did not have.
        changed: Rows that differ from those before.
        removed: Rows that were removed.
        unchanged: Rows that were read, and equal those before.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    def plus(self, other: RowCounts) -> RowCounts:
        """Return the sums of both."""
        return RowCounts(*map(sum, zip(self, other, strict=True)))
