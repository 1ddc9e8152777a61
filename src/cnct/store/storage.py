"""Records in SQLite: a table for each collection, its filters as typed, indexed columns.

Each write is committed before it is answered, so that a database file survives a kill.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from cnct.openapi.shapes import Record, is_list, is_record
from cnct.store.comparables import fold, from_json
from cnct.store.compiler import Condition, column, field_column, quoted_field
from cnct.store.tables import Table

# No path has names like these, so no collection has such a table.
_OWN_TABLES = """
CREATE TABLE IF NOT EXISTS "cnct.notes" (topic TEXT, parent TEXT, PRIMARY KEY (topic, parent));
CREATE TABLE IF NOT EXISTS "cnct.files" (path TEXT PRIMARY KEY, content BLOB);
"""

_MOST_ROWS = 2**62  # SQLite's integers have 64 bits; nobody has as many rows
_CACHE_KIB = 256 * 1024  # of pages, in memory; only as much as there are records


class Storage:
    """Keeps the records of an API. Safe to use from several threads.

    Args:
        database: A file, or ``:memory:``.
    """

    def __init__(self, database: str | Path = ":memory:") -> None:
        """Open the database; tables are made when they are needed."""
        self._lock = threading.RLock()
        self._prepared: dict[str, Table] = {}
        self._indexed: set[str] = set()
        self._counts: dict[tuple[Any, ...], int] = {}  # of what was counted since the last change
        self._connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        self._connection.create_function("fold", 1, _fold, deterministic=True)
        self._connection.create_function("matches", 2, _matches, deterministic=True)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._connection.executescript(_OWN_TABLES)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Do all that is done within, or nothing; nobody else does anything meanwhile."""
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

    def _run(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        """Run a statement, never within the transaction of another thread."""
        with self._lock:
            return self._connection.execute(sql, params).fetchall()

    def _table(self, collection: Table) -> str:
        """Return the table, made or brought to the shape of the document."""
        table = column(collection.key)
        if collection.key not in self._prepared:
            with self.transaction():
                self._prepare(collection, table)
            self._prepared[collection.key] = collection
        return table

    def _searchable(self, collection: Table) -> str:
        """Return the table with its indexes, which are made when the first records are there."""
        table = self._table(collection)
        if collection.key not in self._indexed:
            with self.transaction():
                self._index(collection, table)
            self._indexed.add(collection.key)
        return table

    def _prepare(self, collection: Table, table: str) -> None:
        """Make the table; one of another shape (the document has changed) is filled anew."""
        wanted = ["id", "parent", "doc", *map(field_column, collection.fields)]
        present = [row[1] for row in self._run(f"PRAGMA table_info({table})")]
        if present == wanted:
            return
        rows: list[Any] = []
        if present:
            rows = self._run(f"SELECT parent, id, doc FROM {table} ORDER BY rowid")
            self._run(f"DROP TABLE {table}")
        self._create(collection, table)
        self._write(collection, table, [(*row[:2], json.loads(row[2])) for row in rows])

    def _create(self, collection: Table, table: str) -> None:
        names = "".join(f", {quoted_field(name)}" for name in collection.fields)
        self._run(f"CREATE TABLE {table} (id TEXT, parent TEXT, doc TEXT{names})")
        self._run(f"CREATE UNIQUE INDEX {_index(collection, 'id')} ON {table} (parent, id)")

    def _index(self, collection: Table, table: str) -> None:
        for name in sorted(collection.indexed):
            index, quoted = _index(collection, field_column(name)), quoted_field(name)
            self._run(
                f"CREATE INDEX IF NOT EXISTS {index} "
                f"ON {table} (parent, ({quoted} IS NULL), {quoted})"
            )

    def is_empty(self) -> bool:
        """Tell whether nothing was ever stored or noted."""
        tables = self._run("SELECT name FROM sqlite_master WHERE type = 'table'")
        return not any(self._run(f"SELECT 1 FROM {column(name)} LIMIT 1") for (name,) in tables)

    def note(self, topic: str, parent: str = "") -> None:
        """Remember that something was done."""
        self._run('INSERT OR IGNORE INTO "cnct.notes" VALUES (?, ?)', [topic, parent])

    def noted(self, topic: str, parent: str = "") -> bool:
        """Tell whether it is remembered."""
        query = 'SELECT 1 FROM "cnct.notes" WHERE topic = ? AND parent = ?'
        return bool(self._run(query, [topic, parent]))

    def keep_file(self, path: str, content: bytes) -> None:
        """Store what was uploaded to a path, in place of what was before."""
        self._run('INSERT OR REPLACE INTO "cnct.files" VALUES (?, ?)', [path, content])

    def file(self, path: str) -> bytes | None:
        """Return what was uploaded to a path."""
        found = self._run('SELECT content FROM "cnct.files" WHERE path = ?', [path])
        return found[0][0] if found else None

    def insert(self, collection: Table, parent: str, records: Iterable[Record]) -> None:
        """Add records, all or none.

        Raises:
            sqlite3.IntegrityError: If there is one with the same id.
        """
        with self.transaction():
            table = self._table(collection)
            first = self._run(f"SELECT ifnull(max(rowid), 0) FROM {table}")[0][0] + 1
            self._write(
                collection,
                table,
                (
                    (parent, collection.id_of(record) or str(number), record)
                    for number, record in enumerate(records, first)
                ),
            )

    def _write(
        self, collection: Table, table: str, rows: Iterable[tuple[str, str, Record]]
    ) -> None:
        places = ",".join("?" * (3 + len(collection.fields)))
        self._connection.executemany(
            f"INSERT INTO {table} VALUES ({places})",
            ((key, parent, dumped(doc), *_values(collection, doc)) for parent, key, doc in rows),
        )

    def analyze(self) -> None:
        """Make the indexes, and let SQLite learn which of them excludes most."""
        for collection in tuple(self._prepared.values()):
            self._searchable(collection)
        self._run("ANALYZE")

    def replace(self, collection: Table, parent: str, key: str, record: Record) -> None:
        """Store the new state of the record with an id."""
        columns = ["doc", *map(quoted_field, collection.fields)]
        assignments = ", ".join(f"{name} = ?" for name in columns)
        self._counts.clear()
        self._run(
            f"UPDATE {self._table(collection)} SET {assignments} WHERE parent = ? AND id = ?",
            [dumped(record), *_values(collection, record), parent, key],
        )

    def delete(self, collection: Table, parent: str, key: str) -> None:
        """Remove a record."""
        self._counts.clear()
        self._run(
            f"DELETE FROM {self._table(collection)} WHERE parent = ? AND id = ?", [parent, key]
        )

    def clear(self, collection: Table, parent: str) -> None:
        """Remove all records below a parent."""
        self._counts.clear()
        self._run(f"DELETE FROM {self._table(collection)} WHERE parent = ?", [parent])

    def get(self, collection: Table, parent: str, key: str) -> Record | None:
        """Return a record by its id."""
        found = self._run(
            f"SELECT doc FROM {self._table(collection)} WHERE parent = ? AND id = ?", [parent, key]
        )
        return json.loads(found[0][0]) if found else None

    def rows(
        self,
        collection: Table,
        parent: str,
        where: Condition,
        order: str,
        limit: int | None,
        offset: int,
    ) -> list[str]:
        """Return the records of a page, as JSON."""
        found = self._run(
            f"SELECT doc FROM {self._searchable(collection)} record{where.source} "
            f"WHERE record.parent = ? AND {where.sql} ORDER BY {order} LIMIT ? OFFSET ?",
            [parent, *where.params, -1 if limit is None else limit, min(offset, _MOST_ROWS)],
        )
        return [doc for (doc,) in found]

    def first(self, collection: Table, parent: str) -> Record | None:
        """Return the record that comes first in its parent."""
        found = self.rows(collection, parent, Condition("1"), "record.id", 1, 0)
        return json.loads(found[0]) if found else None

    def count(self, collection: Table, parent: str, where: Condition) -> int:
        """Count the records that match."""
        asked = (collection.key, parent, where.sql, *where.params)
        with self._lock:
            if asked not in self._counts:
                found = self._run(
                    f"SELECT count(*) FROM {self._searchable(collection)} record{where.source} "
                    f"WHERE record.parent = ? AND {where.sql}",
                    [parent, *where.params],
                )
                self._counts[asked] = found[0][0]
            return self._counts[asked]


def _index(collection: Table, name: str) -> str:
    return column(f"{collection.key}:{name}")


def _values(collection: Table, record: Record) -> list[Any]:
    return [
        _all(record, path, kind) if many else _one(record, path, kind)
        for path, kind, many in collection.columns
    ]


def _all(record: Record, path: tuple[str, ...], kind: str) -> str:
    """Write the values in a list, with null in the place of what an element lacks."""
    return json.dumps([from_json(kind, value) for value in _reached(record, path)] or [None])


def _one(record: Record, path: tuple[str, ...], kind: str) -> Any:
    node: Any = record
    for name in path:
        if not is_record(node):
            break
        node = node.get(name)
    else:
        if not isinstance(node, dict | list):  # as almost always
            return from_json(kind, node)
    return from_json(kind, next(_reached(record, path), None))


def _reached(node: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Yield the values at a path; there are several where it leads through lists."""
    if is_list(node):
        for item in node:
            yield from _reached(item, path)
    elif not path:
        yield dumped(node) if is_record(node) else node
    elif is_record(node):
        yield from _reached(node.get(path[0]), path[1:])
    else:
        yield None


def _fold(text: Any) -> Any:
    return fold(text) if isinstance(text, str) else text


def _matches(pattern: str, text: Any) -> bool:
    return isinstance(text, str) and _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


def dumped(value: Any) -> str:
    """Write JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
