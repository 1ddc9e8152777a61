"""What a dlt source reads, without dlt: tables, keys, cursors, and the rows that have changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from tests.conftest import KEY, json_answer

from cnct import ConnectClient, NotFoundError
from cnct.dlt import changed_rows, connect
from cnct.dlt.changed_rows import RunCursor, changed_pages
from cnct.dlt.loads import Clients, Load, checked_lookback, loads
from cnct.emulator import Emulator

QUARTER = timedelta(minutes=15)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(generate={"requests": 12}) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> Iterator[ConnectClient]:
    with ConnectClient(KEY, emulator.endpoint, specs_location=emulator.spec) as client:
        yield client


def load_of(collection: Any, client: Any, where: Any = None, *, is_full: bool = False) -> Load:
    return loads([collection], Clients(client), where, is_full=is_full)[0]


@pytest.mark.parametrize(
    ("path", "name", "table", "cursor", "key"),
    [
        ("requests", "requests", "requests", "updated", ["id"]),
        (
            "subscriptions/assets",
            "subscriptions_assets",
            "subscriptions_assets",
            "events.updated.at",
            ["id"],
        ),
        (
            "products/PRD-1/items",
            "products_PRD-1_items",
            "products_items",
            "events.updated.at",
            ["_parent", "id"],
        ),
    ],
)
def test_the_document_decides_table_key_and_cursor(client, path, name, table, cursor, key):
    load = load_of(path, client)
    assert (load.name, load.table, load.cursor, load.key) == (name, table, cursor, key)
    assert load.columns["id"] == {"data_type": "text"}


def test_times_have_the_type_of_the_document(client):
    columns = load_of("requests", client).columns
    assert columns["created"] == {"data_type": "timestamp"}
    assert columns["asset__id"] == {"data_type": "text"}


def test_a_full_load_and_a_list_without_times_replace_their_tables(client):
    assert load_of("requests", client, is_full=True).cursor == ""
    assert load_of(client.products["PRD-1"].actions, client).cursor == ""


def test_without_a_document_all_rows_are_loaded():
    with ConnectClient(KEY, "https://localhost", use_specs=False) as client:
        load = load_of(client.products["PRD-1"].items, client)
    assert (load.name, load.table, load.cursor) == ("products_PRD-1_items",) * 2 + ("",)


@pytest.mark.parametrize(
    ("collection", "problem"),
    [
        (lambda client: client.requests.all()[:5], "is a slice"),
        (lambda client: client.requests.all().select("-updated"), "loaded by 'updated': leave"),
        (
            lambda client: client("subscriptions").assets.select("+tiers", "-events"),
            "by 'events.updated.at'",
        ),
        (lambda _: "a b", "no name of a collection"),
        (lambda _: 7, "not int"),
        (lambda client: client, "not ConnectClient"),
    ],
)
def test_other_collections_are_refused(client, collection, problem):
    with pytest.raises((TypeError, ValueError), match=problem):
        load_of(collection(client), client)


def test_unknown_names_are_refused_with_the_nearest(client):
    with pytest.raises(NotFoundError, match="Did you mean 'requests'"):
        load_of("request", client)


def test_no_collection_and_the_same_one_twice_are_refused(client):
    with pytest.raises(ValueError, match="nothing to load"):
        loads([], Clients(client), is_full=False)
    with pytest.raises(ValueError, match="'requests' comes twice"):
        loads(["requests", client.requests.all()], Clients(client), is_full=False)


@pytest.mark.parametrize(
    ("lookback", "error"), [(15, TypeError), (timedelta(minutes=-1), ValueError)]
)
def test_a_lookback_is_a_time(lookback, error):
    with pytest.raises(error, match="lookback must"):
        checked_lookback(lookback)
    assert checked_lookback(QUARTER) == QUARTER


def test_clients_are_closed_by_those_who_made_them(client, emulator):
    load = load_of(client.requests.filter(id="PR-1"), None)
    made = []

    def factory() -> ConnectClient:
        made.append(ConnectClient(KEY, emulator.endpoint, specs_location=emulator.spec))
        return made[-1]

    with Clients(factory).opened(load) as rows:
        assert rows._client is client
    named = load_of("requests", factory, "eq(status,pending)")
    with Clients(factory).opened(named) as rows:
        assert rows._client is made[1]
        assert "/requests?eq(status,pending)&" in rows.url
    with pytest.raises(TypeError, match="must return a ConnectClient, not 'text'"):
        load_of("requests", lambda: "text")
    with pytest.raises(TypeError, match="or a function that makes one"):
        Clients("text")


def changed(client: Any, start: str | None, digests: Any, **options: Any) -> list[Any]:
    load = load_of("requests", client)
    rows = client.requests.all().limit(options.get("limit", 100))
    cursor = RunCursor()
    cursor.start = start
    pages = changed_pages(load, rows, cursor, options.get("lookback", QUARTER), digests)
    return [row["id"] for page in pages for row in page]


@pytest.mark.parametrize("limit", [5, 100])
def test_rows_of_the_lookback_come_again_only_if_they_have_changed(client, limit):
    digests: dict[str, list[str]] = {}
    assert len(set(changed(client, None, digests, limit=limit))) == 12
    start = min(time for time, _ in digests.values())
    assert changed(client, start, digests, limit=limit) == []
    row = client.requests.all().first()
    client.requests[row["id"]].update({"note": f"changed for {limit}"})
    assert changed(client, start, digests, limit=limit) == [row["id"]]
    assert changed(client, None, digests, limit=limit)  # a new beginning


@pytest.mark.parametrize("lookback", [timedelta(), QUARTER])
def test_whatever_changes_while_rows_are_read_is_loaded_by_a_later_run(lookback):
    chance = Random(1)  # noqa: S311 - no secret
    table: dict[str, Any] = {}
    digests: dict[str, list[str]] = {}
    cursor = RunCursor()
    last: str | None = None
    with Emulator(generate={"requests": 25}) as emulator:
        emulator.clock.freeze()
        options = {"specs_location": emulator.spec, "validate": "off"}
        with ConnectClient(KEY, emulator.endpoint, **options) as client:
            load = load_of("requests", client)
            ids = [row["id"] for row in client.requests.all()]
            for run in range(4):
                cursor.start, cursor.end = last, None
                rows = client.requests.all().limit(6)
                for page in changed_pages(load, rows, cursor, lookback, digests):
                    table |= {row["id"]: row for row in page}
                    for row in page:
                        last = cursor.latest(
                            [row["updated"]] if last is None else [row["updated"], last]
                        )
                    if run < 3:
                        emulator.clock.advance(timedelta(seconds=chance.choice([0, 1, 600])))
                        for id_ in chance.sample(ids, 4):
                            client.requests[id_].update({"note": str(chance.random())})
                emulator.clock.advance(timedelta(minutes=1))
            assert table == {row["id"]: row for row in client.requests.all()}


def rows_answer(server: Any, *rows: Any) -> None:
    content_range = f"items 0-{len(rows) - 1}/{len(rows)}"
    server.answer = lambda _: json_answer([*rows], Content_Range=content_range)


@pytest.fixture
def remote(server: Any, emulator: Emulator) -> Iterator[ConnectClient]:
    with ConnectClient(KEY, server.endpoint, specs_location=emulator.spec) as client:
        yield client


def at(number: int, time: str | None) -> dict[str, Any]:
    return {"id": f"PR-{number}", "updated": time}


def test_later_changes_are_loaded_and_do_not_move_the_cursor(remote, server):
    later = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
    rows_answer(server, at(1, "2024-01-01T09:00:00Z"), at(2, later))
    cursor, digests = RunCursor(), {}
    pages = changed_pages(
        load_of("requests", remote), remote.requests.all(), cursor, QUARTER, digests
    )
    assert [row["id"] for page in pages for row in page] == ["PR-1", "PR-2"]
    assert cursor.latest([later, "2024-01-01T09:00:00Z"]) == "2024-01-01T09:00:00Z"
    assert cursor.latest([later]) is None
    cursor.start = "2024-01-01T10:00:00Z"
    assert cursor.latest([later]) == cursor.latest(["2024-01-01T09:00:00Z"]) == cursor.start
    assert [*digests] == ["PR-1", "PR-2"]


def test_digests_are_kept_for_the_lookback_and_for_rows_without_a_time(remote, server):
    digests: dict[str, list[str]] = {}
    rows_answer(
        server, at(1, "2024-01-01T09:40:00"), at(2, "2024-01-01T09:50:00Z"), at(3, None), at(4, "")
    )
    assert len(changed(remote, None, digests)) == 4
    rows_answer(server, at(5, "2024-01-01T09:56:00+00:00"))
    assert changed(remote, "2024-01-01T09:35:00Z", digests) == ["PR-5"]
    assert [*digests] == ["PR-3", "PR-4", "PR-2", "PR-5"]


def test_digests_are_bounded(remote, server, monkeypatch):
    monkeypatch.setattr(changed_rows, "MOST_DIGESTS", 3)
    rows_answer(server, *(at(number, f"2024-01-01T09:50:0{number}Z") for number in range(9)))
    digests: dict[str, list[str]] = {}
    assert len(changed(remote, None, digests)) == 9
    assert [*digests] == ["PR-6", "PR-7", "PR-8"]


def test_a_filter_that_nothing_matches_makes_no_call(remote, server):
    load = load_of("requests", remote)
    rows = remote.requests.filter(id__in=[])
    assert [*changed_pages(load, rows, RunCursor(), QUARTER, {})] == []
    assert server.got == []


def test_lists_that_cannot_be_cut_are_read_page_by_page(remote, server):
    server.answer = lambda _: json_answer([at(1, "2024-01-01T09:50:00Z")])  # no totals
    load = load_of("requests", remote)
    assert [*load.pages(remote.requests.all())] == [[at(1, "2024-01-01T09:50:00Z")]]
    ordered = remote.requests.all().order_by("created")
    assert [row["id"] for page in load.pages(ordered) for row in page] == ["PR-1"]


def test_rows_of_a_nested_collection_name_their_parent(client):
    load = load_of("products/PRD-1/items", client)
    assert load.completed([{"id": "PRD-1-1"}]) == [{"_parent": "products/PRD-1", "id": "PRD-1-1"}]


def test_without_dlt_the_error_says_what_to_install():
    with pytest.raises(ImportError, match="pip install dlt"):
        connect("requests")
