"""Retries, fed by hand: which calls are repeated, and after what pause."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pytest
import requests
from tests.conftest import KEY, json_answer

from cnct import ClientError, ConnectClient
from cnct.client._core.messages import Pause, Request, TransportError
from cnct.client._core.retry import Retry, call


@dataclass
class Reply:
    status_code: int
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""


def lost(sent: bool) -> TransportError:
    return TransportError(OSError("gone"), sent=sent)


def play(method: str, outcomes: list, limit: int = 5, **kwargs):
    """Feed a flow; return its answer, how often it wanted to send, and its pauses."""
    flow = call(Request(method, "http://x/y", kwargs), Retry(limit))
    sent, pauses = 0, []
    wish = next(flow)
    try:
        while True:
            if isinstance(wish, Pause):
                pauses.append(wish.seconds)
                wish = next(flow)
                continue
            outcome = outcomes[sent]
            sent += 1
            failed = isinstance(outcome, Exception)
            wish = flow.throw(outcome) if failed else flow.send(outcome)
    except StopIteration as stop:
        return stop.value, sent, pauses
    except ClientError as error:
        return error, sent, pauses


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "outcome", [Reply(408), Reply(429), Reply(500), Reply(503), lost(sent=False), lost(sent=True)]
)
def test_what_means_the_same_twice_is_repeated(method, outcome):
    answer, sent, _ = play(method, [outcome, outcome, Reply(200)])
    assert (answer.status_code, sent) == (200, 3)


@pytest.mark.parametrize(
    "outcome", [lost(sent=False), Reply(429), Reply(503, {"Retry-After": "1"})]
)
def test_a_post_is_repeated_if_the_server_did_not_take_it(outcome):
    assert play("POST", [outcome, Reply(201)])[1] == 2


@pytest.mark.parametrize(
    "outcome", [lost(sent=True), Reply(500), Reply(502), Reply(503), Reply(504)]
)
def test_a_post_is_not_repeated_if_the_server_may_have_taken_it(outcome):
    error, sent, _ = play("POST", [outcome, Reply(201)])
    assert isinstance(error, ClientError)
    assert sent == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_what_will_fail_again_is_not_repeated(status):
    assert play("GET", [Reply(status), Reply(200)])[1] == 1


def test_a_delete_that_meets_404_on_a_repeat_has_succeeded():
    answer, sent, _ = play("DELETE", [lost(sent=True), Reply(404)])
    assert (answer.status_code, sent) == (404, 2)
    assert isinstance(play("DELETE", [Reply(404)])[0], ClientError)


def test_tries_end_and_the_error_counts_them():
    error, sent, pauses = play("GET", [lost(sent=True)] * 3, limit=2)
    assert (sent, len(pauses)) == (3, 2)
    assert "after 3 attempts" in str(error)
    assert "1" not in str(play("GET", [lost(sent=True)], limit=0)[0])


def test_the_pause_grows_and_respects_retry_after():
    _, _, pauses = play("GET", [Reply(500)] * 3 + [Reply(200)])
    assert all(0 <= pause <= 0.5 * 2**index for index, pause in enumerate(pauses))
    _, _, pauses = play("GET", [Reply(429, {"Retry-After": "7"}), Reply(200)])
    assert pauses == [7.0]
    _, sent, _ = play("GET", [Reply(429, {"Retry-After": "3600"}), Reply(200)])
    assert sent == 1
    _, _, pauses = play("GET", [Reply(429, {"Retry-After": "soon"}), Reply(200)])
    assert pauses[0] <= 0.5


@pytest.mark.parametrize(
    "body", [{"data": io.BytesIO(b"x")}, {"data": iter([b"x"])}, {"files": {"f": b"x"}}]
)
def test_a_body_that_cannot_be_read_twice_is_not_repeated(body):
    assert play("PUT", [Reply(500), Reply(200)], **body)[1] == 1


def test_retries_are_played_over_http(server, monkeypatch):
    monkeypatch.setattr("cnct.client._http.sync.time.sleep", lambda _: None)
    answers = iter([(503, {}, b""), None, json_answer({"ok": True})])
    server.answer = lambda _: next(answers)
    with ConnectClient(KEY, server.endpoint, max_retries=2) as client:
        assert client.get("x") == {"ok": True}
    assert len(server.got) == 3


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (requests.ConnectTimeout(), 2),
        (requests.exceptions.ProxyError(), 2),
        (requests.exceptions.SSLError(), 2),
        (requests.ReadTimeout(), 1),
        (requests.ConnectionError("aborted"), 1),
    ],
)
def test_a_lost_post_is_repeated_only_if_nothing_was_sent(server, monkeypatch, error, tries):
    monkeypatch.setattr("cnct.client._http.sync.time.sleep", lambda _: None)
    calls = []

    def fail(*args):
        calls.append(args)
        raise error

    client = ConnectClient(KEY, server.endpoint, max_retries=1)
    client._execute_http_call = fail
    with pytest.raises(ClientError):
        client.products.create({"a": 1})
    assert len(calls) == tries


def test_a_refused_connection_was_not_sent(monkeypatch):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setattr("cnct.client._http.sync.time.sleep", lambda _: None)
    client = ConnectClient(KEY, f"http://127.0.0.1:{port}", max_retries=2)
    with pytest.raises(ClientError, match="after 3 attempts"):
        client.products.create({"a": 1})
