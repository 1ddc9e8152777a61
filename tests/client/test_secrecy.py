"""The API key cannot be read from what errors hold: texts, reprs, frames of the whole chain."""

from __future__ import annotations

import asyncio
import copy
import io
import logging
import pickle
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.conftest import KEY, json_answer

from cnct import AsyncConnectClient, ClientError, ConnectClient
from cnct.client._core.messages import Request

SECRET = "very-secret"  # noqa: S105 - of a test
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def chain(error: BaseException) -> list[BaseException]:
    """Return an error with everything that hangs on it."""
    members, todo = [], [error]
    while todo:
        member = todo.pop()
        if isinstance(member, BaseException) and not any(member is other for other in members):
            members.append(member)
            todo += [member.__cause__, member.__context__, *member.args, *vars(member).values()]
            todo += getattr(member, "exceptions", ())
    return members


def leaks(error: BaseException) -> list[str]:
    """Return where the secret can be read: in texts, reprs and frames below this file's."""
    places = []
    for member in chain(error):
        texts = [str(member), repr(member), repr(vars(member)), repr(member.args)]
        places += [f"{type(member).__name__}: {text}" for text in texts if SECRET in text]
        for frame, line in traceback.walk_tb(member.__traceback__):
            if "/tests/" in frame.f_code.co_filename:
                continue
            for name, value in frame.f_locals.items():
                if SECRET in repr(value) or (type(value) is str and SECRET in value):
                    places.append(f"{frame.f_code.co_filename}:{line} {name}")
    return places


@contextmanager
def scripted(answer: bytes, *, resets: bool = False) -> Iterator[str]:
    """A server that sends these bytes to everybody and closes the connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
                if resets:
                    linger = b"\x01\0\0\0\0\0\0\0"
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


ANSWERS = {
    "nothing": b"",
    "no HTTP": b"very-secret \x1b[31m\r\n\r\n",
    "half a body": HEAD + b"Content-Length: 50\r\n\r\n[1",
    "a wrong chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nxx\r\n",
    "a repeated key that is no JSON": HEAD + f"Content-Length: 45\r\n\r\n[{KEY:44}".encode(),
    "a loop of redirects": b"HTTP/1.1 302 F\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
@pytest.mark.parametrize("resets", [False, True])
def test_no_frame_of_the_chain_shows_the_key(world, answer, resets):
    with scripted(answer, resets=resets) as url:
        client = world.client(KEY, url, timeout=2)
        with pytest.raises(ClientError) as caught:
            client.create("things", {"name": "x"})
        with pytest.raises(ClientError) as caught_get:
            client.get("things")
    assert leaks(caught.value) == []
    assert leaks(caught_get.value) == []


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9/x", "https://127.0.0.1:9/x"])
def test_no_frame_of_a_failed_connection_shows_the_key(world, endpoint):
    with pytest.raises(ClientError) as caught:
        world.client(KEY, endpoint).products.create({"a": 1})
    assert leaks(caught.value) == []
    assert caught.value.__cause__ is not None
    assert "".join(traceback.format_exception(caught.value)).count("File ") > 5


def test_the_frames_of_an_error_that_is_not_of_the_call_are_cleared_as_well(world, server):
    class Odd(Exception):
        pass

    def pieces():
        raise Odd("mine")
        yield b""

    with pytest.raises(Odd) as caught:
        world.client(KEY, server.endpoint).execute("POST", "x", data=pieces())
    assert leaks(caught.value) == []


def test_no_part_of_an_error_body_shows_the_key(server, remote):
    deep: object = KEY
    for _ in range(60):
        deep = [deep]
    body = {
        "error_code": f"bad {KEY}",
        "errors": [{"at": [KEY, {SECRET: 1}]}, 5],
        "params": {"deep": deep, "key": [SECRET]},
    }
    server.answer = lambda _: json_answer(body, 400)
    with pytest.raises(ClientError) as caught:
        remote.get("products")
    error = caught.value
    assert leaks(error) == []
    assert error.error_code == "bad ***"
    assert error.errors == [{"at": ["***", {"***": 1}]}, 5]
    assert error.additional_info["params"]["key"] == ["***"]
    assert "..." in str(error.additional_info["params"]["deep"])


@pytest.mark.parametrize("kind", [ConnectClient, AsyncConnectClient])
@pytest.mark.parametrize(
    ("key", "settings"),
    [
        (KEY, {"endpoint": "no URL"}),
        (KEY, {"timeout": -1}),
        (f"{KEY}\n", {}),
        (KEY.encode(), {}),
        ({"key": KEY}, {}),
    ],
)
def test_no_frame_of_a_refused_setting_shows_the_key(kind, key, settings):
    with pytest.raises((TypeError, ValueError)) as caught:
        kind(key, **settings)
    assert leaks(caught.value) == []


def test_the_key_itself_is_text_as_before(server, world):
    server.answer = lambda _: json_answer({})
    client = world.client(KEY, server.endpoint)
    assert client.api_key == KEY
    assert f"{client.api_key}" == str(client.api_key) == KEY
    assert repr(client.api_key) == "'***'"
    client.get("x", headers={"X": "1"})
    assert server.got[0].headers["Authorization"] == KEY


def test_a_copy_of_a_client_keeps_the_key_masked():
    client = ConnectClient(KEY, use_specs=False)
    for twin in (copy.copy(client), copy.deepcopy(client), pickle.loads(pickle.dumps(client))):
        assert twin.api_key == KEY
        assert SECRET not in repr(vars(twin))


def test_a_request_shows_method_and_url_alone():
    headers = {"Authorization": KEY}
    request = Request("GET", f"http://u:pw@h/x?k={SECRET}", {"headers": headers}, KEY)
    assert repr(request) == "<Request GET http://h/x?k=***>"


def test_authorization_of_a_single_call_is_masked_too(world):
    own = {"Authorization": "ApiKey SU-1:another", "Proxy-Authorization": "another"}
    with pytest.raises(ClientError) as caught:
        world.client(KEY, "http://127.0.0.1:9/x").get("y", headers=own)
    driver = [f for f, _ in traceback.walk_tb(caught.value.__cause__.__traceback__)]
    sent = [f.f_locals["kwargs"] for f in driver if f.f_code.co_name == "_execute_http_call"]
    assert "another" not in repr(sent)


def test_the_password_of_an_endpoint_is_shown_nowhere(server, world, caplog):
    server.answer = lambda got: json_answer(dict(got.headers), 200 if got.method == "GET" else 400)
    secret = "pass-word"  # noqa: S105 - not one
    endpoint = server.endpoint.replace("://", f"://user:{secret}@")
    file = io.StringIO()
    client = world.client(KEY, endpoint)
    with caplog.at_level(logging.DEBUG):
        assert client.get("x")["Authorization"] == KEY
        assert client.get(f"{endpoint}/x")["Authorization"] == KEY
        with pytest.raises(ClientError) as caught:
            client.create("x", {})
    for text in (repr(client), client.endpoint, str(caught.value), caplog.text, file.getvalue()):
        assert secret not in text


def test_no_frame_of_a_cancelled_call_shows_the_key():
    async def cancelled(url: str) -> BaseException:
        async with AsyncConnectClient(KEY, url, use_specs=False) as client:
            with pytest.raises(TimeoutError) as caught:
                await asyncio.wait_for(client.get("x"), 0.05)
        return caught.value

    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = asyncio.run(cancelled(f"http://127.0.0.1:{silent.getsockname()[1]}"))
    assert leaks(error) == []
