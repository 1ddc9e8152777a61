"""Mirrors: which rows a run reads, by what the document allows; and the files that are refused."""

from __future__ import annotations

import asyncio
import sqlite3
import warnings
from contextlib import closing
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import pytest
from tests.conftest import KEY, json_answer
from tests.data.drifting import START, OtherUsers, mirrored, served

from cnct import (
    AsyncConnectClient,
    ClientError,
    ConnectClient,
    DriftWarning,
    FullScanWarning,
    MirrorError,
    NotFoundError,
    SpecError,
    UnknownNameError,
)
from cnct.client.mirroring import mirror as mirrors
from cnct.client.mirroring import window_keeper
from cnct.client.work import source
from cnct.emulator import Emulator, Fault
from cnct.emulator.clock import Clock

PAGE = 20


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    """Read small lists as others are read: in windows of several pages."""
    monkeypatch.setattr(mirrors, "_ROWS", PAGE)
    monkeypatch.setattr(source, "_ROWS", 50)
    monkeypatch.setattr(source, "_PAGES", 1)


@pytest.fixture(scope="module")
def shared_connect():
    with Emulator(records={}, clock=Clock(START)) as emulator:
        yield emulator


@pytest.fixture
def connect(shared_connect):
    """An emulator without rows."""
    yield shared_connect
    shared_connect.faults = []
    for path in ("requests", "marketplaces", "accounts", "products"):
        for key in served(shared_connect, path):
            shared_connect.delete(f"{path}/{key}")
    shared_connect.requests.clear()


@pytest.fixture
def client(connect):
    with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
        yield client


@pytest.fixture
def file(tmp_path):
    return tmp_path / "connect.db"


@pytest.fixture
def mirror(client, file):
    with client.mirror(file) as mirror:
        yield mirror


def places(number, first=0):
    return [{"id": f"MP-{place:05}", "name": "Europe"} for place in range(first, first + number)]


def later(connect, **duration):
    connect.clock.advance(timedelta(**duration))


def test_a_list_without_times_is_read_whole_and_a_warning_comes_before(connect, mirror, file):
    connect.insert("marketplaces", *places(45))
    calls = []

    def shown(message, *_):
        calls.append((str(message), len(connect.requests)))

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = shown
        mirror.sync("marketplaces")
    message, before = calls[0]
    assert "each sync reads all 45 rows" in message
    assert before == 2  # the account, and a page
    connect.delete("marketplaces/MP-00003")
    connect.insert("marketplaces", *places(2, first=100))
    with pytest.warns(FullScanWarning):
        counts = mirror.sync("marketplaces")["marketplaces"]
    assert counts[:4] == (2, 0, 1, 44)
    assert mirrored(file, "marketplaces") == served(connect, "marketplaces")


def test_a_short_list_without_times_needs_no_warning(connect, mirror, file):
    connect.insert("marketplaces", *places(3))
    assert mirror.sync("marketplaces")["marketplaces"] == (3, 0, 0, 0, 1)
    connect.delete("marketplaces/MP-00001")
    assert mirror.sync()["marketplaces"] == (0, 0, 1, 2, 1)
    assert mirror.reconcile()["marketplaces"] == (0, 0, 0, 2, 1)
    assert mirrored(file, "marketplaces") == served(connect, "marketplaces")


def account(number, moment, **fields):
    return {"id": f"VA-{number}", "name": "One", "events": {"created": {"at": moment}}, **fields}


def test_where_only_creation_can_be_filtered_reconcile_finds_changes(connect, mirror, file):
    old = START.isoformat()
    connect.insert("accounts", *(account(number, old) for number in range(3)))
    later(connect, days=1)
    mirror.sync("accounts")
    later(connect, days=1)
    connect.insert("accounts", account(7, connect.clock.now().isoformat()))
    connect.delete("accounts/VA-1")
    connect.insert("accounts", account(1, old, name="Two"))
    assert mirror.sync("accounts")["accounts"] == (1, 0, 0, 0, 1)
    assert mirror.reconcile("accounts")["accounts"] == (0, 1, 0, 3, 1)
    assert mirrored(file, "accounts") == served(connect, "accounts")


def test_collections_below_named_parents_are_apart(connect, client, mirror, file):
    connect.insert("products", {"id": "PRD-1", "name": "A"}, {"id": "PRD-2", "name": "B"})
    at = {"created": {"at": START.isoformat()}}
    for product in ("PRD-1", "PRD-2"):
        connect.insert(f"products/{product}/items", {"id": "ITEM-1", "name": product, "events": at})
    mirror.sync("products/PRD-1/items", client.products["PRD-2"].items)
    parents = sqlite3.connect(file)
    with closing(parents):
        query = 'SELECT parent, id FROM "rows/products/{}/items" ORDER BY parent'
        assert parents.execute(query).fetchall() == [("PRD-1", "ITEM-1"), ("PRD-2", "ITEM-1")]
        mirror.forget("products/PRD-1/items")
        assert parents.execute(query).fetchall() == [("PRD-2", "ITEM-1")]
    assert [*mirror.sync()] == ["products/PRD-2/items"]
    with pytest.raises(MirrorError, match="has no collection products/PRD-1/items"):
        mirror.forget("products/PRD-1/items")


def test_a_collection_that_is_gone_is_an_error_after_the_others(connect, world, server, file):
    gone, here = "products/PRD-1/items", "products/PRD-2/items"
    row = {"id": "ITEM-1", "events": {"created": {"at": START.isoformat()}}}

    def rows(got):
        deleted = (json_answer({}, 404), json_answer([row], Content_Range="items 0-0/1"))
        return deleted[here in got.path or state["exists"]]

    server.answer, state = rows, {"exists": True}
    client = world.client(KEY, server.endpoint, use_specs=True, specs_location=connect.spec)
    mirror = client.mirror(file)
    mirror.sync(gone, here)
    state["exists"] = False
    server.got.clear()
    for run in (mirror.sync, mirror.reconcile):
        with pytest.raises(NotFoundError, match="write mirror") as caught:
            run()
        assert caught.value.status_code == 404
    assert sum(here in got.path for got in server.got) == 2
    assert mirror.collections == [gone, here]  # rows stay, until they are forgotten
    mirror.forget(gone)
    with pytest.raises(NotFoundError, match="has no products/PRD-3/items"):
        mirror.sync("products/PRD-3/items")
    assert [*mirror.sync()] == [here]  # a wrong name is not kept


def test_a_collection_that_left_the_document_is_an_error_after_the_others(
    connect, mirror, file, tmp_path
):
    mirror.sync("marketplaces", "requests")
    text = connect.spec.read_text(encoding="utf-8")
    later_document = tmp_path / "later.yml"
    later_document.write_text(text.replace("/marketplaces", "/places"), encoding="utf-8")
    connect.requests.clear()
    with (
        ConnectClient(KEY, connect.endpoint, specs_location=later_document) as client,
        pytest.raises(NotFoundError, match=r"mirror\.forget\('marketplaces'\)"),
    ):
        client.mirror(file).sync()
    assert [call.path for call in connect.requests] == ["requests"]


def test_other_fields_are_fetched_for_all_rows(connect, mirror, file):
    OtherUsers(connect, 1).insert(3)
    later(connect, days=1)
    mirror.sync("requests")
    assert mirror.sync("requests")["requests"] == (0, 0, 0, 0, 1)
    assert mirror.sync("requests", select=["-status"])["requests"][:4] == (0, 3, 0, 0)
    assert not any("status" in row for row in mirrored(file).values())
    assert mirror.sync()["requests"] == (0, 0, 0, 0, 1)
    assert mirror.sync(select=[])["requests"][:4] == (0, 3, 0, 0)


def test_a_document_with_a_new_field_lets_all_rows_be_read(connect, client, file, tmp_path):
    OtherUsers(connect, 1).insert(3)
    later(connect, days=1)
    text = connect.spec.read_text(encoding="utf-8")
    older = tmp_path / "older.yml"
    older.write_text(text.replace("name: status\n", "name: state\n"), encoding="utf-8")
    with ConnectClient(KEY, connect.endpoint, specs_location=older) as before:
        before.mirror(file).sync("requests")
    with client.mirror(file) as mirror:
        assert mirror.sync("requests")["requests"][:4] == (0, 0, 0, 3)
        assert mirror.sync("requests")["requests"] == (0, 0, 0, 0, 1)


ASSIGNEE = """\
      - name: assignee
        in: query
        description: '**lookups:** eq, null, in'
        schema: {type: string}
"""


def test_a_field_whose_type_changed_is_compared_by_its_new_type(connect, client, file, tmp_path):
    """Also where another process has the older document, and the file open."""
    others = OtherUsers(connect, 1)
    others.insert(assignee=9)
    others.insert(assignee=10)
    later(connect, days=1)
    text = connect.spec.read_text(encoding="utf-8")
    assert ASSIGNEE in text
    newer = tmp_path / "newer.yml"
    number = ASSIGNEE.replace("eq, null, in", "eq, gt").replace("string", "integer")
    newer.write_text(text.replace(ASSIGNEE, number), encoding="utf-8")
    with (
        ConnectClient(KEY, connect.endpoint, specs_location=newer) as after,
        client.mirror(file) as mirror,
        after.mirror(file) as newer_mirror,
    ):
        mirror.sync("requests")
        newer_mirror.sync("requests")
        assert newer_mirror.requests.filter(assignee__gt=9).count() == 1
        others.insert()
        assert mirror.sync("requests").total.added == 1
        assert newer_mirror.sync("requests").total.added == 0
        assert newer_mirror.requests.filter(assignee__gt=9).count() == 1
    assert mirrored(file) == served(connect)


def test_another_process_may_have_changed_the_columns(connect, client, file, tmp_path):
    later(connect, days=1)
    text = connect.spec.read_text(encoding="utf-8")
    other = tmp_path / "other.yml"
    other.write_text(text.replace("name: status\n", "name: state\n"), encoding="utf-8")
    others = OtherUsers(connect, 1)
    with (
        ConnectClient(KEY, connect.endpoint, specs_location=other) as client_of_other,
        client.mirror(file) as mirror,
        client_of_other.mirror(file) as other_mirror,
    ):
        for one in (mirror, other_mirror, mirror, other_mirror):
            others.insert(3)
            assert one.sync("requests").total.added == 3
            one.reconcile(full=True)
            assert one.requests.order_by("created").count() == len(served(connect))
    assert mirrored(file) == served(connect)


def test_rows_without_times_have_a_window_of_their_own(connect, mirror, file):
    """Both times of configuration requests can be null, and the list can be filtered for that."""
    at = START.isoformat()
    rows = [{"id": f"TCR-{place}", "created": at, "updated": at} for place in range(60)]
    connect.insert("tier/config-requests", *rows)
    connect.insert("tier/config-requests", {"id": "TCR-n", "created": None, "updated": None})
    later(connect, days=1)
    assert mirror.sync("tier/config-requests")["tier/config-requests"].added == 61
    connect.insert("tier/config-requests", {"id": "TCR-m", "created": None, "updated": None})
    assert mirror.sync()["tier/config-requests"].added == 1
    assert "TCR-m" in mirrored(file, "tier/config-requests")


def test_many_rows_of_one_window_are_stored_in_parts(connect, world, file, monkeypatch):
    monkeypatch.setattr(window_keeper, "_MOST_ROWS", 10)
    OtherUsers(connect, 1).insert(45)
    later(connect, days=1)
    client = world.client(KEY, connect.endpoint, use_specs=True, specs_location=connect.spec)
    assert client.mirror(file).sync("requests")["requests"].added == 45
    assert mirrored(file) == served(connect)


def test_no_row_is_removed_from_a_list_whose_order_changed(connect, server, file):
    """A server without a stable order repeats rows and leaves others out."""
    client = ConnectClient(KEY, server.endpoint, specs_location=connect.spec)
    rows_ = places(45)
    order = {"after": 45}

    def page(got):
        limit, offset = (int(text.rpartition("=")[2]) for text in got.query.split("&")[-2:])
        listed = rows_ if offset < order["after"] else rows_[::-1]
        part = listed[offset : offset + limit]
        return json_answer(part, Content_Range=f"items {offset}-{offset + len(part)}/45")

    server.answer = lambda got: page(got) if "marketplaces" in got.path else json_answer([])
    with pytest.warns(FullScanWarning):
        client.mirror(file).sync("marketplaces")
    order["after"] = 1
    with pytest.warns(DriftWarning), pytest.warns(FullScanWarning):
        counts = client.mirror(file).sync("marketplaces")["marketplaces"]
    assert counts.removed == 0
    assert len(mirrored(file, "marketplaces")) == 45
    client.close()


@pytest.mark.parametrize(
    ("method", "options"), [("sync", {}), ("reconcile", {"full": True})], ids=["sync", "full"]
)
def test_rows_that_may_have_been_missed_are_read_by_the_next_run(
    connect, server, file, method, options, monkeypatch
):
    """A list whose order changes while a run reads it leaves the time of that run where it was."""
    client = ConnectClient(KEY, server.endpoint, specs_location=connect.spec)
    rows_ = [{"id": f"PR-{place:03}", "status": "draft"} for place in range(45)]
    state = {"hour": 1, "flips_after": 45}

    def page(got):
        offset = int(got.query.rpartition("=")[2])
        listed = rows_ if offset < state["flips_after"] else rows_[::-1]
        return json_answer(listed[offset : offset + 20])

    def now(_):
        return format_datetime(START + timedelta(hours=state["hour"]), usegmt=True)

    server.answer = page
    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", now)
    with client.mirror(file) as mirror:
        mirror.sync("requests")
        state.update(hour=9, flips_after=1)
        with pytest.warns(DriftWarning):
            getattr(mirror, method)("requests", **options)
        state.update(hour=20, flips_after=45)
        server.got.clear()
        mirror.sync("requests")
    assert "ge(updated,2024-05-01T00:45:00" in server.got[0].query
    client.close()


def test_a_mirror_belongs_to_one_account(connect, mirror, file):
    connect.insert("accounts", account(1, START.isoformat()))
    mirror.sync("requests")
    connect.requests.clear()
    other = KEY.replace("SU-000-000-000", "SU-000-000-001")
    with ConnectClient(other, connect.endpoint, specs_location=connect.spec) as same:
        same.mirror(file).sync("requests")
        assert [call.path for call in connect.requests] == ["accounts", "requests"]
    connect.delete("accounts/VA-1")
    connect.insert("accounts", account(2, START.isoformat()))
    with pytest.raises(MirrorError, match="a mirror of the account VA-1, not of VA-2"):
        mirror.sync("requests")


def test_the_account_may_be_unknown(connect, mirror):
    connect.faults = [Fault.status(403, path="accounts")]
    assert mirror.sync("requests")["requests"].calls == 1


def test_other_errors_of_the_account_are_raised(connect, world, file):
    connect.faults = [Fault.status(400, path="accounts")]
    client = world.client(KEY, connect.endpoint, use_specs=True, specs_location=connect.spec)
    with pytest.raises(ClientError, match="400"):
        client.mirror(file).sync("requests")
    connect.faults = [Fault.status(403, path="accounts")]
    assert client.mirror(file).sync("requests")["requests"].calls == 1


def test_a_file_that_cannot_be_written_is_named(connect, world, file):
    client = world.client(KEY, connect.endpoint, use_specs=True, specs_location=connect.spec)
    mirror = client.mirror(file)
    mirror.sync("requests")
    with closing(sqlite3.connect(file)) as other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON 'cnct.rows' BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    OtherUsers(connect, 1).insert(1)
    with pytest.raises(MirrorError, match="cannot be written: full"):
        mirror.sync("requests")
    with pytest.raises(MirrorError, match="no collection marketplaces"):
        mirror.forget("marketplaces")
    mirror.forget("requests")


def test_a_mirror_belongs_to_one_endpoint(connect, mirror, file):
    mirror.sync("requests")
    elsewhere = ConnectClient(KEY, "http://localhost:9/public/v1", specs_location=connect.spec)
    for run in (elsewhere.mirror(file).sync, elsewhere.mirror(file).forget):
        with pytest.raises(MirrorError, match=r"is a mirror of http://127\.0\.0\.1.*name another"):
            run("requests")


def test_the_key_is_not_in_the_file(mirror, file):
    mirror.sync("requests")
    assert b"very-secret" not in file.read_bytes()
    assert "SU-000-000-000" in dict(rows(file, "SELECT * FROM 'cnct.facts'")).values()


def rows(file, query):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def test_one_mirror_writes_at_a_time(connect, client, mirror, file):
    OtherUsers(connect, 1).insert(1)
    errors = []

    def meanwhile():
        try:
            client.mirror(file).sync("requests")
        except MirrorError as error:
            errors.append(str(error))

    connect.faults = [Fault.hook(meanwhile, path="requests", times=1)]
    mirror.sync("requests")
    assert ["wait until that run has ended" in error for error in errors] == [True]
    mirror.sync("requests")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("CREATE TABLE mine (a)", "is a database, but no mirror"),
        ("PRAGMA application_id = 1668178804; PRAGMA user_version = 99", "by a newer version"),
    ],
)
def test_other_files_stay_as_they_are(client, file, content, message):
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(content)
    before = file.read_bytes()
    with pytest.raises(MirrorError, match=message):
        client.mirror(file).sync("requests")
    assert file.read_bytes() == before


def test_a_file_that_cannot_be_a_database_is_named(client, file, tmp_path):
    file.write_text("no database, but a text that is long enough to be looked at" * 20)
    for path in (file, tmp_path / "missing" / "connect.db"):
        with pytest.raises(MirrorError, match="cannot be used as a mirror"):
            client.mirror(path).sync("requests")


def test_a_mirror_needs_a_document(connect, file):
    without = ConnectClient(KEY, connect.endpoint, use_specs=False)
    with pytest.raises(MirrorError, match="needs the API's OpenAPI document"):
        without.mirror(file).sync("requests")
    wrong = ConnectClient(KEY, connect.endpoint, specs_location="nowhere.yml")
    with pytest.raises(SpecError, match="nowhere"):
        wrong.mirror(file).sync("requests")


def test_wrong_arguments_are_refused(client, mirror):
    with pytest.raises(UnknownNameError, match="Did you mean 'requests'"):
        mirror.sync("request")
    with pytest.raises(MirrorError, match="is no list that can be mirrored"):
        mirror.sync("requests/PR-1")
    with pytest.raises(ValueError, match="keeps whole collections, not <ResourceSet requests"):
        mirror.sync(client.requests.filter(id="PR-1"))
    with pytest.raises(TypeError, match=r"names of collections like 'requests'.*not int"):
        mirror.sync(5)
    with pytest.raises(TypeError, match="lookback must be seconds or a timedelta, not str"):
        mirror.sync("requests", lookback="15m")
    with pytest.raises(ValueError, match="lookback must be 0 seconds or more"):
        mirror.sync("requests", lookback=-1)
    with pytest.raises(TypeError, match=r"write select=\['status'\]"):
        mirror.sync("requests", select="status")
    with pytest.raises(ValueError, match="concurrency must be at least 1"):
        mirror.reconcile("requests", concurrency=0)
    assert mirror.sync(client.requests.all(), lookback=0).total.added == 0


def test_rows_are_recognised_by_ids_of_their_own(connect, server, file):
    client = ConnectClient(KEY, server.endpoint, specs_location=connect.spec)
    for rows_, message in (
        ([{"name": "A"}], "Rows of requests have no 'id'"),
        ([{"id": "PR-1", "a": 1}, {"id": "PR-1", "a": 2}], "repeat the id 'PR-1'"),
    ):
        headers = {"Content_Range": f"items 0-0/{len(rows_)}"}
        server.answer = lambda _, rows_=rows_, headers=headers: json_answer(rows_, **headers)
        with pytest.raises(MirrorError, match=message):
            client.mirror(file).sync("requests")
    client.close()


def test_without_totals_a_list_is_read_page_by_page(connect, server, world, file):
    client = world.client(KEY, server.endpoint, use_specs=True, specs_location=connect.spec)
    pages = [{"id": f"PR-{place}"} for place in range(30)]

    def page(got):
        query = dict(part.split("=") for part in got.query.split("&") if "=" in part)
        start = int(query.get("offset", 0))
        return json_answer(pages[start : start + int(query.get("limit", 20))])

    server.answer = page
    assert client.mirror(file).sync("requests")["requests"].added == 30


def test_progress_counts_rows_of_all_collections(connect, mirror):
    OtherUsers(connect, 1).insert(45)
    connect.insert("marketplaces", *places(3))
    figures = []
    mirror.sync("requests", "marketplaces", progress=figures.append)
    assert figures[-1][:3] == (48, 0, 48)
    assert [figure.done for figure in figures] == sorted({figure.done for figure in figures})
    with pytest.raises(TypeError, match="progress must be a callable"):
        mirror.sync("requests", progress=5)


def test_a_new_mirror_needs_names(mirror):
    with pytest.raises(MirrorError, match=r"no collections yet: .*mirror\.sync\('requests'\)"):
        mirror.sync()


def test_results_read_as_sentences(connect, mirror):
    OtherUsers(connect, 1).insert(2)
    result = mirror.sync("requests")
    assert repr(result) == "<Synced requests: 2 added, 1 calls>"
    assert len(result) == 1
    assert str(result.total) == "2 added, 1 calls"
    assert repr(mirror).startswith("<Mirror /")
    assert repr(type(result)()) == "<Synced no collections>"
    assert str(type(result)().total) == "nothing"


def test_a_cancelled_run_ends_its_commit_and_frees_the_mirror(connect, file):
    OtherUsers(connect, 1).insert(45)

    async def main():
        async with AsyncConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
            async with client.mirror(file) as mirror:
                for steps in range(40):
                    run = asyncio.ensure_future(mirror.sync("requests"))
                    for _ in range(steps):
                        await asyncio.sleep(0)
                    run.cancel()
                    await asyncio.wait([run])
                await mirror.sync("requests")

    asyncio.run(main())
    assert mirrored(file) == served(connect)
