"""The file of a mirror: the owner, the collections, and their rows and tables.

Fetches nothing. The lines of the rows are in `ledger`.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from cnct.data.columns import Column
from cnct.data.mirror.descriptions import carried, described, table_of, table_text
from cnct.data.mirror.fetched_fields import FetchedFields
from cnct.data.mirror.ledger import Ledger
from cnct.data.mirror.opening import opened, sqlite_errors, writing
from cnct.data.mirror.state import CollectionState, RowCounts
from cnct.data.mirror.views import view_name, view_sql
from cnct.exceptions import MirrorError
from cnct.store import Table
from cnct.store.sql import quoted

_TABLES = """
CREATE TABLE IF NOT EXISTS "cnct.facts" (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS "cnct.tables" (key TEXT PRIMARY KEY, description TEXT);
CREATE TABLE IF NOT EXISTS "cnct.columns" (key TEXT PRIMARY KEY, columns TEXT);
CREATE TABLE IF NOT EXISTS "cnct.collections" (
    path TEXT PRIMARY KEY, key TEXT, parent TEXT, selection TEXT, field TEXT, cursor TEXT,
    progress TEXT, reconciled TEXT
)
"""


class MirrorFile:
    """A mirror's database. Safe to use from several threads; one process at a time may write.

    Args:
        path: The file, created if missing; or ``:memory:``.
        is_read_only: Whether to write nothing and wait for no writer; the file must exist.

    Raises:
        MirrorError: If the file is something else, or cannot be opened.

    Attributes:
        path: As passed.
        storage: The rows, by table and parent.
        ledger: The lines of the rows, with the numbers of their changes.
    """

    def __init__(self, path: str, *, is_read_only: bool = False) -> None:
        self.path = path
        self.storage = opened(path, is_read_only=is_read_only)
        self.ledger = Ledger(self.storage)
        self._tables: dict[str, tuple[str, Table]] = {}
        if is_read_only:
            return
        with ExitStack() as undo:
            undo.callback(self.storage.close)
            with sqlite_errors(path):
                for statement in _TABLES.split(";"):
                    self.storage.run(statement)
                self.ledger.prepare()
            undo.pop_all()

    def close(self) -> None:
        """Close the database."""
        self.storage.close()

    def writing(self) -> AbstractContextManager[None]:
        """Hold the lock of the only writer for a ``with`` block.

        Raises:
            MirrorError: If another mirror holds the lock.
        """
        return writing(self.path)

    def fact(self, name: str) -> str:
        """Return a fact: ``endpoint``, ``account``, ``user`` or ``document``; empty if unknown."""
        rows = self.storage.run('SELECT value FROM "cnct.facts" WHERE name = ?', [name])
        return rows[0][0] if rows else ""

    def note_fact(self, name: str, value: str) -> None:
        """Store a fact, never the API key."""
        if self.fact(name) != value:
            self.storage.run('INSERT OR REPLACE INTO "cnct.facts" VALUES (?, ?)', [name, value])

    def states(self) -> list[CollectionState]:
        """Return the state of each collection, in the order of their paths."""
        rows = self.storage.run('SELECT * FROM "cnct.collections" ORDER BY path')
        return [_state(row) for row in rows]

    def state(self, path: str) -> CollectionState | None:
        """Return the state of the collection at a path; ``None`` if never synchronised."""
        rows = self.storage.run('SELECT * FROM "cnct.collections" WHERE path = ?', [path])
        return _state(rows[0]) if rows else None

    def save(self, state: CollectionState) -> None:
        """Store the state of a collection; one that was read to its end gets its indexes."""
        values = state._replace(selection=())._asdict() | {"selection": json.dumps(state.selection)}
        marks = ", ".join("?" * len(values))
        self.storage.run(
            f'INSERT OR REPLACE INTO "cnct.collections" VALUES ({marks})', [*values.values()]
        )
        if state.is_complete:
            self.storage.index(self.table(state.key))

    def table(self, key: str) -> Table:
        """Return the stored description of the table of a collection in the mirror."""
        rows = self.storage.run('SELECT description FROM "cnct.tables" WHERE key = ?', [key])
        text = rows[0][0]
        if self._tables.get(key, ("",))[0] != text:
            self._tables[key] = text, table_of(text)  # with what it derives, once each
        return self._tables[key][1]

    def describe(self, table: Table) -> None:
        """Store the description of a table by the present document.

        Where the document has new fields that responses carry, rows that are kept lack them, so
        that their collections have to be read again.
        """
        text = table_text(described(table))
        rows = self.storage.run('SELECT description FROM "cnct.tables" WHERE key = ?', [table.key])
        if rows and rows[0][0] == text:
            return
        with self.transaction():
            self.storage.run(
                'INSERT OR REPLACE INTO "cnct.tables" VALUES (?, ?)', [table.key, text]
            )
            before = table_of(rows[0][0]) if rows else None
            is_changed = before is not None and before.columns != table.columns
            # Before readers learn of its columns.
            self.storage.prepare(self.table(table.key), is_changed=is_changed)
            if before is not None and carried(table) - carried(before):
                self.storage.run(
                    """UPDATE "cnct.collections" SET cursor = '', progress = '' WHERE key = ?""",
                    [table.key],
                )

    def show(self, key: str, columns: Sequence[Column]) -> None:
        """Store the columns of a table, and create the view with those that are fetched.

        Args:
            key: Key of the table.
            columns: All columns of the document.
        """
        text = json.dumps(columns)
        self.storage.run('INSERT OR REPLACE INTO "cnct.columns" VALUES (?, ?)', [key, text])
        table = self.table(key)
        fetched = [FetchedFields(table, state.selection) for state in self._of(key)]
        names = {
            column.name for column in columns if any(fields.has(column.name) for fields in fetched)
        }
        # Rows have the values of fields with two names under the other one.
        kept = [column for column in columns if column.name in names - table.aliases]
        view = view_name(key)
        sql = view_sql(view, table.key, kept, is_nested="{}" in key)
        if self.storage.run("SELECT sql FROM sqlite_master WHERE name = ?", [view]) != [(sql,)]:
            with self.transaction():
                self.storage.run(f"DROP VIEW IF EXISTS {quoted(view)}")
                self.storage.run(sql)

    def columns(self, key: str) -> list[Column]:
        """Return the stored columns of a table."""
        rows = self.storage.run('SELECT columns FROM "cnct.columns" WHERE key = ?', [key])
        return [Column(name, tuple(path), type_) for name, path, type_ in json.loads(rows[0][0])]

    def _of(self, key: str) -> list[CollectionState]:
        return [state for state in self.states() if state.key == key]

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Commit rows and states within together, or nothing."""
        with self.storage.transaction():
            yield

    def write(self, state: CollectionState, rows: Iterable[Any], moment: str) -> RowCounts:
        """Write rows of a collection, and return the counts; see `Ledger.write`."""
        return self.ledger.write(state, self.table(state.key), rows, moment)

    def see(self, state: CollectionState, rows: Iterable[Any]) -> None:
        """Note the ids of rows that the server has, for the running sweep."""
        self.ledger.see(state, self.table(state.key), rows)

    def remove(self, state: CollectionState, keys: Iterable[str], moment: str) -> RowCounts:
        """Remove rows of a collection, and return the counts."""
        return self.ledger.remove(state, self.table(state.key), keys, moment)

    def forget(self, path: str) -> None:
        """Delete a collection with its rows.

        Raises:
            MirrorError: If the mirror has no such collection.
        """
        state = self.state(path)
        if state is None:
            raise MirrorError(f"{self.path} has no collection {path}")
        with self.transaction():
            self.ledger.forget(state, self.table(state.key))
            self.storage.run('DELETE FROM "cnct.collections" WHERE path = ?', [path])
            if not self._of(state.key):
                self.storage.run(f"DROP VIEW IF EXISTS {quoted(view_name(state.key))}")


def _state(row: tuple[Any, ...]) -> CollectionState:
    state = CollectionState(*row)
    return state._replace(selection=tuple(json.loads(str(row[3]))))
