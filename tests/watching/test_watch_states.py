"""Watches that go on where they ended: restarts, interrupts, and files that cannot be used."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY
from tests.watching.conftest import START, at_reads, ids, put

from cnct import (
    AsyncConnectClient,
    ClientError,
    ConnectClient,
    InvalidCallWarning,
    JournalError,
)
from cnct.emulator import Fault


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
            async with asyncio.timeout(60):
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


def test_an_asynchronous_loop_that_is_left_frees_the_state(connect, state):
    async def watch() -> list[Any]:
        options = {"specs_location": connect.spec}
        async with AsyncConnectClient(KEY, connect.endpoint, **options) as client:
            rows = client.requests.limit(5).concurrency(3)
            async for row in rows.watch(since="all", state=state):
                if row["id"] == "PR-12":
                    break
            with pytest.raises(KeyError):
                await fail(rows.watch(state=state))
            return [row["id"] async for row in rows.watch(state=state, timeout=0)]

    async def fail(changes: AsyncGenerator[Any]) -> None:
        assert (await anext(changes))["id"] == "PR-12"
        await changes.athrow(KeyError("handler"))

    for number in range(10, 40):
        put(connect, f"PR-{number}", ago=100_000 - 100 * number)
    assert asyncio.run(watch()) == [f"PR-{number}" for number in range(12, 40)]
