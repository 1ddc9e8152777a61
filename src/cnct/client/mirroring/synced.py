"""Results of a mirror's run. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cnct.data.mirror.state import RowCounts


class SyncCounts(NamedTuple):
    """Counts of a collection.

    Attributes:
        added: Rows that the mirror did not have.
        changed: Rows that differ from those before.
        removed: Rows that the server no longer has; found by `reconcile`, and by `sync` where each
            run reads all rows.
        unchanged: Rows that were read, and equal those before.
        calls: Calls that were made, retries included.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    calls: int = 0

    def __str__(self) -> str:
        """Return the counts as text, without those that are 0."""
        counts = [f"{count:,} {name}" for name, count in self._asdict().items() if count]
        return ", ".join(counts) or "nothing"


class Synced(Mapping[str, SyncCounts]):
    """Counts of a run, by path of the collection.

    Examples:
        ``mirror.sync("requests")["requests"].added``
    """

    def __init__(self) -> None:
        self._counts: dict[str, SyncCounts] = {}

    def add(self, path: str, rows: RowCounts, calls: int) -> None:
        """Store the counts of a collection."""
        self._counts[path] = SyncCounts(*rows, calls)

    @property
    def total(self) -> SyncCounts:
        """The sums of all collections."""
        return SyncCounts(*map(sum, zip(*self._counts.values(), strict=True)))

    def __getitem__(self, path: str) -> SyncCounts:
        """Return the counts of a collection."""
        return self._counts[path]

    def __iter__(self) -> Iterator[str]:
        """Yield the paths."""
        return iter(self._counts)

    def __len__(self) -> int:
        """Return the number of collections."""
        return len(self._counts)

    def __repr__(self) -> str:
        """Return the counts of each collection."""
        texts = [f"{path}: {counts}" for path, counts in self._counts.items()]
        return f"<Synced {'; '.join(texts) or 'no collections'}>"
