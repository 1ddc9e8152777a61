"""Watches: each change at least once, by the emulator's clock, over restarts, in both worlds."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY, json_answer

from cnct import (
    AsyncConnectClient,
    ClientError,
    ConnectClient,
    DriftWarning,
    FullScanWarning,
    InvalidCallWarning,
    JournalError,
    NaiveDatetimeWarning,
    NotFoundError,
    NotScannableError,
)
from cnct.client.watching import watch_run
from cnct.emulator import Clock, Emulator, Fault
from cnct.testing import ConnectClientMocker

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def emulator():
    with Emulator(records={}, clock=Clock(START)) as emulator:
        yield emulator


@pytest.fixture
def connect(emulator):
    """A local Connect without requests, at a time that stands still."""
    emulator.clock.freeze(START)
    emulator.faults = []
    emulator.ids = set()
    yield emulator
    for name in emulator.ids:
        emulator.delete(f"requests/{name}")


@pytest.fixture
def either(connect, world):
    """A client of each world."""
    return world.client(KEY, connect.endpoint, clock=connect.clock, **documented(connect))


@pytest.fixture(scope="module")
def client(emulator):
    """A synchronous client: what a watch decides is the same in both worlds."""
    options = {"clock": emulator.clock, "specs_location": emulator.spec}
    with ConnectClient(KEY, emulator.endpoint, **options) as client:
        yield client


@pytest.fixture
def blind(connect):
    """A client without a document."""
    options = {"clock": connect.clock, "use_specs": False}
    with ConnectClient(KEY, connect.endpoint, **options) as client:
        yield client


@pytest.fixture
def idle():
    """A client that calls nobody."""
    with ConnectClient(KEY, "http://127.0.0.1:9/public/v1", use_specs=False) as client:
        yield client


@pytest.fixture
def state(tmp_path):
    return tmp_path / "requests.watch"


def documented(connect) -> dict[str, Any]:
    return {"use_specs": True, "specs_location": connect.spec}


def put(connect, *names: str, ago: float = 0, **fields: Any) -> None:
    """Write requests that changed some seconds ago, as transactions do that end late."""
    now = (connect.clock.now() - timedelta(seconds=ago)).isoformat()
    for name in names:
        if name in connect.ids:
            connect.delete(f"requests/{name}")
        row = {"id": name, "status": "pending", "created": now, "updated": now, **fields}
        connect.insert("requests", row)
        connect.ids.add(name)


def at_reads(connect, steps: dict[int, Callable[[], object]]) -> None:
    """Take steps before reads of requests, which are numbered from 1."""
    number = 0

    def step() -> None:
        nonlocal number
        number += 1
        steps.get(number, lambda: None)()

    connect.faults.add(Fault.hook(step, path="requests"))


def ids(rows: Any) -> list[str]:
    return [row["id"] for row in rows]


def reads(connect) -> int:
    return sum(request.path.endswith("requests") for request in connect.requests)


def test_a_watch_yields_what_is_new_or_changed_from_now_on(either, connect):
    put(connect, "PR-1", "PR-2")
    at_reads(
        connect,
        {
            4: lambda: put(connect, "PR-3"),
            6: lambda: put(connect, "PR-1", note="changed"),
        },
    )
    changes = either.requests.filter(status="pending").watch(timeout=600)
    assert [(row["id"], row.get("note")) for row in changes] == [
        ("PR-3", None),
        ("PR-1", "changed"),
    ]


def test_all_rows_may_be_new_or_those_since_a_time(client, connect):
    put(connect, "PR-1", ago=100)
    put(connect, "PR-2", "PR-3", ago=50)
    assert ids(client.requests.watch(since="all", timeout=0)) == ["PR-1", "PR-2", "PR-3"]
    since = START - timedelta(seconds=50)
    assert ids(client.requests.watch(since=since, timeout=120)) == ["PR-2", "PR-3"]
    with pytest.warns(NaiveDatetimeWarning):
        assert ids(client.requests.watch(since=datetime(2200, 1, 1), timeout=0)) == []  # noqa: DTZ001


def test_ties_in_one_moment_and_changes_within_it_come_all(client, connect):
    put(connect, "PR-1")
    at_reads(
        connect,
        {
            3: lambda: put(connect, "PR-2"),
            4: lambda: put(connect, "PR-3", "PR-4"),
            5: lambda: put(connect, "PR-2", note="again"),
        },
    )
    connect.clock.advance(0)
    changes = client.requests.watch(lookback=0, timeout=40)
    moments = ids(changes)
    assert sorted(moments) == ["PR-2", "PR-2", "PR-3", "PR-4"]


@pytest.mark.parametrize("late", [50, 890])
def test_rows_that_show_up_late_with_an_older_time_come_too(client, connect, late):
    at_reads(connect, {10: lambda: put(connect, "PR-1", ago=late)})
    assert ids(client.requests.watch(timeout=1500)) == ["PR-1"]


def test_nothing_is_read_again_without_end(client, connect):
    put(connect, *(f"PR-{number}" for number in range(50)), ago=30)
    list(client.requests.limit(10).watch(timeout=0))
    connect.requests.clear()
    assert ids(client.requests.limit(100).watch(timeout=1800)) == []
    assert reads(connect) < 1800 / 60 * 1.5


def test_a_long_backlog_comes_in_the_order_of_its_changes(client, connect, state):
    for number in range(30):
        put(connect, f"PR-{number:02}", ago=100_000 - 1000 * number)
    watch = client.requests.limit(7).watch(since="all", timeout=0, state=state)
    assert ids(watch) == sorted(connect.ids)
    assert len(state.read_text().splitlines()) == 1  # nothing of it is read again


def test_a_row_counts_as_delivered_when_the_next_one_is_requested(either, connect, state):
    put(connect, "PR-1", "PR-2", "PR-3")
    first = ids(islice(either.requests.watch(since="all", state=state), 2))
    second = ids(either.requests.watch(state=state, timeout=0))
    assert sorted(first[:1] + second) == ["PR-1", "PR-2", "PR-3"]
    assert ids(either.requests.watch(state=state, timeout=0)) == []


def test_changes_between_two_runs_are_not_missed(either, connect, state):
    put(connect, "PR-1", "PR-2")
    assert ids(either.requests.watch(state=state, timeout=0)) == []
    connect.clock.advance(86_400)
    put(connect, "PR-2", note="changed")
    put(connect, "PR-3", ago=80_000)
    assert sorted(ids(either.requests.watch(state=state, timeout=0))) == ["PR-2", "PR-3"]
    assert ids(either.requests.watch(state=state, timeout=0, since="all")) == []


def test_an_interrupted_backlog_goes_on(client, connect, state):
    for number in range(20):
        put(connect, f"PR-{number:02}", ago=100_000 - 100 * number)
    watch = client.requests.limit(5)
    first = ids(islice(watch.watch(since="all", state=state), 13))
    second = ids(watch.watch(state=state, timeout=0))
    assert first[:12] + second == sorted(connect.ids)


def test_a_failed_look_repeats_no_row(either, connect):
    for number in range(20):
        put(connect, f"PR-{number:02}", ago=100_000 - 100 * number)
    connect.faults.add(Fault.status(503, path="requests", after=3, times=1))
    changes = either.requests.limit(5).watch(since="all", timeout=30)
    assert ids(changes) == sorted(connect.ids)


def test_rows_that_leave_the_filter_are_not_yielded(client, connect):
    put(connect, "PR-1")
    at_reads(connect, {3: lambda: put(connect, "PR-1", status="approved")})
    assert ids(client.requests.filter(status="pending").watch(timeout=100)) == []


def test_the_first_look_may_take_several_pages_while_rows_change(either, connect):
    put(connect, *(f"PR-{number}" for number in range(30)), ago=10)
    at_reads(connect, {4: lambda: put(connect, "PR-7", note="changed")})
    changes = either.requests.limit(10).watch(timeout=50)
    assert [(row["id"], row["note"]) for row in changes] == [("PR-7", "changed")]


def test_pauses_grow_while_nothing_comes_and_shrink_after_a_change(client, connect, monkeypatch):
    monkeypatch.setattr("random.uniform", lambda _, __: 1)
    seconds: list[float] = []
    before = START

    def note() -> None:
        nonlocal before
        seconds.append((connect.clock.now() - before).total_seconds())
        before = connect.clock.now()

    connect.faults.add(Fault.hook(note, path="requests"))
    at_reads(connect, {9: lambda: put(connect, "PR-1")})
    list(client.requests.watch(timeout=260))
    assert seconds == [0, 0, 10, 15, 22.5, 33.75, 50.625, 60, 60, 8.125]


def test_a_look_waits_as_long_as_the_server_asks(client, connect):
    connect.faults.add(Fault.status(429, retry_after=500, path="requests", after=2, times=1))
    at_reads(connect, {4: lambda: put(connect, "PR-1")})
    [row] = islice(client.requests.watch(), 1)
    assert (connect.clock.now() - START).total_seconds() > 500
    assert row["id"] == "PR-1"


@pytest.mark.parametrize(
    "fault",
    [
        Fault.status(503, path="requests", times=3),
        Fault.status(408, path="requests", times=3),
        Fault.drop_before(path="requests", times=3),
        Fault.drop_after(path="requests", times=3),
        Fault.truncate(path="requests", times=3),
    ],
    ids=str,
)
def test_a_watch_outlives_what_passes(either, connect, fault):
    errors: list[ClientError] = []
    put(connect, "PR-1")
    connect.faults.add(fault)
    changes = either.requests.watch(since="all", errors=errors.append)
    assert ids(islice(changes, 1)) == ["PR-1"]
    assert len(errors) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_ends_a_watch(client, connect, status):
    connect.faults.add(Fault.status(status, path="requests", after=3))
    with pytest.raises(ClientError) as raised:
        list(client.requests.watch())
    assert raised.value.status_code == status


def test_patience_has_an_end(either, connect, caplog):
    connect.faults.add(Fault.status(503, path="requests", after=3))
    with pytest.raises(ClientError, match="503"), caplog.at_level(logging.INFO, "cnct.retry"):
        list(either.requests.watch(errors=300))
    assert 300 < (connect.clock.now() - START).total_seconds() < 600
    assert "503 Service Unavailable" in caplog.text
    assert "next look in" in caplog.text


def test_a_function_may_end_the_watch(client, connect):
    def give_up(error: ClientError) -> None:
        raise KeyError(error.status_code)

    connect.faults.add(Fault.status(503, path="requests", after=1))
    with pytest.raises(KeyError, match="503"):
        list(client.requests.watch(errors=give_up))


def test_an_endpoint_that_never_answered_is_a_mistake(idle):
    with pytest.raises(ClientError, match="nothing listens there"):
        list(idle.requests.watch(by="updated"))


def test_an_answer_that_is_no_json_is_a_mistake_at_first(server):
    answers = [json_answer([], Content_Range="items 0-0/0")] * 2 + [(200, {}, b"<html>")]
    server.answer = lambda _: answers[min(len(server.got), len(answers)) - 1]
    client = ConnectClient(KEY, server.endpoint, use_specs=False, max_retries=0, clock=Clock(START))
    errors: list[ClientError] = []
    assert list(client.requests.watch(timeout=100, errors=errors.append)) == []
    assert errors
    with pytest.raises(ClientError, match="Expected a JSON array of rows"):
        list(client.requests.watch())


def test_a_watch_ends_at_a_time(client, connect):
    end = START + timedelta(seconds=95)
    list(client.requests.watch(until=end, timeout=3600))
    assert abs(connect.clock.now() - end) < timedelta(seconds=1)
    list(client.requests.watch(until=START, timeout=3600))
    assert abs(connect.clock.now() - end) < timedelta(seconds=1)


def test_until_is_a_time_of_the_system_without_another_clock(connect):
    with ConnectClient(KEY, connect.endpoint, use_specs=False) as client:
        assert list(client.requests.watch(until=START)) == []


def test_no_row_can_match(either, connect):
    assert list(either.requests.filter(id__in=[]).watch()) == []


def test_a_look_ends_even_if_rows_come_as_fast_as_they_are_read(either, connect, monkeypatch):
    def enter() -> None:
        put(connect, f"PR-{len(connect.ids):03}")

    monkeypatch.setattr(watch_run, "_SLACK", 0)
    put(connect, *(f"PR-{number:03}" for number in range(10)))
    connect.faults.add(Fault.hook(enter, path="requests", times=60))
    changes = either.requests.limit(2).watch(since="all", timeout=100, interval=10)
    assert ids(changes) == sorted(connect.ids)
    assert (connect.clock.now() - START).total_seconds() > 99


def test_rows_that_may_have_been_missed_are_read_by_the_next_look(server, state):
    rows = [{"id": f"PR-{number:02}"} for number in range(45)]

    def page(got):
        offset = int(got.query.rpartition("=")[2])
        looks = sum(got.query.endswith("offset=0") for got in server.got) / 2
        turned = offset and looks == 1
        return json_answer((rows[::-1] if turned else rows)[offset : offset + 20])

    server.answer = page
    with ConnectClient(KEY, server.endpoint, use_specs=False, clock=Clock(START)) as client:
        changes = client.requests.limit(20).watch(since="all", state=state, timeout=30)
        with pytest.warns(FullScanWarning), pytest.warns(DriftWarning, match="Rows may be missing"):
            assert sorted(ids(changes)) == ids(rows)


def test_a_lookback_may_be_longer_than_the_calendar(client, connect):
    put(connect, "PR-1", ago=3600)
    at_reads(connect, {4: lambda: put(connect, "PR-2", ago=86_400 * 365 * 20)})
    assert ids(client.requests.watch(lookback=timedelta(days=999_999), timeout=0)) == []
    assert ids(client.requests.watch(lookback=timedelta(days=999_999), timeout=0)) == []


# Lists without a time, clients without a document


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


def test_a_list_with_a_time_of_creation_alone_is_compared(client, connect):
    with pytest.raises(ValueError, match=r"accounts can be filtered by no time of change.*since="):
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


# States


def test_the_state_is_small_and_says_where_to_go_on(client, connect, state):
    for number in range(40):
        put(connect, f"PR-{number}", ago=5000 - 100 * number)
    list(client.requests.watch(since="all", state=state, timeout=0))
    header, *rows = map(json.loads, state.read_text().splitlines())
    assert header == {
        "watch": "cnct",
        "version": 1,
        "endpoint": connect.endpoint,
        "path": "requests",
        "query": "",
        "updated": "updated",
        "created": "created",
        "since": (START - timedelta(minutes=15)).isoformat(),
        "start": None,
    }
    assert rows == []
    assert [*state.parent.iterdir()] == [state]


@pytest.mark.parametrize(
    ("watched", "options", "message"),
    [
        (lambda client: client.listings.all(), {}, "path 'requests' instead of 'listings'"),
        (
            lambda client: client.requests.filter(status="failed"),
            {},
            r"query 'eq\(status,pending\)' instead of 'eq\(status,failed\)'",
        ),
        (
            lambda client: client.requests.filter(status="pending"),
            {"by": "effective_date"},
            "belongs to a watch by updated and created, not by 'effective_date'",
        ),
    ],
)
def test_the_state_of_another_watch_is_refused(client, connect, state, watched, options, message):
    pending = client.requests.filter(status="pending")
    list(pending.watch(state=state, timeout=0))
    connect.requests.clear()
    with pytest.raises(JournalError, match=message):
        list(watched(client).watch(state=state, **options))
    assert not connect.requests
    list(pending.watch(state=state, timeout=0, by="created"))


def test_the_state_of_another_endpoint_is_refused(client, idle, connect, state):
    list(client.requests.watch(state=state, timeout=0))
    with pytest.raises(JournalError, match=r"endpoint 'http://127.*instead of 'http://"):
        list(idle.requests.watch(state=state))


def test_a_state_goes_on_by_the_time_with_which_it_began(client, blind, connect, state):
    list(client.requests.watch(state=state, timeout=0))
    put(connect, "PR-1")
    connect.requests.clear()
    assert ids(blind.requests.watch(state=state, timeout=0)) == ["PR-1"]
    assert "ge(updated," in connect.requests[-1].query


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no state", "line 1, was not written by a job"),
        ('{"watch": "cnct", "version": 9}\n', "version 9 instead of 1"),
        ('{"since": null}\n', "line 1, is no line of a watch"),
        ('{"row": 1, "digest": "", "at": null}\n', "line 2, is no line of a watch"),
        ('{"row": "1", "digest": "", "at": "2026-01-01T00:00:00"}\n', "line 2, is no line"),
        ('{"row": "1", "digest": "", "at": "soon"}\n{}\n', "line 2, is no line"),
    ],
)
def test_a_damaged_state_is_refused_before_the_first_call(idle, state, text, message):
    header = {"watch": "cnct", "version": 1, "endpoint": idle.endpoint, "path": "requests"}
    header |= {"query": "", "updated": "updated", "created": "", "since": None, "start": None}
    if '"row"' in text:
        text = f"{json.dumps(header)}\n{text}"
    elif "since" in text:
        text = f"{json.dumps(header)}\n".replace('"updated"', '"upped"')
    state.write_text(text)
    with pytest.raises(JournalError, match=message):
        list(idle.requests.watch(state=state))
    assert state.read_text() == text


def test_a_line_that_was_cut_off_is_left_out(client, connect, state):
    list(client.requests.watch(state=state, timeout=0))
    put(connect, "PR-1")
    with state.open("a") as file:
        file.write('{"row": "PR-1", "dig')
    assert ids(client.requests.watch(state=state, timeout=0)) == ["PR-1"]


def test_two_watches_do_not_share_a_state(either, connect, state):
    put(connect, "PR-1")
    first = iter(either.requests.watch(since="all", state=state))
    next(first)
    with pytest.raises(JournalError, match="is in use"):
        list(either.requests.watch(state=state, timeout=0))
    first.close()
    assert ids(either.requests.watch(state=state, timeout=0)) == ["PR-1"]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (
            "missing/requests.watch",
            "There is no directory '.*missing' for the state 'requests.watch'",
        ),
        ("", "is a directory: name a file in it"),
        ("/dev/null", "is no regular file: name another one"),
        ("x" * 300, r"cannot be written \(File name too long\)"),
    ],
)
def test_a_place_without_a_file_is_named_before_the_first_call(idle, tmp_path, place, message):
    with pytest.raises(JournalError, match=message):
        list(idle.requests.watch(state=tmp_path / place))


def test_a_folder_that_cannot_be_written_is_named_before_the_first_call(
    client, connect, state, monkeypatch
):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    list(client.requests.watch(state=state, timeout=0))
    connect.requests.clear()
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(JournalError, match=r"cannot be written \(Permission denied\)"):
        list(client.requests.watch(state=state))
    assert not connect.requests


def test_a_program_may_change_its_folder(client, connect, tmp_path, monkeypatch):
    put(connect, "PR-1", "PR-2")
    monkeypatch.chdir(tmp_path)
    changes = client.requests.watch(since="all", state="seen", timeout=0)
    next(changes)
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir("sub")
    assert len([*changes]) == 1
    assert {*tmp_path.iterdir()} == {tmp_path / "seen", tmp_path / "sub"}
    assert [*(tmp_path / "sub").iterdir()] == []


def test_a_wrong_query_is_warned_of_once(client, connect):
    with pytest.warns(InvalidCallWarning, match="color") as record:
        list(client.requests.filter(color="red").watch(timeout=50))
    assert len(record) == 1


def test_rows_that_were_delivered_last_are_not_repeated_after_a_restart(client, connect, state):
    put(connect, "PR-1", "PR-2")
    list(client.requests.watch(since="all", state=state, timeout=0))
    at_reads(connect, {2: lambda: put(connect, "PR-1", note="changed")})
    assert ids(client.requests.watch(state=state, timeout=60, interval=50)) == ["PR-1"]
    assert ids(client.requests.watch(state=state, timeout=0)) == []


def test_a_first_look_that_was_cut_off_keeps_the_time_of_the_start(client, connect, state):
    put(connect, "PR-1", ago=100)
    connect.faults.add(Fault.status(403, path="requests", after=1, times=1))
    with pytest.raises(ClientError):
        list(client.requests.watch(state=state))
    connect.clock.advance(5000)
    put(connect, "PR-2")
    assert ids(client.requests.watch(state=state, timeout=0)) == ["PR-2"]
    assert ids(client.requests.watch(state=state, timeout=0)) == []


# Arguments


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"interval": 0}, ValueError, "interval must be above 0 seconds and finite, not 0"),
        ({"interval": -1}, ValueError, "interval must be 0 seconds or more"),
        ({"interval": float("inf")}, ValueError, "interval must be above 0 seconds and finite"),
        ({"interval": "10"}, TypeError, "interval must be a number of seconds, not str"),
        ({"interval": timedelta(1)}, TypeError, "interval must be a number of seconds"),
        ({"state": 3}, TypeError, "state must be the path of a file, not int"),
        ({"state": b"x"}, TypeError, "state must be the path of a file, not bytes"),
        ({"state": ""}, ValueError, "state must be the path of a file, not ''"),
        ({"state": "a\0b"}, ValueError, "state must be the path of a file, not 'a"),
        ({"since": "2026-01-01"}, TypeError, "or 'all', not '2026-01-01': write datetime.fromiso"),
        ({"since": date(2026, 1, 1)}, TypeError, r"write datetime\(2026, 1, 1, tzinfo=UTC\)"),
        ({"since": 5}, TypeError, "since must be a datetime or 'all', not int"),
        ({"until": "x"}, TypeError, "until must be a datetime, not 'x'"),
        ({"by": 5}, TypeError, "by must be the name of a field with a time, not int"),
        ({"by": ""}, TypeError, "by must be the name of a field with a time, not an empty text"),
        ({"lookback": "x"}, TypeError, "lookback must be seconds or a timedelta"),
        ({"lookback": float("inf")}, ValueError, "lookback must be a time of some days, not inf"),
        ({"lookback": float("nan")}, ValueError, "lookback must be a time of some days, not nan"),
        ({"lookback": -1}, ValueError, "lookback must be 0 seconds or more"),
        ({"timeout": "x"}, TypeError, "timeout must be a number of seconds"),
        ({"timeout": -1}, ValueError, "timeout must be 0 seconds or more"),
        ({"errors": "x"}, TypeError, "errors must be a number of seconds"),
        ({"errors": -1}, ValueError, "errors must be 0 seconds or more"),
        ({"errors": asyncio.sleep}, TypeError, "errors must be a plain function"),
    ],
)
def test_wrong_arguments_are_refused_at_once(idle, options, kind, message):
    with pytest.raises(kind, match=message):
        idle.requests.watch(**options)


@pytest.mark.parametrize(
    ("refine", "message"),
    [
        (lambda rows: rows[:5], "is a slice, whose positions move: leave the slice out"),
        (lambda rows: rows.order_by("id", "-created"), r"leave order_by\('id', '-created'\) out"),
        (lambda rows: rows.select("-id"), r"select\('-id'\) removes the ids"),
    ],
)
def test_sets_whose_changes_cannot_be_found_are_refused_at_once(idle, refine, message):
    with pytest.raises(ValueError, match=message):
        refine(idle.requests.all()).watch()


def test_rows_keep_the_times_by_which_changes_are_found(client, connect):
    with pytest.raises(ValueError, match=r"select\('-updated'\) removes the time by which"):
        list(client.requests.select("-updated").watch())
    with pytest.raises(ValueError, match=r"select\('-events'\) removes the time by which"):
        list(client.products.select("-events").watch())
    put(connect, "PR-1", asset={"id": "AS-1"})
    [row] = client.requests.select("-asset").watch(since="all", timeout=0)
    assert "asset" not in row


def test_a_field_that_is_no_time_is_refused(client, connect):
    with pytest.raises(NotScannableError, match="requests cannot be filtered by 'color'"):
        list(client.requests.watch(by="color"))
    with pytest.raises(NotScannableError, match=r"'sli.days' of requests is no time"):
        list(client.requests.watch(by="sli.days"))


def test_other_refinements_are_watched(client, connect):
    put(connect, *(f"PR-{number}" for number in range(29)))
    rows = client.requests.limit(5).concurrency(3).watch(since="all", timeout=0)
    assert len(ids(rows)) == 29
    rows = client("helpdesk").cases.search("backup").watch(since=START, timeout=0)
    assert ids(rows) == []
    assert "search=backup" in connect.requests[-1].query


def test_rows_without_ids_are_refused(server):
    server.answer = lambda _: json_answer([{"name": "x"}], Content_Range="items 0-0/1")
    client = ConnectClient(KEY, server.endpoint, use_specs=False)
    with pytest.raises(ClientError, match="Rows of things have no ids by which a change"):
        list(client.things.watch())


def test_versions_of_one_resource_are_rows_of_their_own(server):
    rows = [{"id": "PRD-1", "version": number} for number in (1, 2)]
    server.answer = lambda _: json_answer(rows, Content_Range="items 0-1/2")
    client = ConnectClient(KEY, server.endpoint, use_specs=False, clock=Clock(START))
    found = [*client.versions.watch(since="all", timeout=50)]
    assert found == rows
    assert len(server.got) > 1


def test_a_list_that_is_gone_ends_the_watch(client, connect):
    with pytest.raises(NotFoundError):
        list(client.products["PRD-404"].items.watch())


def test_a_dry_run_watches_without_a_state(either, connect):
    put(connect, "PR-1")
    assert ids(either.dry_run().requests.watch(since="all", timeout=0)) == ["PR-1"]
    with pytest.raises(ValueError, match="nor the state of a watch"):
        either.dry_run().requests.watch(state="requests.watch")


def test_mocks_are_watched_without_pauses(world):
    with ConnectClientMocker("http://127.0.0.1:9/public/v1") as mocker:
        client = world.client(KEY, "http://127.0.0.1:9/public/v1")
        mocker.requests.all().mock(return_value=[{"id": "PR-1", "note": "a"}])
        mocker.requests.all().mock(return_value=[{"id": "PR-1", "note": "b"}])
        mocker.requests.all().mock(return_value=[{"id": "PR-1", "note": "b"}])
        rows = client.requests.watch(interval=3600, timeout=7000)
        assert list(rows) == [{"id": "PR-1", "note": "b"}]


# Ends


def test_an_interrupt_leaves_a_state_from_which_to_go_on(connect, state, monkeypatch):
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    def handle(rows: Iterator[Any]) -> None:
        for row in rows:
            handled.append(row["id"])  # noqa: PERF401 - kept when the loop is interrupted

    put(connect, "PR-1")
    handled: list[str] = []
    monkeypatch.setattr("time.sleep", interrupt)
    with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
        with pytest.raises(KeyboardInterrupt):
            handle(client.requests.watch(since="all", state=state))
        assert ids(client.requests.watch(state=state, timeout=0)) == []
    assert handled == ["PR-1"]


def test_a_cancelled_watch_leaves_a_state_from_which_to_go_on(connect, state):
    async def handle(client: AsyncConnectClient) -> None:
        async for row in client.requests.watch(since="all", state=state):
            handled.append(row["id"])
            began.set()

    async def cancel() -> None:
        options = {"specs_location": connect.spec}
        async with AsyncConnectClient(KEY, connect.endpoint, **options) as client:
            watching = asyncio.create_task(handle(client))
            await began.wait()
            watching.cancel()
            with pytest.raises(asyncio.CancelledError):
                await watching
            async with aclosing(client.requests.watch(state=state, timeout=0)) as changes:
                handled.extend([row["id"] async for row in changes])

    put(connect, "PR-1")
    handled: list[str] = []
    began = asyncio.Event()
    asyncio.run(cancel())
    assert handled[:1] == ["PR-1"]
    assert len(handled) <= 2  # cancelled before or after the next one was requested
