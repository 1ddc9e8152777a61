"""Watches: each change at least once, by the emulator's clock, in both worlds."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from itertools import islice

import pytest
from tests.conftest import KEY, json_answer
from tests.watching.conftest import START, at_reads, ids, put, reads

from cnct import (
    ClientError,
    ConnectClient,
    DriftWarning,
    FullScanWarning,
    NaiveDatetimeWarning,
)
from cnct.client.watching import watch_run
from cnct.emulator import Clock, Fault


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


@pytest.mark.parametrize("seconds", [0, 100])
def test_the_failure_of_the_last_look_is_raised(either, connect, seconds):
    connect.faults.add(Fault.status(503, path="requests"))
    passed: list[ClientError] = []
    with pytest.raises(ClientError, match="503"):
        list(either.requests.watch(timeout=seconds, errors=passed.append))
    assert bool(passed) == bool(seconds)


def test_a_watch_does_not_look_before_the_server_allows_it(either, connect):
    connect.faults.add(Fault.status(429, retry_after=500, path="requests"))
    connect.requests.clear()
    with pytest.raises(ClientError, match="429"):
        list(either.requests.watch(timeout=60))
    assert (reads(connect), connect.clock.now()) == (1, START)


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
    with pytest.raises(ClientError, match="Expected a JSON array of rows"):
        list(client.requests.watch(timeout=100, errors=errors.append))
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
