"""Reads which rows of a mirror were added, changed and removed, in the order of the changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from cnct.data.mirror.file import MirrorFile
from cnct.data.mirror.reading import MirrorReading, segments
from cnct.data.mirror.state import CollectionState
from cnct.exceptions import MirrorError
from cnct.openapi.shapes import Record

_BATCH = 200  # rows in memory
_LINES = """
SELECT path, id, number, added, moment, removed FROM "cnct.rows"
WHERE number > ? AND path IN (SELECT value FROM json_each(?)) ORDER BY number LIMIT ?
"""


Kind: TypeAlias = Literal["added", "changed", "removed"]


class RowChange(NamedTuple):
    """The last change of a row.

    Attributes:
        number: Number of the change. Each change of the mirror has a greater one, so that
            ``changes(since=number)`` continues after this one.
        kind: ``added``, ``changed`` or ``removed``, compared with the mirror at ``since``.
        collection: Path of the collection.
        id: Id of the row.
        row: The present row; for one that was removed, as last read.
        moment: Server's time of the run that found the change, in ISO 8601.
    """

    number: int
    kind: Kind
    collection: str
    id: str
    row: Record
    moment: str


class _Line(NamedTuple):
    """A line of the ledger; ``removed`` has the last version of a row that was removed."""

    path: str
    id: str
    number: int
    added: int
    moment: str
    removed: str | None


class MirrorChanges:
    """The changes of a mirror after one of them, read in batches.

    A row that changes again during the reading comes again, with the new number.

    Args:
        reading: The mirror.
        since: Number of a change; 0 for all rows.
        paths: Collections; empty for all.
    """

    def __init__(self, reading: MirrorReading, since: int, paths: Sequence[str]) -> None:
        self._reading = reading
        self._since = since
        self._paths = paths
        self._number = since

    def batch(self) -> list[RowChange]:
        """Return the next changes, in the order of their numbers; none after the last.

        Raises:
            MirrorError: If the mirror lacks one of the collections.
        """
        with self._reading.errors():
            file = self._reading.file
            states = self._states(file.states())
            while True:
                params = [self._number, json.dumps([state.path for state in states]), _BATCH]
                lines = [_Line(*line) for line in file.storage.run(_LINES, params)]
                if not lines:
                    return []
                self._number = lines[-1].number
                changes = [
                    change for state in states for change in self._changes(file, state, lines)
                ]
                if changes:
                    return sorted(changes, key=lambda change: change.number)

    def _states(self, states: Sequence[CollectionState]) -> Sequence[CollectionState]:
        if not self._paths:
            return states
        places = {tuple(segments(state.path)): state for state in states}
        for path in self._paths:
            if tuple(segments(path)) not in places:
                raise MirrorError(f"{path} is not in the mirror: write mirror.sync({path!r}) first")
        return [places[tuple(segments(path))] for path in self._paths]

    def _changes(
        self, file: MirrorFile, state: CollectionState, lines: Sequence[_Line]
    ) -> Iterator[RowChange]:
        """Yield the changes of a collection among some lines.

        Rows that were removed before the reading began are left out if all rows are read, and
        those that were removed since: their lines come again.
        """
        lines = [line for line in lines if line.path == state.path]
        keys = [line.id for line in lines if line.removed is None]
        rows = file.storage.get_many(file.table(state.key), state.parent, keys) if keys else {}
        for line in lines:
            kind: Kind = "added" if line.added > self._since else "changed"
            row = rows.get(line.id)
            if line.removed is not None and self._since:
                kind, row = "removed", json.loads(line.removed)
            if row is not None:
                yield RowChange(line.number, kind, state.path, line.id, row, line.moment)
