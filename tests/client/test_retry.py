"""Retries, fed by hand: which calls are repeated, and after what pause."""

from __future__ import annotations

import io
import socket
import threading
from dataclasses import dataclass, field

import pytest
from tests.conftest import KEY, json_answer

from cnct import AmbiguousWriteError, ClientError, RetryPolicy
from cnct.client._core.messages import Pause, Request, TransportError
from cnct.client._core.retry import retry_flow

DATE = "Wed, 21 Oct 2015 07:28:00 GMT"


@dataclass
class Reply:
    status_code: int
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""


def lost(sent: bool) -> TransportError:
    return TransportError(OSError("gone"), sent=sent)


def play(method: str, outcomes: list, limit: int = 5, policy=None, **kwargs):
    """Feed a flow; return its answer, how often it wanted to send, and its pauses."""
    flow = retry_flow(Request(method, "http://x/y", kwargs), policy or RetryPolicy(), limit)
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
    "outcome",
    [lost(sent=True), *map(Reply, (500, 502, 503, 504, 520, 521, 522, 523, 524, 555, 599))],
)
def test_a_post_is_not_repeated_if_the_server_may_have_taken_it(outcome):
    error, sent, _ = play("POST", [outcome, Reply(201)])
    assert isinstance(error, AmbiguousWriteError)
    assert sent == 1
    assert "POST http://x/y" in str(error)
    assert "It may have been done: see whether the resource exists" in str(error)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("outcome", [lost(sent=True), Reply(500), Reply(503), Reply(520)])
def test_the_last_attempt_of_a_write_that_was_repeated_may_have_been_done(method, outcome):
    policy = RetryPolicy(statuses={500, 503, 520})
    error, sent, _ = play(method, [outcome] * 2, limit=1, policy=policy)
    assert (type(error), sent, error.may_be_done) == (ClientError, 2, True)
    assert str(error).endswith("The last attempt may have been done")


@pytest.mark.parametrize("outcome", [lost(sent=False), Reply(409), Reply(429)])
def test_a_write_that_was_not_done_does_not_say_that_it_may_have_been(outcome):
    error = play("PUT", [outcome], limit=0)[0]
    assert not error.may_be_done
    assert "done" not in str(error)


def test_a_get_has_nothing_that_may_be_done():
    assert not play("GET", [lost(sent=True)], limit=0)[0].may_be_done


@pytest.mark.parametrize("status", [400, 408, 501, 505, 507, 508, 511, 525, 526])
def test_a_post_that_was_refused_is_an_error_like_any_other(status):
    error, sent, _ = play("POST", [Reply(status), Reply(201)])
    assert type(error) is ClientError
    assert sent == 1


def test_what_may_be_done_twice_is_said_explicitly():
    policy = RetryPolicy(repeat_unsafe=True)
    assert play("POST", [lost(sent=True), Reply(500), Reply(201)], policy=policy)[1] == 3


def test_what_can_never_succeed_is_not_repeated():
    error = TransportError(OSError("wrong certificate"), sent=False, transient=False)
    assert play("GET", [error, Reply(200)])[1] == 1


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


def test_the_pause_grows_to_its_cap():
    policy = RetryPolicy(base=0.5, cap=1.5)
    _, _, pauses = play("GET", [Reply(500)] * 5 + [Reply(200)], policy=policy)
    assert all(0 <= pause <= min(0.5 * 2**tries, 1.5) for tries, pause in enumerate(pauses))


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"Retry-After": " 1.5 "}, 1.5, 1.5),
        ({"Retry-After": "soon"}, 0, 0.5),
        ({"Retry-After": "-5"}, 0, 0.5),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:09 +99999999999999999999"}, 0, 0.5),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:09 GMT", "Date": DATE}, 9, 9),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:09 -0000", "Date": DATE}, 9, 9),
        ({"Retry-After": "Wed, 21 Oct 2015 07:27:00 GMT", "Date": DATE}, 0, 0.5),
        ({"Retry-After": DATE}, 0, 0.5),
    ],
)
def test_the_server_says_when_to_come_again(headers, least, most):
    pauses = play("GET", [Reply(429, headers), Reply(200)])[2]
    assert least <= pauses[0] <= most


def test_a_server_that_asks_for_too_much_is_not_waited_for():
    error, sent, _ = play("GET", [Reply(429, {"Retry-After": "3600"}), Reply(200)])
    assert (sent, error.retry_after, error.status_code) == (1, 3600.0, 429)
    patient = RetryPolicy(max_retry_after=3600)
    assert play("GET", [Reply(429, {"Retry-After": "3600"}), Reply(200)], policy=patient)[1] == 2


def test_no_try_begins_after_the_deadline():
    policy = RetryPolicy(deadline=60)
    outcomes = [Reply(429, {"Retry-After": "50"}), Reply(429, {"Retry-After": "70"}), Reply(200)]
    error, sent, pauses = play("GET", outcomes, policy=policy)
    assert (sent, pauses, error.attempts) == (2, [50.0], 2)


def test_a_policy_chooses_its_statuses():
    policy = RetryPolicy(statuses={409})
    assert play("GET", [Reply(409), Reply(500), Reply(200)], policy=policy)[1] == 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"base": -1}, ValueError),
        ({"cap": "9"}, TypeError),
        ({"cap": float("nan")}, ValueError),
        ({"deadline": True}, TypeError),
        ({"max_retry_after": None}, TypeError),
        ({"statuses": "503"}, TypeError),
        ({"statuses": ["503"]}, TypeError),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        RetryPolicy(**arguments)


def test_a_policy_can_be_read():
    assert "repeat_unsafe=False" in repr(RetryPolicy())


class Pipe(io.BytesIO):
    """A stream that cannot be put back."""

    def seek(self, *_):
        raise OSError


@pytest.mark.parametrize(
    "body",
    [
        {"data": Pipe(b"x")},
        {"content": iter([b"x"])},
        {"files": {"f": Pipe(b"x")}},
        {"files": [("f", ("name.txt", Pipe(b"x")))]},
    ],
)
def test_a_body_that_was_read_and_cannot_be_put_back_is_not_repeated(body):
    assert play("PUT", [Reply(500), Reply(200)], **body)[1] == 1
    assert play("PUT", [lost(sent=True), Reply(200)], **body)[1] == 1
    tries = 1 if "files" in body else 2  # files are read before the connection is made
    assert play("PUT", [lost(sent=False), Reply(200)], **body)[1] == tries


@pytest.mark.parametrize(
    "wrap",
    [
        lambda f: {"data": f},
        lambda f: {"files": {"f": ("n", f)}},
        lambda f: {"files": [("f", ["n", f])]},
    ],
)
def test_files_are_put_back_to_where_they_stood(wrap):
    file = io.BytesIO(b"head body")
    file.read(5)
    flow = retry_flow(Request("PUT", "http://x/y", wrap(file)), RetryPolicy(), 5)
    request = next(flow)
    assert file.read() == b"body"
    assert isinstance(flow.throw(lost(sent=True)), Pause)
    assert next(flow) is request
    assert file.read() == b"body"


@pytest.fixture
def no_waiting(monkeypatch):
    monkeypatch.setattr("cnct.client._core.retry.RetryPolicy.backoff", lambda *_: 0.0)


@pytest.mark.usefixtures("no_waiting")
def test_retries_are_played_over_http(server, world):
    answers = iter([(503, {}, b""), None, json_answer({"ok": True})])
    server.answer = lambda _: next(answers)
    client = world.client(KEY, server.endpoint, max_retries=2)
    assert client.get("x") == {"ok": True}
    assert len(server.got) == 3


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("how", ["data", "files"])
def test_a_repeated_upload_sends_the_same_bytes(server, world, how):
    answers = iter([(503, {}, b""), (502, {}, b""), json_answer({"ok": True})])
    server.answer = lambda _: next(answers)
    file = io.BytesIO(b"head" + b"body" * 100_000)
    file.read(4)
    upload = {"data": file} if how == "data" else {"files": {"file": ("name", file)}}
    client = world.client(KEY, server.endpoint, max_retries=2)
    assert client.update("x", **upload) == {"ok": True}
    assert len(server.got) == 3
    assert all(got.body.count(b"body") == 100_000 for got in server.got)
    assert all(b"head" not in got.body for got in server.got)


@pytest.mark.usefixtures("no_waiting")
def test_a_lost_answer_to_a_post_is_ambiguous(server, world):
    server.answer = lambda _: None
    client = world.client(KEY, server.endpoint, max_retries=2)
    with pytest.raises(AmbiguousWriteError, match=r"No response \(.*\): .* \(POST .*/requests\)"):
        client.requests.create({"a": 1})
    assert len(server.got) == 1


@pytest.mark.usefixtures("no_waiting")
def test_a_late_answer_is_repeated_for_a_get_and_not_for_a_post(server, world):
    late = threading.Event()
    server.answer = lambda _: late.wait(5) and None
    client = world.client(KEY, server.endpoint, max_retries=1, timeout=(5, 0.2))
    with pytest.raises(ClientError, match="after 2 attempts"):
        client.get("x")
    with pytest.raises(AmbiguousWriteError):
        client.create("x")
    late.set()


@pytest.mark.usefixtures("no_waiting")
def test_a_body_that_breaks_off_is_asked_for_again(server, world):
    whole = b'{"a": "whole"}'
    answers = iter([{"Content-Length": "99"}, {}])
    server.answer = lambda _: (200, {"Content-Type": "application/json", **next(answers)}, whole)
    client = world.client(KEY, server.endpoint, max_retries=1)
    assert client.get("x", **({"stream": True} if world.name == "sync" else {})) == {"a": "whole"}
    assert len(server.got) == 2


@pytest.mark.usefixtures("no_waiting")
def test_a_refused_connection_was_not_sent(world):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    client = world.client(KEY, f"http://127.0.0.1:{port}", max_retries=2)
    with pytest.raises(ClientError, match="after 3 attempts") as caught:
        client.products.create({"a": 1})
    assert type(caught.value) is ClientError
    assert caught.value.attempts == 3


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("call", ["http://127.0.0.1:1/\x7f", "x"])
def test_what_was_asked_wrongly_is_not_repeated(server, world, call):
    loop = (302, {"Location": f"{server.endpoint}/x"}, b"")
    server.answer = lambda _: loop
    client = world.client(KEY, server.endpoint, max_retries=1)
    with pytest.raises((ClientError, ValueError)) as caught:
        client.get(call)
    assert "attempts" not in str(caught.value)


def test_a_certificate_that_nobody_vouches_for_is_not_tried_again(world, https):
    client = world.client(KEY, https.endpoint, max_retries=3)
    with pytest.raises(ClientError) as caught:
        client.products.create({"a": 1})
    assert type(caught.value) is ClientError
    assert caught.value.attempts == 1
    assert "certificate" in str(caught.value).lower()


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_environment_names_those_who_vouch(world, https, monkeypatch, variable):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(https.certificate))
    assert world.client(KEY, https.endpoint).get("x") == {"ok": True}
