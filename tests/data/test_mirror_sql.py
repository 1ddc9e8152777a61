"""The file of a mirror for others: views for SQL, changes for webhooks, and reads beside a sync."""

from __future__ import annotations

import json
import os
import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY

from cnct import ConnectClient, InvalidCallError, MirrorError
from cnct.emulator import Emulator

ASSET = {"id": "AS-1", "product": {"id": "PRD-1", "name": "Cloud"}}


def request(number: int, **fields: Any) -> dict[str, Any]:
    created = f"2026-01-01T00:00:{number:02}+00:00"
    return {"id": f"PR-{number}", "status": "pending", "created": created, "asset": ASSET, **fields}


@pytest.fixture
def connect() -> Iterator[Emulator]:
    with Emulator(records={"requests": [request(1), request(2)]}) as emulator:
        yield emulator


@pytest.fixture
def client(connect: Emulator) -> Iterator[ConnectClient]:
    with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
        yield client


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "connect.db"


@pytest.fixture
def mirror(client: ConnectClient, path: Path) -> Iterator[Any]:
    with client.mirror(path) as mirror:
        yield mirror


def now() -> str:
    return datetime.now(UTC).isoformat()


def sql(path: Path, query: str) -> list[Any]:
    """Run a query as a program does that knows nothing of cnct."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


PROPERTIES = {
    "id": {"type": "string"},
    "at": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "price": {"type": "string", "format": "decimal"},
    "count": {"type": "integer"},
    "is-old": {"type": "boolean"},
    "it's": {"type": "string"},
    'a "quoted" one': {"type": "string"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "owner": {"type": "object", "properties": {"name": {"type": "string"}}},
}
ITEMS = {"type": "array", "items": {"type": "object", "properties": PROPERTIES}}
CONTENT = {"application/json": {"schema": ITEMS}}
LIST = {"get": {"responses": {"200": {"content": CONTENT}}}}
THINGS = {
    "openapi": "3.0.3",
    "info": {"title": "Things", "version": "1"},
    "paths": {"/things": LIST, "/things/{id}": {"get": {}}, "/things/{id}/part-lists": LIST},
}
ROW = {
    "id": "T-1",
    "at": "2026-01-01T02:00:00.25+02:00",
    "day": "2026-01-01",
    "price": "12.50",
    "count": 3,
    "is-old": True,
    "it's": "here",
    'a "quoted" one': "left to the JSON",
    "tags": ["a", "b"],
    "owner": {"name": "Ann"},
}
TIMES = {
    "2026-01-01T00:00:00+00:00": "2026-01-01T00:00:00+00:00",
    "2026-01-01T00:00:00Z": "2026-01-01T00:00:00+00:00",
    "2026-01-01T00:00:00.123456Z": "2026-01-01T00:00:00.123456+00:00",
    "2025-12-31T22:30:00-01:30": "2026-01-01T00:00:00+00:00",
    "2026-01-01T01:00:00.123456+01:00": "2026-01-01T00:00:00.123456+00:00",
    "soon": "soon",
    None: None,
}


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror of rows with values of all types."""
    folder = tmp_path_factory.mktemp("things")
    spec, path = folder / "spec.json", folder / "connect.db"
    spec.write_text(json.dumps(THINGS))
    rows = [ROW, *({"id": f"T-{number}", "at": at} for number, at in enumerate(TIMES, 2))]
    parts = {"things/T-1/part-lists": [{"id": "P-1", "count": 1}]}
    with (
        Emulator(spec=spec, records={"things": rows, **parts}) as connect,
        ConnectClient(KEY, connect.endpoint, specs_location=spec) as client,
        client.mirror(path) as mirror,
    ):
        mirror.sync("things", "things/T-1/part-lists")
    return path


def test_a_view_has_a_typed_column_for_each_field_of_the_document(things):
    assert sql(things, "SELECT * FROM things WHERE id = 'T-1'") == [
        (
            *("T-1", "2026-01-01T00:00:00.25+00:00", "2026-01-01", 12.5, 3, 1, "here"),
            *('["a","b"]', "Ann", json.dumps(ROW, separators=(",", ":"))),
        )
    ]
    assert sql(things, "SELECT sum(price), typeof(price) FROM things GROUP BY 2 ORDER BY 2") == [
        (None, "null"),
        (12.5, "real"),
    ]
    assert sql(things, 'SELECT "owner.name", "it\'s" FROM things WHERE "is-old"') == [
        ("Ann", "here")
    ]


def test_times_are_in_utc_so_that_texts_compare_as_times(things):
    times = sql(things, "SELECT at FROM things WHERE id != 'T-1' ORDER BY id")
    assert [time for (time,) in times] == [*TIMES.values()]


def test_the_view_of_a_nested_collection_has_the_ids_above(things):
    assert sql(things, "SELECT _parent, id, count FROM things_part_lists") == [("T-1", "P-1", 1)]


def test_a_view_has_a_hidden_field_only_where_it_is_fetched(connect, mirror, path):
    mirror.sync("subscriptions/assets")
    names = sql(path, "SELECT name FROM pragma_table_info('subscriptions_assets')")
    assert ("product.name",) in names
    mirror.sync("subscriptions/assets", select=["-product"])
    names = sql(path, "SELECT name FROM pragma_table_info('subscriptions_assets')")
    assert ("product.name",) not in names
    assert ("status",) in names
    mirror.forget("subscriptions/assets")
    assert sql(path, "SELECT name FROM sqlite_master WHERE type = 'view'") == []


def kinds(changes: Any) -> list[tuple[str, str]]:
    return [(change.kind, change.id) for change in changes]


def test_changes_come_in_order_and_can_be_continued(world, connect, path):
    api = world.client(KEY, connect.endpoint, use_specs=True, specs_location=connect.spec)
    mirror = api.mirror(path)
    assert mirror.sync("requests", "products")["requests"].added == 2
    assert kinds(mirror.changes("requests")) == [("added", "PR-1"), ("added", "PR-2")]
    handled = mirror.last_change
    assert [*mirror.changes(since=handled)] == []
    api.requests["PR-1"].update({"note": "seen"})
    connect.insert("requests", request(3, created=now()))
    mirror.sync("requests")
    connect.delete("requests/PR-2")
    mirror.reconcile("requests")
    changed, added, removed = mirror.changes(since=handled)
    assert (changed.kind, changed.row["note"]) == ("changed", "seen")
    assert (added.kind, added.id, added.collection) == ("added", "PR-3", "requests")
    assert (removed.kind, removed.row) == ("removed", request(2))
    assert handled < changed.number < added.number < removed.number == mirror.last_change
    assert changed.moment <= removed.moment
    assert kinds(mirror.changes(since=added.number)) == [("removed", "PR-2")]
    assert ("removed", "PR-2") not in kinds(mirror.changes("requests"))
    with pytest.raises(MirrorError, match="tiers is not in the mirror"):
        [*mirror.changes("tiers")]
    mirror.close()


def test_many_changes_are_read_in_batches(connect, client, mirror):
    connect.insert("requests", *(request(number) for number in range(3, 223)))
    mirror.sync("requests", "products")
    changes = [*mirror.changes("requests")]
    assert len({change.id for change in changes}) == len(changes) == 222


def test_a_read_sees_the_last_commit_while_a_sync_is_writing(connect, client, mirror, path):
    mirror.sync("requests")
    connect.insert("requests", request(3, created=now()))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute('DELETE FROM "rows/requests"')
        with client.mirror(path) as reader:
            assert mirror.requests.count() == reader.requests.count() == 2
        other.execute("ROLLBACK")
    mirror.sync("requests")
    assert mirror.requests.count() == 3


def test_a_set_of_a_mirror_is_copied_to_other_processes_and_forks(mirror):
    mirror.sync("requests")
    rows = mirror.requests.filter(status="pending")
    assert [*pickle.loads(pickle.dumps(rows))] == [*rows]
    child = os.fork()
    if child == 0:
        os._exit(0 if rows.all().count() == 2 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_mirror_in_memory_is_read_too(client):
    with client.mirror(":memory:") as mirror:
        mirror.sync("requests")
        assert mirror.requests.filter(id="PR-1").count() == 1


def test_threads_read_ahead(mirror):
    mirror.sync("requests")
    assert len([*mirror.requests.all().limit(1).concurrency(3)]) == 2


def test_a_file_that_is_no_mirror_of_this_endpoint_is_not_read(client, mirror, path):
    with pytest.raises(MirrorError, match="does not exist: write"):
        mirror.collection("requests").count()
    mirror.sync("requests")
    other = ConnectClient(None, "https://other.example/public/v1", use_specs=False)
    with other.mirror(path) as foreign, pytest.raises(MirrorError, match="is a mirror of http"):
        foreign.requests.count()
    file = path.with_name("other.db")
    for content in (b"", b"text" * 1000):
        file.write_bytes(content)
        with client.mirror(file) as broken, pytest.raises(MirrorError, match="other"):
            broken.collection("requests").count()
    with client.mirror(file) as broken, pytest.raises(MirrorError, match="read a copy of the file"):
        broken.collection("requests").count()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    with client.mirror(path) as newer, pytest.raises(MirrorError, match="by a newer version"):
        newer.collection("requests").count()


def documented(folder: Path, *properties: str) -> Path:
    """Write a document whose things have some properties, and return its path."""
    schema = {"type": "object", "properties": {name: PROPERTIES[name] for name in properties}}
    content = {"application/json": {"schema": {"type": "array", "items": schema}}}
    lookups = "**lookups:** eq, ne"
    listing = {
        "parameters": [
            {"name": name, "in": "query", "description": lookups, "schema": PROPERTIES[name]}
            for name in properties
        ],
        "responses": {"200": {"content": content}},
    }
    paths = {"/things": {"get": listing}, "/things/{id}": {"get": {}}}
    file = folder / f"{'-'.join(properties)}.json"
    file.write_text(json.dumps(THINGS | {"paths": paths}))
    return file


def test_a_reader_follows_a_document_that_changes(tmp_path, path):
    before, after = documented(tmp_path, "id"), documented(tmp_path, "id", "day", "count")
    with Emulator(spec=after, records={"things": [ROW]}) as connect:
        old = ConnectClient(KEY, connect.endpoint, specs_location=before)
        new = ConnectClient(KEY, connect.endpoint, specs_location=after)
        with old.mirror(path) as reader, new.mirror(path) as writer:
            reader.sync("things")
            assert reader.things.filter(id="T-1").count() == 1
            with pytest.raises(InvalidCallError, match="Unknown field 'day'"):
                reader.things.filter(day="2026-01-01").count()
            writer.sync("things")
            assert reader.things.filter(day="2026-01-01", count=3).count() == 1
    assert sql(path, "SELECT day, count FROM things") == [("2026-01-01", 3)]


def test_a_mirror_shows_the_names_of_its_collections(mirror):
    mirror.sync("requests", "subscriptions/assets", "products/PRD-000-000-001/items")
    assert {"requests", "products", "sync", "changes"} <= {*dir(mirror)}
    assert mirror.ns("subscriptions").assets.count() == 40


def test_a_removed_row_that_comes_back_is_added_again(connect, client, mirror):
    mirror.sync("requests", "products")
    for number in (1, 2):
        connect.delete(f"requests/PR-{number}")
    mirror.reconcile("requests")
    assert [*mirror.changes("requests")] == []
    handled = mirror.last_change
    connect.insert("requests", request(2, created=now()))
    mirror.sync("requests")
    assert kinds(mirror.changes("requests", since=handled)) == [("added", "PR-2")]


def test_an_error_of_the_database_is_one_of_the_mirror(mirror, path):
    mirror.sync("requests")
    assert mirror.requests.count() == 2
    with closing(sqlite3.connect(path)) as other:
        for table in ("rows/requests", "cnct.rows", "cnct.collections"):
            other.execute(f'DROP TABLE "{table}"')
            for read in (mirror.collection("requests").first, mirror.changes().__next__):
                with pytest.raises(MirrorError, match="cannot be read: no such table"):
                    read()
            other.commit()
