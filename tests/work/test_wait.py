"""Waiting for a state of a resource: by values or a function, by the clock of the test."""

from __future__ import annotations

import logging
import pickle
from datetime import UTC, datetime
from enum import Enum
from itertools import repeat

import pytest
from tests.conftest import KEY, json_answer

from cnct import (
    AsyncConnectClient,
    ClientError,
    ConnectClient,
    NotFoundError,
    RQLError,
    WaitError,
    WaitFailed,
    WaitTimeout,
)
from cnct.client._http.interception import WireResponse
from cnct.client.work.waiting import Wait
from cnct.emulator import Clock, Emulator, Fault
from cnct.testing import ConnectClientMocker

START = datetime(2026, 1, 1, tzinfo=UTC)


class Status(Enum):
    APPROVED = "approved"


@pytest.fixture(scope="module")
def emulator():
    with Emulator(records={}, clock=Clock(START)) as emulator:
        yield emulator


@pytest.fixture
def connect(emulator):
    """A local Connect with one pending request, at a time that stands still."""
    emulator.clock.freeze(START)
    emulator.faults = []
    emulator.insert("requests", {"id": "PR-1", "status": "pending", "asset": {"id": "AS-1"}})
    emulator.requests.clear()
    yield emulator
    emulator.delete("requests/PR-1")


@pytest.fixture
def client(connect, world):
    return world.client(KEY, connect.endpoint, clock=connect.clock)


def changed_after(connect, reads, **fields):
    """Change the request before one of the reads."""

    def change():
        connect.delete("requests/PR-1")
        connect.insert("requests", {"id": "PR-1", "asset": {"id": "AS-1"}, **fields})

    connect.faults = [Fault.hook(change, path="requests/PR-1", after=reads, times=1)]


def waited(connect):
    return (connect.clock.now() - START).total_seconds()


def test_a_wait_reads_until_the_field_has_the_value(connect, client):
    changed_after(connect, 4, status="approved")
    row = client.requests["PR-1"].wait_until(status="approved", fail=("failed", "revoked"))
    assert row["status"] == "approved"
    assert len(connect.requests) == 5
    nominal = 5 + 7.5 + 11.25 + 16.875
    assert nominal * 0.8 <= waited(connect) <= nominal * 1.2


def test_a_condition_that_is_met_already_needs_one_read(connect, client):
    assert client.requests["PR-1"].wait_until(status="pending", timeout=0)["id"] == "PR-1"
    assert len(connect.requests) == 1
    assert waited(connect) == 0


@pytest.mark.parametrize(
    ("fields", "meets"),
    [
        ({"status": ("approved", "failed")}, {"status": "failed"}),
        ({"status__in": ["approved", "failed"]}, {"status": "approved"}),
        ({"status": Status.APPROVED}, {"status": "approved"}),
        ({"asset__id": "AS-2"}, {"status": "x", "asset": {"id": "AS-2"}}),
        ({"asset__params__id": "p"}, {"status": "x", "asset": {"params": [{"id": "p"}]}}),
        ({"reason": None, "status": "x"}, {"status": "x"}),
    ],
)
def test_values_are_those_of_filters(connect, client, fields, meets):
    changed_after(connect, 2, **meets)
    client.requests["PR-1"].wait_until(**fields)
    assert len(connect.requests) >= 1


def never_met(row):
    return False


def test_a_function_of_the_row_is_a_condition_too(connect, client):
    changed_after(connect, 2, status="inquiring", reason="x")
    request = client.requests["PR-1"]
    row = request.wait_until(lambda row: row.get("reason"), status="inquiring")
    assert row["reason"] == "x"
    with pytest.raises(WaitFailed, match=r"Waited for .*never_met, and it failed: .* is not met"):
        request.wait_until(never_met, fail=lambda row: row["reason"] == "x")


def test_a_failure_ends_the_wait_with_the_row(connect, client):
    changed_after(connect, 2, status="failed", reason="no stock")
    with pytest.raises(WaitFailed) as caught:
        client.requests["PR-1"].wait_until(status="approved", fail="failed")
    assert str(caught.value) == (
        "Waited for status='approved', and it failed: status is 'failed' "
        f"(GET {connect.endpoint}/requests/PR-1)"
    )
    assert caught.value.row["reason"] == "no stock"
    assert isinstance(caught.value, WaitError)
    assert isinstance(caught.value, ClientError)
    assert pickle.loads(pickle.dumps(caught.value)).row == caught.value.row


def test_the_time_is_up_after_one_last_read_at_its_end(connect, client):
    with pytest.raises(WaitTimeout) as caught:
        client.requests["PR-1"].wait_until(status=["approved", "failed"], timeout=30)
    message = "Waited 30 s for status in ('approved', 'failed'): status is 'pending'"
    assert str(caught.value).startswith(message)
    assert caught.value.row["status"] == "pending"
    assert isinstance(caught.value, TimeoutError)
    assert waited(connect) == pytest.approx(30)
    connect.requests.clear()
    with pytest.raises(WaitTimeout, match="the resource has no statuss"):
        client.requests["PR-1"].wait_until(statuss="approved", timeout=0)
    assert len(connect.requests) == 1


def test_the_clock_of_the_test_ends_a_wait_without_limit_of_pauses(connect, client):
    connect.faults = [Fault.hook(lambda: connect.clock.advance(3600), times=1)]
    with pytest.raises(WaitTimeout):
        client.requests["PR-1"].wait_until(status="approved")
    assert len(connect.requests) == 1


def test_pauses_are_bounded(connect, client):
    with pytest.raises(WaitTimeout):
        client.requests["PR-1"].wait_until(status="approved", timeout=3600)
    assert 3600 / 72 < len(connect.requests) < 3600 / 48 + 10
    connect.requests.clear()
    with pytest.raises(WaitTimeout):
        client.requests["PR-1"].wait_until(status="approved", timeout=3600, interval=600)
    assert 5 <= len(connect.requests) <= 9


def test_failed_reads_are_errors_as_ever_and_retried_as_ever(connect, world):
    client = world.client(KEY, connect.endpoint, clock=connect.clock, max_retries=1)
    with pytest.raises(NotFoundError):
        client.requests["PR-2"].wait_until(status="approved")
    changed_after(connect, 2, status="approved")
    connect.faults.add(Fault.status(503, retry_after=20, times=1))
    connect.requests.clear()
    assert client.requests["PR-1"].wait_until(status="approved")
    assert [call.status for call in connect.requests] == [503, 200, 200]
    assert waited(connect) >= 20
    connect.faults = [Fault.status(500)]
    with pytest.raises(ClientError, match="500"):
        client.requests["PR-1"].wait_until(status="approved")


def test_without_a_clock_the_pause_takes_its_time(connect, world, caplog):
    changed_after(connect, 1, status="approved")
    client = world.client(KEY, connect.endpoint)
    with caplog.at_level(logging.INFO, "cnct.retry"):
        client.requests["PR-1"].wait_until(status="approved", interval=0.01, timeout=None)
    (message,) = caplog.messages
    assert message.endswith("requests/PR-1: status is 'pending', next read in 0.0 s")
    assert waited(connect) == 0


def test_under_mocks_a_wait_ends_without_pauses():
    url = "https://localhost/public/v1"
    with ConnectClientMocker(url) as mocker:
        for status in ("pending", "pending", "approved"):
            mocker.requests["PR-1"].get(return_value={"id": "PR-1", "status": status})
        client = ConnectClient(KEY, url, use_specs=False)
        assert client.requests["PR-1"].wait_until(status="approved", timeout=3600, interval=1000)


def test_pauses_that_a_driver_skips_count_towards_the_time():
    wait = Wait(None, {"status": "approved"}, (), 30, 5)
    client = ConnectClient(KEY, "https://localhost/public/v1", use_specs=False)
    request = client._request("GET", "requests/PR-1", {})
    flow = wait.flow(repeat(request), exchange, lambda: 0.0)
    with pytest.raises(WaitTimeout):
        list(flow)


def exchange(request):
    content = b'{"status": "pending"}'
    yield from ()
    return WireResponse(200, {"Content-Type": "application/json"}, content)


def test_headers_are_built_anew_for_each_read(server, world):
    class Renewing(world.client_class):
        number = 0

        def _prepare_call_kwargs(self, kwargs):
            self.number += 1
            headers = {"X-Number": str(self.number)}
            return super()._prepare_call_kwargs({**kwargs, "headers": headers})

    answers = iter([json_answer({"status": "a"}), json_answer({"status": "b"})])
    server.answer = lambda _: next(answers)
    client = world.client(KEY, server.endpoint, of=Renewing, clock=Clock(START))
    client.requests["PR-1"].wait_until(status="b")
    assert [got.headers["X-Number"] for got in server.got] == ["1", "2"]


async def _is_approved(row):
    return True


BAD_ARGUMENTS = [
    ({}, TypeError, "has no condition: write a field, as in status='approved'"),
    ({"condition": "approved"}, TypeError, "condition must be a function of the row, not str"),
    ({"condition": _is_approved}, TypeError, "condition must be a plain function"),
    ({"status": START}, TypeError, "status must be a value of JSON.*not datetime"),
    ({"status": []}, ValueError, "status must have a value to wait for"),
    ({"status__ne": "x"}, ValueError, "status__ne cannot be waited for.* write status=value"),
    ({"x-y": "x", "é": 1}, RQLError, "'é' cannot be a field name"),
    ({"status": "a", "fail": ("b", "a")}, ValueError, "fail must not have 'a', which ends"),
    ({"status": "a", "reason": "b", "fail": "c"}, ValueError, "fail must be a function of the row"),
    ({"condition": bool, "fail": "c"}, ValueError, "fail must be a function of the row"),
    ({"status": "a", "fail": [{}]}, TypeError, "fail must be a value of JSON"),
    ({"status": "a", "fail": _is_approved}, TypeError, "fail must be a plain function"),
    ({"status": "a", "timeout": "1"}, TypeError, "timeout must be a number of seconds"),
    ({"status": "a", "interval": 0}, ValueError, "interval must be above 0 seconds"),
    ({"status": "a", "interval": -1}, ValueError, "interval must be 0 seconds or more"),
]


@pytest.mark.parametrize(("arguments", "kind", "message"), BAD_ARGUMENTS)
def test_bad_arguments_are_refused_before_a_call(connect, client, arguments, kind, message):
    with pytest.raises(kind, match=message):
        client.requests["PR-1"].wait_until(**arguments)
    assert not connect.requests


def test_no_failure_is_none_or_nothing(connect, client):
    for nothing in (None, (), []):
        assert client.requests["PR-1"].wait_until(status="pending", fail=nothing)


@pytest.mark.parametrize("kind", [ConnectClient, AsyncConnectClient])
def test_a_clock_has_the_methods_of_one(kind):
    with pytest.raises(TypeError, match="clock must be a clock with the methods now and advance"):
        kind(KEY, clock=3)
    client = kind(KEY, clock=Clock(START))
    assert pickle.loads(pickle.dumps(client)).clock.now() == START
