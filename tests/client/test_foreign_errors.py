"""Whatever the HTTP libraries raise becomes a ClientError; the user's own errors do not."""

from __future__ import annotations

import gzip
import http.client
import inspect
import socket
import ssl
import threading
import zlib

import h11
import httpcore2
import httpx2
import pytest
import requests
import urllib3.exceptions
from tests.client.raw import Raw, in_both_worlds, once
from tests.client.raw import http as answer_of
from tests.conftest import KEY

from cnct import ClientError
from cnct.client._http.failures import is_failed_exchange

MODULES = (
    requests.exceptions,
    urllib3.exceptions,
    http.client,
    httpx2,
    httpcore2,
    h11,
    ssl,
    socket,
)
CLASSES = {
    kind
    for module in MODULES
    for name, kind in inspect.getmembers(module, inspect.isclass)
    if not name.startswith("_") and issubclass(kind, Exception) and not issubclass(kind, Warning)
}


@pytest.mark.parametrize("kind", sorted(CLASSES, key=str), ids=str)
def test_every_error_of_the_libraries_is_a_client_error(server, world, monkeypatch, kind):
    error = kind.__new__(kind)
    error.args = ("text",)

    def fail(*_, **__):
        raise error

    async def fail_in_loop(*_, **__):
        raise error

    monkeypatch.setattr(requests.Session, "send", fail)
    monkeypatch.setattr(httpx2.AsyncClient, "send", fail_in_loop)
    client = world.client(KEY, server.endpoint)
    for call in (lambda: client.get("x"), lambda: client.create("x", {})):
        with pytest.raises(ClientError):
            call()


@pytest.mark.parametrize(
    ("error", "is_failure"),
    [
        (ImportError("no socksio"), True),
        (zlib.error(), True),
        (ExceptionGroup("g", [OSError(), ValueError()]), True),
        (ExceptionGroup("g", [OSError(), KeyError()]), False),
        (BaseExceptionGroup("g", [KeyboardInterrupt()]), False),
        (KeyError(), False),
        (TypeError(), False),
        (AssertionError(), False),
        (KeyboardInterrupt(), False),
        (urllib3.exceptions.InsecureRequestWarning(), False),
    ],
)
def test_errors_of_users_and_tests_are_none_of_the_exchange(error, is_failure):
    assert is_failed_exchange(error) is is_failure


class Mine(Exception):
    pass


def test_an_error_of_the_users_body_stays_as_it_is(remote):
    def body():
        yield b"a"
        raise Mine

    with pytest.raises(Mine):
        remote.create("x", data=body())


@pytest.mark.parametrize("host", ["a..b", "a" * 70, ".a"])
def test_a_host_that_cannot_exist_is_an_error(world, host):
    client = world.client(KEY, f"http://{host}/x")
    with pytest.raises(ClientError) as caught:
        client.create("x", {})
    assert type(caught.value) is ClientError


def test_a_socks_proxy_without_its_package_is_an_error(world, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "socks5://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(ClientError) as caught:
        world.client(KEY, "http://host.example/x").create("x", {})
    assert type(caught.value) is ClientError


@pytest.mark.parametrize("scheme", ["", "http://user:pw@"])
def test_proxies_of_the_environment_are_used(world, monkeypatch, scheme):
    def answer(_, head, send):
        body = gzip.compress(b'"proxied"')
        whole = answer_of(body, Content_Encoding="gzip")
        send(whole if head.startswith(b"GET http://host.example/") else b"")

    proxy = Raw(answer)
    try:
        monkeypatch.setenv("http_proxy", scheme + proxy.endpoint.removeprefix("http://"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        client = world.client(KEY, "http://host.example/x")
        for _ in range(2):
            assert client.get("y") == "proxied"
            assert client.response.headers["Content-Encoding"] == "gzip"
    finally:
        proxy.close()
    assert (b"Proxy-Authorization: Basic" in proxy.heads[0]) is bool(scheme)


@pytest.mark.parametrize("depth", [1_100, 100_000])
def test_json_that_is_nested_too_deeply_is_an_error(depth):
    for body in (b"[" * depth + b"]" * depth, b"[NaN," + b"[" * depth + b"]" * depth + b"]"):
        outcomes = in_both_worlds(
            once(answer_of(body, Connection="close")),
            lambda client: client.get("x"),
            lambda client: client.create("x", {}),
        )
        assert [outcome.error for outcome in outcomes] == ["ClientError", "AmbiguousWriteError"]


@pytest.mark.parametrize("total", ["9" * 5000, "٣", "-1", "9" * 19])
def test_a_total_that_is_no_number_is_ignored(server, remote, total):
    server.answer = lambda _: (
        200,
        {
            "Content-Type": "application/json",
            "Content-Range": f"items 0-0/{total}".encode().decode("latin-1"),
        },
        b'[{"id": 1}]',
    )
    assert list(remote.products.all()) == [{"id": 1}]


def test_an_error_body_that_is_nested_too_deeply_is_shown_in_part(server, remote):
    server.answer = lambda _: (400, {"Content-Type": "application/json"}, b"[" * 100_000)
    with pytest.raises(ClientError, match="400 Bad Request"):
        remote.get("x")


def early_refusal(read: int):
    """Refuse an upload after some bytes of it, and close the connection."""

    def serve(listener):
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            with connection:
                connection.recv(read)
                body = b'{"error_code": "TOO_LARGE", "errors": ["too large"]}'
                connection.sendall(answer_of(body, "413 Content Too Large", Connection="close"))

    return serve


@pytest.mark.parametrize("read", [500, 200_000])
@pytest.mark.parametrize("how", ["bytes", "stream"])
def test_an_early_refusal_of_a_large_upload_is_heard(world, read, how):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=early_refusal(read), args=(listener,))
        thread.start()
        client = world.client(KEY, f"http://127.0.0.1:{listener.getsockname()[1]}")
        for _ in range(4):
            whole = b"a" * 20_000_000
            data = whole if how == "bytes" else iter([whole[:1_000_000]] * 20)
            with pytest.raises(ClientError) as caught:
                client.create("x", data=data)
            assert (caught.value.status_code, type(caught.value)) == (413, ClientError)
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_the_key_wins_over_credentials_in_the_endpoint(server, world):
    endpoint = server.endpoint.replace("http://", "http://user:pw@")
    world.client(KEY, endpoint).get("x")
    assert server.got[0].headers["Authorization"] == KEY
