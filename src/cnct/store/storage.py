"""Stores records in SQLite: one SQL table for each `Table`, with a typed column for each field.

Every write is committed before the call returns, so that a database file survives a kill. Knows no
RQL: queries come as a `QueryPlan`.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cnct.openapi.shapes import Record
from cnct.store import logic
from cnct.store.columns import column_values, json_text
from cnct.store.comparables import fold
from cnct.store.query import QueryPlan
from cnct.store.sql import EVERY_ROW, SqlExpression, field_column, quoted, quoted_field
from cnct.store.tables import Table
from cnct.store.wildcards import matches

# No path has names like these, so no collection has such a table.
_OWN_TABLES = """
CREATE TABLE IF NOT EXISTS "cnct.notes" (topic TEXT, parent TEXT, PRIMARY KEY (topic, parent));
CREATE TABLE IF NOT EXISTS "cnct.files" (path TEXT PRIMARY KEY, content BLOB);
"""

_MOST_ROWS = 2**62  # SQLite's integers have 64 bits; nobody has as many rows
_MOST_COUNTS = 256  # that are remembered
_CACHE_KIB = 256 * 1024  # of database pages, in memory; only as much as there are records


class StoredPage(NamedTuple):
    """The rows of a page.

    Attributes:
        rows: Records as JSON texts.
        total: Number of rows on all pages.
    """

    rows: list[str]
    total: int

    @property
    def records(self) -> list[Record]:
        """The rows, decoded."""
        return [json.loads(row) for row in self.rows]


class Storage:
    """A database of records. Safe to use from several threads.

    A record lies in its `Table` below a parent: the ids above it, joined by ``/``; empty for a
    collection at the top.

    Args:
        database: A file, or ``:memory:``.
        is_read_only: Whether to write nothing, neither tables nor indexes, so that another process
            can write meanwhile. The file and its tables must exist.

    Raises:
        sqlite3.Error: If the file cannot be opened, or is no database.
    """

    def __init__(self, database: str | Path = ":memory:", *, is_read_only: bool = False) -> None:
        self._lock = threading.RLock()
        self._prepared: dict[str, Table] = {}
        self._indexed: set[str] = set()
        self._counts: dict[tuple[Any, ...], int] = {}  # since the last change
        self._version = 0  # of the file; changes with every commit of another process
        self._is_read_only = is_read_only
        if is_read_only:
            database = f"{Path(database).absolute().as_uri()}?mode=ro"
        self._connection = sqlite3.connect(
            database, check_same_thread=False, isolation_level=None, uri=is_read_only
        )
        try:
            self._set_up()
        except BaseException:
            self._connection.close()
            raise

    def _set_up(self) -> None:
        self._connection.create_function("fold", 1, _fold, deterministic=True)
        self._connection.create_function("matches", 2, matches, deterministic=True)
        self._connection.create_function(logic.NAME, -1, logic.evaluate, deterministic=True)
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if self._is_read_only:
            self._connection.execute("SELECT 1 FROM sqlite_master")  # refuses what is no database
            return
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_OWN_TABLES)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Commit everything within together, or nothing; other threads wait."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                self._prepared.clear()
                self._indexed.clear()
                raise
            finally:
                self._counts.clear()
            self._connection.execute("COMMIT")

    @contextmanager
    def _snapshot(self, table: Table) -> Generator[None]:
        """Read a table as it is now, whatever another process writes meanwhile."""
        self._searchable(table)
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    def is_empty(self) -> bool:
        """Return whether nothing was ever stored or noted."""
        tables = self._run("SELECT name FROM sqlite_master WHERE type = 'table'")
        return not any(self._run(f"SELECT 1 FROM {quoted(name)} LIMIT 1") for (name,) in tables)

    def note(self, topic: str, parent: str = "") -> None:
        """Remember a fact about the database, such as that a collection was filled."""
        self._run('INSERT OR IGNORE INTO "cnct.notes" VALUES (?, ?)', [topic, parent])

    def noted(self, topic: str, parent: str = "") -> bool:
        """Return whether a fact was noted."""
        query = 'SELECT 1 FROM "cnct.notes" WHERE topic = ? AND parent = ?'
        return bool(self._run(query, [topic, parent]))

    def keep_file(self, path: str, content: bytes) -> None:
        """Store a file at a path, in place of the one before."""
        self._run('INSERT OR REPLACE INTO "cnct.files" VALUES (?, ?)', [path, content])

    def file(self, path: str) -> bytes | None:
        """Return the file at a path."""
        rows = self._run('SELECT content FROM "cnct.files" WHERE path = ?', [path])
        return rows[0][0] if rows else None

    def insert(self, table: Table, parent: str, records: Iterable[Record]) -> None:
        """Add records, all or none.

        Raises:
            sqlite3.IntegrityError: If an id occurs twice.
        """
        with self.transaction():
            self._counts.clear()
            name = self._sql_table(table)
            first = self._run(f"SELECT ifnull(max(rowid), 0) FROM {name}")[0][0] + 1
            self._write(
                table,
                name,
                (
                    (parent, table.id_of(record) or str(number), record)
                    for number, record in enumerate(records, first)
                ),
            )

    def put(self, table: Table, parent: str, records: Iterable[Record]) -> None:
        """Add records, in place of those with the same ids; all or none."""
        columns = ["doc", *map(quoted_field, table.fields)]
        assignments = ", ".join(f"{name} = excluded.{name}" for name in columns)
        replacing = f" ON CONFLICT (parent, id) DO UPDATE SET {assignments}"
        with self.transaction():
            self._counts.clear()
            name = self._sql_table(table)
            rows = ((parent, table.id_of(record), record) for record in records)
            self._write(table, name, rows, replacing)

    def replace(self, table: Table, parent: str, key: str, record: Record) -> None:
        """Replace the record with an id."""
        columns = ["doc", *map(quoted_field, table.fields)]
        assignments = ", ".join(f"{name} = ?" for name in columns)
        self._change(
            f"UPDATE {self._sql_table(table)} SET {assignments} WHERE parent = ? AND id = ?",
            [json_text(record), *column_values(table, record), parent, key],
        )

    def delete(self, table: Table, parent: str, key: str) -> None:
        """Remove the record with an id."""
        self._change(
            f"DELETE FROM {self._sql_table(table)} WHERE parent = ? AND id = ?", [parent, key]
        )

    def clear(self, table: Table, parent: str) -> None:
        """Remove all records below a parent."""
        self._change(f"DELETE FROM {self._sql_table(table)} WHERE parent = ?", [parent])

    def get(self, table: Table, parent: str, key: str) -> Record | None:
        """Return the record with an id."""
        rows = self._run(
            f"SELECT doc FROM {self._sql_table(table)} WHERE parent = ? AND id = ?", [parent, key]
        )
        return json.loads(rows[0][0]) if rows else None

    def get_many(self, table: Table, parent: str, keys: Sequence[str]) -> dict[str, Record]:
        """Return the records with some ids, by id; without those that do not exist."""
        rows = self._run(
            f"SELECT id, doc FROM {self._sql_table(table)} WHERE parent = ?"
            " AND id IN (SELECT value FROM json_each(?))",
            [parent, json.dumps([*keys])],
        )
        return {key: json.loads(doc) for key, doc in rows}

    def first(self, table: Table, parent: str) -> Record | None:
        """Return the record with the lowest id."""
        rows = self._run(
            f"SELECT doc FROM {self._sql_table(table)} WHERE parent = ? ORDER BY id LIMIT 1",
            [parent],
        )
        return json.loads(rows[0][0]) if rows else None

    def page(self, table: Table, parent: str, plan: QueryPlan) -> StoredPage:
        """Return the page that a query asks for, and the number of all rows that match."""
        limit, offset = plan.slice.limit, plan.slice.offset
        where = plan.condition
        with self._snapshot(table):
            rows = self._run(
                f"SELECT doc FROM {self._searchable(table)} record{where.source} "
                f"WHERE record.parent = ? AND {where.sql} ORDER BY {plan.order} LIMIT ? OFFSET ?",
                [parent, *where.params, -1 if limit is None else limit, min(offset, _MOST_ROWS)],
            )
            total = len(rows) if limit is None else self.count(table, parent, where)
        return StoredPage(plan.selection.apply_to_rows([doc for (doc,) in rows]), total)

    def count(self, table: Table, parent: str, condition: SqlExpression = EVERY_ROW) -> int:
        """Count the rows that match."""
        key = (table.key, parent, condition.sql, *condition.params)
        with self._lock:
            self._forget_if_changed()
            if key not in self._counts:
                if len(self._counts) >= _MOST_COUNTS:
                    self._counts.clear()
                rows = self._run(
                    f"SELECT count(*) FROM {self._searchable(table)} record{condition.source} "
                    f"WHERE record.parent = ? AND {condition.sql}",
                    [parent, *condition.params],
                )
                self._counts[key] = rows[0][0]
            return self._counts[key]

    def _forget_if_changed(self) -> None:
        """Forget the counts if another process has written to the file."""
        version = self._run("PRAGMA data_version")[0][0]
        if version != self._version:
            self._version = version
            self._counts.clear()

    def matches(self, table: Table, parent: str, key: str, condition: SqlExpression) -> bool:
        """Return whether the record with an id exists and matches."""
        rows = self._run(
            f"SELECT 1 FROM {self._searchable(table)} record{condition.source} "
            f"WHERE record.parent = ? AND record.id = ? AND {condition.sql} LIMIT 1",
            [parent, key, *condition.params],
        )
        return bool(rows)

    def prepare(self, table: Table, *, is_changed: bool = False) -> None:
        """Create the SQL table of a table; rows of one of another shape are written anew.

        Args:
            table: The table.
            is_changed: Whether to write rows anew whatever the shape, since fields have other types
                than before, or another process changed the SQL table.
        """
        if is_changed:
            with self.transaction():
                self._indexed.discard(table.key)
                self._prepare(table, quoted(table.key), is_changed=True)
            self._prepared[table.key] = table
        else:
            self._sql_table(table)

    def index(self, table: Table) -> None:
        """Create the indexes of a table, for connections that only read."""
        self._searchable(table)

    def analyze(self) -> None:
        """Make the indexes, and let SQLite find out which of them excludes most."""
        for table in tuple(self._prepared.values()):
            self._searchable(table)
        self._run("ANALYZE")

    def run(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        """Run a statement on tables that others keep in the database, and return the rows."""
        return self._run(sql, params)

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters, all or none."""
        with self.transaction():
            self._connection.executemany(sql, rows)

    def _run(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        """Run a statement, never within the transaction of another thread."""
        with self._lock:
            return self._connection.execute(sql, params).fetchall()

    def _change(self, sql: str, params: Sequence[Any]) -> None:
        """Run a statement that changes rows; another thread counts before or after, not between."""
        with self._lock:
            self._counts.clear()
            self._run(sql, params)

    def _sql_table(self, table: Table) -> str:
        """Return the quoted name of the SQL table, after creating or migrating it."""
        name = quoted(table.key)
        if table.key not in self._prepared and not self._is_read_only:
            with self.transaction():
                self._prepare(table, name)
            self._prepared[table.key] = table
        return name

    def _searchable(self, table: Table) -> str:
        """Return the quoted name of the SQL table, after creating its indexes.

        Deferred to the first search, since filling a table without them is faster.
        """
        name = self._sql_table(table)
        if table.key not in self._indexed and not self._is_read_only:
            with self.transaction():
                self._create_indexes(table, name)
            self._indexed.add(table.key)
        return name

    def _prepare(self, table: Table, name: str, *, is_changed: bool = False) -> None:
        """Create the SQL table; one of another shape (the document has changed) is filled anew."""
        columns = ["id", "parent", "doc", *map(field_column, table.fields)]
        present = [row[1] for row in self._run(f"PRAGMA table_info({name})")]
        if present == columns and not is_changed:
            return
        rows: list[Any] = []
        if present:
            rows = self._run(f"SELECT parent, id, doc FROM {name} ORDER BY rowid")
            self._run(f"DROP TABLE {name}")
        self._create(table, name)
        self._write(table, name, [(parent, key, json.loads(doc)) for parent, key, doc in rows])

    def _create(self, table: Table, name: str) -> None:
        columns = "".join(f", {quoted_field(field)}" for field in table.fields)
        self._run(f"CREATE TABLE {name} (id TEXT, parent TEXT, doc TEXT{columns})")
        self._run(f"CREATE UNIQUE INDEX {_index_name(table, 'id')} ON {name} (parent, id)")

    def _create_indexes(self, table: Table, name: str) -> None:
        for field in sorted(table.indexed):
            index, column = _index_name(table, field_column(field)), quoted_field(field)
            self._run(
                f"CREATE INDEX IF NOT EXISTS {index} "
                f"ON {name} (parent, ({column} IS NULL), {column})"
            )

    def _write(
        self, table: Table, name: str, rows: Iterable[tuple[str, str, Record]], replacing: str = ""
    ) -> None:
        marks = ",".join("?" * (3 + len(table.fields)))
        self._connection.executemany(
            f"INSERT INTO {name} VALUES ({marks}){replacing}",
            (
                (key, parent, json_text(record), *column_values(table, record))
                for parent, key, record in rows
            ),
        )


def _index_name(table: Table, column: str) -> str:
    return quoted(f"{table.key}:{column}")


def _fold(text: Any) -> Any:
    return fold(text) if isinstance(text, str) else text
