"""Watches of lists without a time of change, and of clients without a document."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from tests.conftest import KEY, json_answer
from tests.watching.conftest import START, at_reads, ids, put

from cnct import (
    ConnectClient,
    FullScanWarning,
    NotScannableError,
)
from cnct.emulator import Clock, Fault


def test_without_a_time_all_rows_are_compared(blind, connect, state):
    put(connect, "PR-1", "PR-2", "PR-3")
    at_reads(
        connect,
        {
            2: lambda: put(connect, "PR-2", note="changed", updated=START.isoformat()),
            3: lambda: connect.delete("requests/PR-3") and connect.ids.discard("PR-3"),
            4: lambda: put(connect, "PR-4"),
        },
    )
    assert ids(blind.requests.watch(state=state, timeout=100)) == ["PR-2", "PR-4"]
    rows = [json.loads(line)["row"] for line in state.read_text().splitlines()[1:]]
    assert sorted(rows) == ["PR-1", "PR-2", "PR-4"]
    assert ids(blind.requests.watch(state=state, timeout=0)) == []
    put(connect, "PR-1", note="changed")
    assert ids(blind.requests.watch(state=state, timeout=0)) == ["PR-1"]


def test_a_long_list_without_a_time_is_warned_of(blind, connect):
    put(connect, *(f"PR-{number}" for number in range(12)))
    with pytest.warns(
        FullScanWarning, match="each look reads all 12 rows .*by='updated'"
    ) as record:
        list(blind.requests.limit(10).watch(timeout=50))
    assert len(record) == 1


def test_a_time_may_be_named(blind, connect):
    at_reads(
        connect,
        {
            3: lambda: put(connect, "PR-1"),
            5: lambda: put(connect, "PR-1", created="2025-01-01T00:00:00+00:00"),
        },
    )
    assert ids(blind.requests.watch(by="created", timeout=100)) == ["PR-1"]
    assert "ge(created," in connect.requests[-1].query
    list(blind.requests.watch(by="updated", timeout=0))
    assert "ge(updated," in connect.requests[-1].query


def test_the_time_of_creation_finds_new_rows_only(client, connect):
    at_reads(
        connect,
        {
            3: lambda: put(connect, "PR-1"),
            6: lambda: put(connect, "PR-1", created=(START - timedelta(days=1)).isoformat()),
        },
    )
    assert ids(client.requests.watch(by="created", timeout=300)) == ["PR-1"]


def test_a_first_look_that_was_repeated_leaves_a_state_from_which_to_go_on(blind, connect, state):
    put(connect, "PR-1", "PR-2", "PR-3", "PR-4")
    connect.faults.add(Fault.status(408, path="requests", after=2, times=1))
    at_reads(connect, {4: lambda: put(connect, "PR-1", note="changed")})
    rows = blind.requests.limit(2)
    with pytest.warns(FullScanWarning):
        [row] = islice(rows.watch(state=state), 1)  # which is left before the look ends
    assert row["note"] == "changed"
    for expected in (["PR-1"], []):
        with pytest.warns(FullScanWarning):
            assert ids(rows.watch(state=state, timeout=0)) == expected


@pytest.mark.parametrize(
    ("path", "order"), [("requests", "(updated)"), ("tier/config-requests", "(updated,id)")]
)
def test_pages_of_rows_that_changed_at_one_time_are_in_the_order_of_ids(
    client, connect, path, order
):
    assert list(client.collection(path).watch(timeout=0)) == []
    assert f"ordering{order}" in connect.requests[-1].query


def test_a_list_with_a_time_of_creation_alone_is_compared(client, connect):
    with pytest.raises(ValueError, match=r"accounts can be filtered by no time .*as since"):
        list(client.accounts.watch(since=START))
    rows = client.accounts.watch(since="all", timeout=0)
    assert ids(rows) == ids(client.accounts)


def test_the_time_of_creation_may_have_another_name(client, connect, state):
    accounts = client.accounts.watch(by="created", since="all", state=state, timeout=0)
    assert ids(accounts) == ids(client.accounts)
    assert list(client.accounts.watch(by="created", state=state, timeout=0)) == []
    assert "ge(events.created.at," in connect.requests[-1].query
    with pytest.raises(NotScannableError, match="accounts cannot be filtered by 'updated'"):
        list(client.accounts.watch(by="updated"))


def test_a_long_list_with_a_time_of_creation_alone_is_warned_of(client, connect):
    connect.insert("accounts", *({"id": f"VA-{number}"} for number in range(5)))
    with pytest.warns(FullScanWarning, match="pass by='created' to find new rows only"):
        list(client.accounts.limit(3).watch(timeout=0))
    for number in range(5):
        connect.delete(f"accounts/VA-{number}")


def test_a_row_without_any_time_comes_once(client, connect):
    connect.insert("requests", {"id": "PR-1", "status": "pending"})
    connect.ids.add("PR-1")
    put(connect, "PR-2")
    changes = client.requests.watch(since="all", timeout=100)
    assert sorted(ids(changes)) == ["PR-1", "PR-2"]


def test_rows_that_come_against_the_filter_come_once(server):
    rows = [{"id": "PR-1", "updated": "2020-01-01T00:00:00+00:00"}]
    server.answer = lambda _: json_answer(rows, Content_Range="items 0-0/1")
    with ConnectClient(KEY, server.endpoint, use_specs=False, clock=Clock(START)) as client:
        assert list(client.requests.watch(by="updated", since=START, timeout=2000)) == rows


TWINS = [{"id": "PR-1", "note": "a"}, {"id": "PR-1", "note": "b"}]


def test_rows_that_share_an_id_come_once_each(server, state):
    def listed(_):
        turned = len(server.got) % 2
        rows = TWINS[::-1] if turned else TWINS
        return json_answer(rows, Content_Range="items 0-1/2")

    server.answer = listed
    with ConnectClient(KEY, server.endpoint, use_specs=False, clock=Clock(START)) as client:
        options = {"since": "all", "state": state}
        rows = [*client.requests.watch(timeout=100, **options)]
        assert sorted(row["note"] for row in rows) == ["a", "b"]
        assert [*client.requests.watch(timeout=0, **options)] == []
        assert [*client.requests.watch(timeout=100)] == []
    assert len(server.got) > 6


def test_a_change_of_one_of_the_rows_that_share_an_id_comes(server):
    changed = {"id": "PR-1", "note": "c"}

    def listed(_):
        last = TWINS[1] if len(server.got) < 4 else changed
        return json_answer([TWINS[0], last], Content_Range="items 0-1/2")

    server.answer = listed
    with ConnectClient(KEY, server.endpoint, use_specs=False, clock=Clock(START)) as client:
        assert [*client.requests.watch(timeout=200)] == [changed]


def test_rows_that_share_an_id_come_once_each_where_looks_go_back_a_minute(server):
    now = datetime.now(UTC)  # by the server's clock, which is that of the system
    ages = [now - timedelta(seconds=seconds) for seconds in (300, 10)]
    rows = [{**row, "updated": at.isoformat()} for row, at in zip(TWINS, ages, strict=True)]

    def listed(got):
        since = datetime.fromisoformat(re.search(r"ge\(updated,([^)]*)\)", got.query)[1])
        late = [row for row, at in zip(rows, ages, strict=True) if at >= since]
        return json_answer(late, Content_Range=f"items 0-{len(late)}/{len(late)}")

    server.answer = listed
    with ConnectClient(KEY, server.endpoint, use_specs=False, clock=Clock(START)) as client:
        since = now - timedelta(hours=1)
        assert [*client.requests.watch(by="updated", since=since, timeout=2000)] == rows


def test_the_document_is_read_before_the_first_look(connect, world, tmp_path):
    updated = {
        "name": "updated",
        "in": "query",
        "description": "**lookups:** ge, lt",
        "schema": {"type": "string", "format": "date-time"},
    }
    get = {"parameters": [updated], "responses": {"200": {"description": "The requests."}}}
    location = tmp_path / "document.json"
    location.write_text(json.dumps({"openapi": "3.0.0", "paths": {"/requests": {"get": get}}}))
    client = world.client(KEY, connect.endpoint, use_specs=True, specs_location=location)
    assert list(client.requests.watch(timeout=0)) == []
    assert "ge(updated," in connect.requests[-1].query
