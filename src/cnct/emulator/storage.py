"""Records in SQLite: a table for each collection, its filters as typed, indexed columns.

Each write is committed before it is answered, so that a database file survives a kill.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from cnct.emulator.api import Api, Collection
from cnct.emulator.shapes import Record, is_array, is_object
from cnct.emulator.sql import Condition, column, field_column, quoted_field
from cnct.emulator.values import from_json


class Storage:
    """Keeps the records of an API.

    Args:
        api: Which collections there are.
        database: A file, or ``:memory:``.
    """

    def __init__(self, api: Api, database: str | Path = ":memory:") -> None:
        """Open the database and make the tables that are missing."""
        self._connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        self._connection.create_function("fold", 1, _fold, deterministic=True)
        self._connection.create_function("matches", 2, _matches, deterministic=True)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        with self._connection:
            for collection in api.collections.values():
                self._prepare(collection)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def _prepare(self, collection: Collection) -> None:
        """Make the table; one of another shape (the document has changed) is filled anew."""
        table = column(collection.key)
        wanted = ["id", "parent", "doc", *map(field_column, collection.fields)]
        present = [row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")]
        if present == wanted:
            return
        rows: list[Any] = []
        if present:
            rows = list(self._connection.execute(f"SELECT parent, doc FROM {table} ORDER BY rowid"))
            self._connection.execute(f"DROP TABLE {table}")
        self._create(collection, table)
        for parent, doc in rows:
            self._insert(collection, parent, json.loads(doc))

    def _create(self, collection: Collection, table: str) -> None:
        names = "".join(f", {quoted_field(name)}" for name in collection.fields)
        self._connection.execute(f"CREATE TABLE {table} (id TEXT, parent TEXT, doc TEXT{names})")
        self._connection.execute(
            f"CREATE UNIQUE INDEX {_index(collection, 'id')} ON {table} (parent, id)"
        )
        for name in sorted(collection.indexed):
            index, quoted = _index(collection, field_column(name)), quoted_field(name)
            self._connection.execute(
                f"CREATE INDEX {index} ON {table} (parent, ({quoted} IS NULL), {quoted})"
            )

    def is_empty(self) -> bool:
        """Tell whether there is no record at all."""
        tables = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        return not any(
            self._connection.execute(f"SELECT 1 FROM {column(name)} LIMIT 1").fetchone()
            for (name,) in tables.fetchall()
        )

    def insert(self, collection: Collection, parent: str, records: Iterable[Record]) -> None:
        """Add records, all or none."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for record in records:
                self._insert(collection, parent, record)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _insert(self, collection: Collection, parent: str, record: Record) -> None:
        values = [str(record.get("id")), parent, _dumped(record), *_values(collection, record)]
        places = ",".join("?" * len(values))
        self._connection.execute(
            f"INSERT INTO {column(collection.key)} VALUES ({places})",
            values,
        )

    def analyze(self) -> None:
        """Let SQLite count its values, so that it takes the index that excludes most."""
        self._connection.execute("ANALYZE")

    def replace(self, collection: Collection, parent: str, record: Record) -> None:
        """Store the new state of a record."""
        columns = ["doc", *map(quoted_field, collection.fields)]
        assignments = ", ".join(f"{name} = ?" for name in columns)
        values = [_dumped(record), *_values(collection, record)]
        self._connection.execute(
            f"UPDATE {column(collection.key)} SET {assignments} WHERE parent = ? AND id = ?",
            [*values, parent, str(record["id"])],
        )

    def delete(self, collection: Collection, parent: str, record_id: str) -> None:
        """Remove a record."""
        self._connection.execute(
            f"DELETE FROM {column(collection.key)} WHERE parent = ? AND id = ?",
            [parent, record_id],
        )

    def get(self, collection: Collection, parent: str, record_id: str) -> Record | None:
        """Return a record by its id."""
        where = Condition("id = ?", [record_id])
        return next(self.rows(collection, parent, where, "rowid", 1, 0), None)

    def rows(
        self,
        collection: Collection,
        parent: str,
        where: Condition,
        order: str,
        limit: int | None,
        offset: int,
    ) -> Iterator[Record]:
        """Yield the records of a page."""
        found = self._connection.execute(
            f"SELECT doc FROM {column(collection.key)} WHERE parent = ? AND {where.sql} "
            f"ORDER BY {order} LIMIT ? OFFSET ?",
            [parent, *where.params, -1 if limit is None else limit, offset],
        )
        return (json.loads(doc) for (doc,) in found)

    def count(self, collection: Collection, parent: str, where: Condition) -> int:
        """Count the records that match."""
        found = self._connection.execute(
            f"SELECT count(*) FROM {column(collection.key)} WHERE parent = ? AND {where.sql}",
            [parent, *where.params],
        )
        return int(found.fetchone()[0])


def _index(collection: Collection, name: str) -> str:
    return column(f"{collection.key}:{name}")


def _dumped(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _values(collection: Collection, record: Mapping[str, Any]) -> list[Any]:
    values: list[Any] = []
    for name in collection.fields:
        found = [
            from_json(collection.fields[name].type, v) for v in _reached(record, name.split("."))
        ]
        if name in collection.many:
            values.append(json.dumps([value for value in found if value is not None]))
        else:
            values.append(found[0] if found else None)
    return values


def _reached(node: Any, path: list[str]) -> Iterator[Any]:
    """Yield the values at a path; there are several where it leads through lists."""
    if is_array(node):
        for item in node:
            yield from _reached(item, path)
    elif not path:
        yield _dumped(node) if is_object(node) else node
    elif is_object(node):
        yield from _reached(node.get(path[0]), path[1:])


def _fold(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _matches(pattern: str, text: Any) -> bool:
    return isinstance(text, str) and _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)
