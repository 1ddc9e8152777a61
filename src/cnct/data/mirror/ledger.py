"""Compares rows with those in the mirror, and records which were added, changed and removed.

Each change has a number; a row keeps that of its last change, so that the ledger has one line for
each id that ever was in the mirror.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

from cnct.data.mirror.state import CollectionState, RowCounts
from cnct.exceptions import MirrorError
from cnct.openapi.shapes import Record, is_record
from cnct.store import Storage, Table
from cnct.store.columns import json_text

_TABLES = """
CREATE TABLE IF NOT EXISTS "cnct.rows" (
    path TEXT, id TEXT, hash TEXT, number INTEGER, added INTEGER, moment TEXT, first_seen TEXT,
    removed TEXT, PRIMARY KEY (path, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS "cnct.rows:number" ON "cnct.rows" (number);
CREATE TABLE IF NOT EXISTS "cnct.forgotten" (number INTEGER);
CREATE TEMP TABLE IF NOT EXISTS "cnct.seen" (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_WRITE = """
INSERT INTO "cnct.rows" VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?5, NULL)
ON CONFLICT (path, id) DO UPDATE SET
    hash = ?3, number = ?4, moment = ?5, removed = NULL,
    added = iif(removed IS NULL, added, ?4),
    first_seen = iif(removed IS NULL, first_seen, ?5)
"""
_REMOVE = """
UPDATE "cnct.rows" SET number = ?, moment = ?, removed = ? WHERE path = ? AND id = ?
"""
_HASH_BYTES = 16


class _Kept(NamedTuple):
    hash: str
    is_removed: bool


class Ledger:
    """The lines of a mirror's rows.

    Args:
        storage: The database of the mirror.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def prepare(self) -> None:
        """Create the tables where they are missing."""
        for statement in _TABLES.split(";"):
            self._storage.run(statement)

    def write(
        self, state: CollectionState, table: Table, rows: Iterable[Any], moment: str
    ) -> RowCounts:
        """Write rows that are new or differ, all or none.

        Args:
            state: The collection.
            table: Table of the collection.
            rows: Rows, the later of two versions last.
            moment: Server's time, for the lines of the rows.

        Raises:
            MirrorError: If a row has no id.
        """
        records = _by_id(state, table, rows)
        with self._storage.transaction():
            before = self._kept(state.path, records)
            hashes = {key: _hash(record) for key, record in records.items()}
            fresh = [key for key in records if _differs(before.get(key), hashes[key])]
            number = self.last_number()
            lines = [
                (state.path, key, hashes[key], number + place, moment)
                for place, key in enumerate(fresh, 1)
            ]
            self._storage.put(table, state.parent, [records[key] for key in fresh])
            self._storage.run_many(_WRITE, lines)
        present = {key for key, kept in before.items() if not kept.is_removed}
        changed = len(present.intersection(fresh))
        return RowCounts(len(fresh) - changed, changed, 0, len(records) - len(fresh))

    def _kept(self, path: str, keys: Iterable[str]) -> dict[str, _Kept]:
        lines = self._storage.run(
            'SELECT id, hash, removed IS NOT NULL FROM "cnct.rows"'
            " WHERE path = ? AND id IN (SELECT value FROM json_each(?))",
            [path, json.dumps([*keys])],
        )
        return {key: _Kept(hash_, bool(is_removed)) for key, hash_, is_removed in lines}

    def last_number(self) -> int:
        """Return the number of the last change; 0 before the first."""
        lines = self._storage.run(
            # Each maximum is one step in an index; that of a union would read all lines.
            'SELECT max(ifnull((SELECT max(number) FROM "cnct.rows"), 0),'
            ' ifnull((SELECT max(number) FROM "cnct.forgotten"), 0))'
        )
        return int(lines[0][0])

    def start_sweep(self) -> None:
        """Forget the ids of the last sweep."""
        self._storage.run('DELETE FROM "cnct.seen"')

    def see(self, state: CollectionState, table: Table, rows: Iterable[Any]) -> None:
        """Note the ids of rows that the server has."""
        keys = _by_id(state, table, rows)
        self._storage.run_many(
            'INSERT OR IGNORE INTO "cnct.seen" VALUES (?)', [(key,) for key in keys]
        )

    def unknown(self, path: str) -> list[str]:
        """Return the ids of the sweep that the mirror does not have."""
        return self._ids(
            'SELECT id FROM "cnct.seen" EXCEPT'
            ' SELECT id FROM "cnct.rows" WHERE path = ? AND removed IS NULL',
            path,
        )

    def unseen(self, path: str) -> list[str]:
        """Return the ids in the mirror that the sweep did not meet."""
        return self._ids(
            'SELECT id FROM "cnct.rows" WHERE path = ? AND removed IS NULL EXCEPT'
            ' SELECT id FROM "cnct.seen"',
            path,
        )

    def _ids(self, sql: str, path: str) -> list[str]:
        return [key for (key,) in self._storage.run(sql, [path])]

    def remove(
        self, state: CollectionState, table: Table, keys: Iterable[str], moment: str
    ) -> RowCounts:
        """Remove rows, all or none, and keep their last versions in the lines."""
        removed = 0
        with self._storage.transaction():
            number = self.last_number()
            for removed, key in enumerate(keys, 1):
                record = self._storage.get(table, state.parent, key)
                line = (number + removed, moment, json_text(record), state.path, key)
                self._storage.run(_REMOVE, line)
                self._storage.delete(table, state.parent, key)
        return RowCounts(removed=removed)

    def forget(self, state: CollectionState, table: Table) -> None:
        """Delete the rows of a collection and their lines; their numbers are not used again."""
        with self._storage.transaction():
            number = self.last_number()
            self._storage.run('DELETE FROM "cnct.forgotten"')
            self._storage.run('INSERT INTO "cnct.forgotten" VALUES (?)', [number])
            self._storage.clear(table, state.parent)
            self._storage.run('DELETE FROM "cnct.rows" WHERE path = ?', [state.path])


def _by_id(state: CollectionState, table: Table, rows: Iterable[Any]) -> dict[str, Record]:
    records: dict[str, Record] = {}
    for row in rows:
        key = table.id_of(row) if is_record(row) else ""
        if not key:
            raise MirrorError(
                f"Rows of {state.path} have no {table.identifier or 'id'!r}, by which a mirror"
                " recognises them: read this collection from the server"
            )
        if records.setdefault(key, row) != row:
            raise MirrorError(
                f"Rows of {state.path} repeat the {table.identifier} {key!r}, by which a mirror"
                " recognises them: read this collection from the server"
            )
    return records


def _hash(record: Record) -> str:
    """Return the hash of a row, whatever the order of its properties."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).hexdigest()


def _differs(kept: _Kept | None, hash_: str) -> bool:
    return kept is None or kept.is_removed or kept.hash != hash_
