"""Records of our own in SQLite, asked with RQL, without an emulator and without a document."""

from __future__ import annotations

import pickle
import sqlite3
import subprocess
import sys
import threading

import pytest

from cnct import QueryError, RQLError
from cnct.rql import parse
from cnct.store import FilterField, Slice, Storage, Table, read

TEXT = frozenset({"eq", "ne", "like", "ilike", "in", "out", "null"})
NUMBER = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "null"})
FIELDS = (
    FilterField("id", TEXT, orderable=True),
    FilterField("name", TEXT, orderable=True, searchable=True),
    FilterField("price", NUMBER, type="decimal", orderable=True),
    FilterField("owner.id", TEXT),
    FilterField("tags.name", TEXT),
    FilterField("notes", frozenset(), hidden=True),
)
PRODUCTS = Table(
    "products", fields={field.name: field for field in FIELDS}, many={"tags.name": "tags"}
)
ROWS = [
    {"id": "PRD-1", "name": "Cloud", "price": "10.00", "owner": {"id": "VA-1"}, "notes": "a"},
    {"id": "PRD-2", "name": "Backup", "price": "9.50", "tags": [{"name": "x"}, {"name": "y"}]},
    {"id": "PRD-3", "name": "Cluster", "owner": {"id": "VA-2"}, "tags": [{"name": "y"}]},
]


@pytest.fixture
def storage():
    storage = Storage()
    storage.insert(PRODUCTS, "", ROWS)
    yield storage
    storage.close()


def page(storage: Storage, query: str):
    return storage.page(PRODUCTS, "", read(parse(query), PRODUCTS))


@pytest.mark.parametrize(
    ("query", "ids", "total"),
    [
        ("", ["PRD-1", "PRD-2", "PRD-3"], 3),
        ("like(name,Cl*)", ["PRD-1", "PRD-3"], 2),
        ("lt(price,10)", ["PRD-2"], 1),
        ("owner=t(like(id,VA*))&ordering(-id)", ["PRD-3", "PRD-1"], 2),
        ("tags.name=y&limit=1&offset=1", ["PRD-3"], 2),
        ("search=cl&ordering(-price)", ["PRD-3", "PRD-1"], 2),
        ("limit=0", [], 3),
    ],
)
def test_a_page_has_the_rows_of_the_query_and_their_total(storage, query, ids, total):
    rows = page(storage, query)
    assert [record["id"] for record in rows.records] == ids
    assert rows.total == total


def test_a_selection_decides_which_properties_a_row_has(storage):
    assert "notes" not in page(storage, "id=PRD-1").records[0]
    assert page(storage, "id=PRD-1&select(notes)").records[0]["notes"] == "a"
    [row] = page(storage, "id=PRD-2&select(-tags,-owner)").records
    assert row == {"id": "PRD-2", "name": "Backup", "price": "9.50"}


def test_a_plan_can_be_used_again_and_capped(storage):
    plan = read(parse("ordering(-name)&limit=3"), PRODUCTS)
    assert plan.slice == Slice(3, 0)
    assert len(storage.page(PRODUCTS, "", plan.capped(2)).rows) == 2
    assert plan.capped(None) == plan
    assert len(storage.page(PRODUCTS, "", plan).rows) == 3


def test_a_table_without_limits_is_read_whole(storage):
    table = Table("products", fields=PRODUCTS.fields, many=PRODUCTS.many, default_limit=None)
    rows = storage.page(table, "", read(None, table))
    assert (len(rows.rows), rows.total) == (3, 3)


@pytest.mark.parametrize(
    ("query", "message", "details"),
    [
        (
            "price=cheap",
            "Bad filter: price eq cheap.",
            {"filter": "price", "lookup": "eq", "value": "cheap"},
        ),
        ("ordering(tags.name)", "Bad ordering filter: tags.name.", None),
        ("select(nope)", "Bad select filter: nope.", None),
        ("limit=1&limit=2", "Limit and offset are set incorrectly.", None),
    ],
)
def test_a_query_that_the_table_does_not_take_is_refused(query, message, details):
    with pytest.raises(QueryError) as caught:
        read(parse(query), PRODUCTS)
    assert isinstance(caught.value, RQLError)
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert str(error) == error.message == message
        assert error.details == (details or {"error": message})


def test_limit_and_offset_do_not_count_for_a_single_record(storage):
    plan = read(parse("limit=1&limit=2&like(name,Cl*)"), PRODUCTS, sliced=False)
    assert storage.matches(PRODUCTS, "", "PRD-1", plan.condition)
    assert not storage.matches(PRODUCTS, "", "PRD-2", plan.condition)
    assert not storage.matches(PRODUCTS, "", "PRD-9", plan.condition)


def test_records_lie_below_a_parent_and_in_a_file(tmp_path):
    table = Table("products/{}/items", fields={"id": FilterField("id", TEXT)})
    for database in (Storage(tmp_path / "mirror.db"), Storage(tmp_path / "mirror.db")):
        if database.is_empty():
            database.insert(table, "PRD-1", [{"id": "I-1"}, {"id": "I-2"}])
            database.insert(table, "PRD-2", [{"id": "I-1"}])
        assert [database.count(table, parent) for parent in ("PRD-1", "PRD-2")] == [2, 1]
        with pytest.raises(sqlite3.IntegrityError):
            database.insert(table, "PRD-2", [{"id": "I-2"}, {"id": "I-1"}])
        assert database.count(table, "PRD-2") == 1
        database.close()


def test_a_record_is_replaced_and_removed_by_its_id(storage):
    storage.replace(PRODUCTS, "", "PRD-1", {"id": "PRD-1", "name": "Sky"})
    assert storage.get(PRODUCTS, "", "PRD-1") == {"id": "PRD-1", "name": "Sky"}
    assert page(storage, "name=Sky").total == 1
    storage.delete(PRODUCTS, "", "PRD-1")
    assert storage.first(PRODUCTS, "")["id"] == "PRD-2"
    storage.clear(PRODUCTS, "")
    assert storage.first(PRODUCTS, "") is None


def test_the_room_needs_neither_the_emulator_nor_its_extra():
    code = (
        "import sys, cnct.store; rooms = ('cnct.emulator', 'cnct.client', 'starlette'); "
        "sys.exit(any(name.startswith(rooms) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own code


def test_a_count_beside_a_deletion_is_never_remembered_from_before(monkeypatch):
    """Another thread that counts while a row is deleted waits, or forgets its count."""
    storage = Storage()
    table = Table("things")
    storage.insert(table, "", [{"id": "1"}])
    run, counting = Storage._run, threading.Event()

    def slow(self, sql, params=()):
        if sql.startswith("DELETE"):
            counter.start()
            counting.wait(0.2)  # held up by the lock
        return run(self, sql, params)

    def count():
        storage.count(table, "")
        counting.set()

    counter = threading.Thread(target=count)
    monkeypatch.setattr(Storage, "_run", slow)
    storage.delete(table, "", "1")
    counter.join()
    assert storage.count(table, "") == 0
    storage.close()


def test_a_database_can_be_read_while_another_connection_writes(tmp_path):
    path = tmp_path / "records.db"
    writer = Storage(path)
    writer.insert(PRODUCTS, "", ROWS[:2])
    reader = Storage(path, is_read_only=True)
    with writer.transaction():
        writer.insert(PRODUCTS, "", ROWS[2:])
        assert page(reader, "tags.name=y").total == 1
    assert page(reader, "tags.name=y").total == 2
    with pytest.raises(sqlite3.OperationalError):
        reader.delete(PRODUCTS, "", "PRD-1")
    reader.close()
    writer.close()


@pytest.mark.parametrize("content", [None, b"no database, but a text"])
def test_what_is_no_database_is_not_opened_for_reading(tmp_path, content):
    path = tmp_path / "records.db"
    if content:
        path.write_bytes(content * 100)
    with pytest.raises(sqlite3.Error):
        Storage(path, is_read_only=True)
    assert path.exists() == bool(content)
