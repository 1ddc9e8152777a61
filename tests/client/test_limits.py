"""Bounds of a call: its deadline, and the size of its response."""

from __future__ import annotations

import gzip
import threading
import time

import pytest
from tests.client.raw import Raw, http
from tests.conftest import KEY, json_answer
from urllib3 import Timeout

from cnct import AmbiguousWriteError, ClientError, ConnectClient, RetryPolicy
from cnct.client._core.messages import JsonLimit, Limits, Pause, Request
from cnct.client._core.redirects import call_flow

SHORT = 0.3  # seconds


@pytest.fixture
def raw(world):
    """Returns a client of a server that answers as a test says, with settings of the client."""
    servers = []
    stop = threading.Event()

    def client(answer, **settings):
        servers.append(Raw(lambda _, __, send: answer(send, stop)))
        return world.client(KEY, servers[-1].endpoint, **settings)

    yield client
    stop.set()
    for server in servers:
        server.close()


def drip(before: bytes, piece: bytes):
    def answer(send, stop):
        send(before)
        while not stop.wait(0.02):
            send(piece)

    return answer


SILENT = drip(b"", b"")
HEADERS = drip(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n")
BODY = drip(http(Content_Length="999999999"), b" ")


@pytest.mark.parametrize("answer", [SILENT, HEADERS, BODY], ids=["silent", "headers", "body"])
def test_a_deadline_ends_a_call_however_the_server_answers(raw, answer):
    client = raw(answer, deadline=SHORT, max_retries=3)
    with pytest.raises(ClientError, match=r"The deadline of 0.3 s passed") as caught:
        client.get("x")
    assert type(caught.value) is ClientError
    with pytest.raises(AmbiguousWriteError, match=r"The deadline of 0.3 s passed"):
        client.create("x", {"a": 1})


def test_a_deadline_ends_the_sending_of_a_body(raw):
    with pytest.raises(AmbiguousWriteError, match="deadline"):
        raw(SILENT).create("x", data=(b"a" * 100 for _ in endless()), deadline=SHORT)


def endless():
    while True:
        time.sleep(0.02)
        yield 1


def test_a_deadline_that_has_passed_before_sending_leaves_a_write_undone(server, remote):
    with pytest.raises(ClientError, match="passed before the request was sent") as caught:
        remote.create("x", {}, deadline=0)
    assert type(caught.value) is ClientError
    assert not server.got


def test_a_call_without_a_deadline_has_that_of_the_client(raw):
    client = raw(SILENT, deadline=SHORT)
    with pytest.raises(ClientError, match=r"0.3 s"):
        client.products.all().first()
    with pytest.raises(ClientError, match=r"0.2 s"):
        client.products.all().configure(deadline=0.2).first()


def test_a_deadline_in_the_future_changes_nothing(server, remote):
    server.answer = lambda _: json_answer({"a": 1})
    for deadline in (60, None, float("inf")):
        assert remote.get("x", deadline=deadline) == {"a": 1}


def test_the_seam_sees_neither_bound(world, server):
    seen = []

    class Watched(world.client_class):
        def _execute_http_call(self, method, url, kwargs):
            seen.append(kwargs)
            return super()._execute_http_call(method, url, kwargs)

    server.answer = lambda _: json_answer({"a": 1})
    world.client(KEY, server.endpoint, of=Watched).get("x", deadline=60, max_answer=99)
    assert {"deadline", "max_answer"}.isdisjoint(seen[0])


def test_an_error_of_the_seam_that_is_no_deadline_is_left_as_it_is(world, server):
    class Late(world.client_class):
        def _execute_http_call(self, *_):
            raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        world.client(KEY, server.endpoint, of=Late, deadline=60).get("x")


class Reply:
    status_code = 503
    headers = {"Retry-After": "5"}  # noqa: RUF012 - read only
    content = b""


@pytest.mark.parametrize(("deadline", "policy"), [(4, None), (60, 4), (None, 4)])
def test_no_pause_goes_beyond_the_earlier_deadline(deadline, policy):
    request = Request("GET", "http://h/x", {}, limits=Limits(deadline))
    flow = call_flow(request, RetryPolicy(deadline=policy), 5)
    next(flow)
    with pytest.raises(ClientError):
        flow.send(Reply())
    flow = call_flow(request.but(limits=Limits(60)), RetryPolicy(deadline=60), 5)
    next(flow)
    assert isinstance(flow.send(Reply()), Pause)


BIG = b'"' + b"a" * 5000 + b'"'


def test_a_response_larger_than_allowed_is_an_error(server, remote):
    server.answer = lambda _: (200, {"Content-Type": "application/json"}, BIG)
    assert len(remote.get("x", max_answer=5002)) == 5000
    assert len(remote.get("x", max_answer=None)) == 5000
    with pytest.raises(ClientError, match="larger than max_answer, 5001 bytes") as caught:
        remote.get("x", max_answer=5001)
    assert caught.value.status_code == 200
    with pytest.raises(AmbiguousWriteError, match="was most likely done"):
        remote.create("x", {}, max_answer=1)
    assert len(remote.get("x")) == 5000


def test_the_size_counts_after_decompression(server, world):
    bomb = gzip.compress(b" " * 50_000_000)
    head = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    server.answer = lambda _: (200, head, bomb)
    with pytest.raises(ClientError, match="max_answer"):
        world.client(KEY, server.endpoint, max_answer=2_000_000).get("x")


def test_the_default_bounds_json_lists_and_errors_but_no_downloads(server, world):
    client = world.client(KEY, server.endpoint, max_answer=JsonLimit(100))
    server.answer = lambda got: (
        404 if "error" in got.path else 200,
        {"Content-Type": "application/json" if "json" in got.path else "text/csv"},
        BIG,
    )
    assert client.get("download") == BIG
    for call in (
        lambda: client.get("json"),
        lambda: client.get("error"),
        lambda: client.products.all().first(),
    ):
        with pytest.raises(ClientError, match="max_answer"):
            call()


@pytest.mark.parametrize(
    ("bounds", "error"),
    [
        ({"deadline": -1}, ValueError),
        ({"deadline": "9"}, TypeError),
        ({"deadline": float("nan")}, ValueError),
        ({"max_answer": -1}, ValueError),
        ({"max_answer": 1.5}, TypeError),
        ({"max_answer": True}, TypeError),
        ({"timeout": "9"}, TypeError),
        ({"timeout": [1, 2]}, TypeError),
        ({"timeout": (1, 2, 3)}, TypeError),
        ({"timeout": -1}, ValueError),
    ],
)
def test_bounds_that_make_no_sense_are_named(world, remote, bounds, error):
    name = next(iter(bounds))
    with pytest.raises(error, match=name):
        world.client(KEY, **bounds)
    with pytest.raises(error, match=name):
        remote.get("x", **bounds)


def test_a_timeout_of_urllib3_bounds_a_call_of_the_synchronous_client(server):
    server.answer = lambda _: json_answer({"id": 1})
    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        assert client.get("x", timeout=Timeout(connect=1, read=5)) == {"id": 1}
