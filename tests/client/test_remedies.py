"""Failed calls name the setting to mend: key, endpoint, TLS, proxy; in one line, the host first."""

from __future__ import annotations

import pickle
import socket
import ssl
import threading

import pytest
import trustme
from tests.conftest import KEY, json_answer

from cnct import AmbiguousWriteError, ClientError, NotFoundError


def failure(client, path="products/P") -> ClientError:
    with pytest.raises(ClientError) as caught:
        client.get(path)
    text = str(caught.value)
    assert "\n" not in text
    assert "Max retries" not in text
    assert "very-secret" not in text
    assert text.count("://") <= 2
    return caught.value


@pytest.fixture
def tls_port():
    """The port of a server that speaks TLS, and ends a connection that does not begin so."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_a_name_that_does_not_resolve(world):
    error = failure(world.client(KEY, "https://nohost.invalid/public/v1"))
    assert str(error).startswith("nohost.invalid: No response (")
    assert "): the name does not resolve (" in str(error)
    assert "check endpoint, proxy and network (GET https://nohost.invalid/" in str(error)
    assert str(error).count("://") == 1
    cause = error.__cause__
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__
    assert isinstance(cause, socket.gaierror)


def test_a_port_at_which_nothing_listens(world):
    text = str(failure(world.client(KEY, "http://127.0.0.1:9/public/v1")))
    assert text.startswith("127.0.0.1:9: No response (")
    assert "nothing listens there (" in text
    assert "): check endpoint and proxy (GET http://127.0.0.1:9/" in text


def test_https_against_http(server, world):
    endpoint = server.endpoint.replace("http:", "https:")
    text = str(failure(world.client(KEY, endpoint)))
    assert "it does not speak TLS: write http:// in the endpoint, or the port of https (" in text


def test_http_against_https(tls_port, world):
    text = str(failure(world.client(KEY, f"http://127.0.0.1:{tls_port}/public/v1")))
    assert "the connection ended (" in text
    assert "): if it needs TLS, write https:// in the endpoint (GET" in text


def test_http_against_https_that_says_so(server, world):
    server.answer = lambda _: (400, {}, b"The plain HTTP request was sent to HTTPS port")
    error = failure(world.client(KEY, server.endpoint))
    assert error.remedy == f"Check the endpoint: write {server.endpoint[:-10]}".replace("p:", "ps:")


def test_a_certificate_of_an_unknown_authority(tls_port, world):
    text = str(failure(world.client(KEY, f"https://127.0.0.1:{tls_port}/public/v1")))
    assert "its certificate is not valid (unable to get local issuer certificate): check" in text
    assert "pass verify='ca.pem' (GET" in text


def test_a_timeout_has_its_own_text(world):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}/public/v1"
        text = str(failure(world.client(KEY, endpoint, timeout=0.05)))
    assert text.startswith(f"{endpoint[7:-10]}: No response (ReadTimeout): ")
    assert "HTTPConnectionPool" not in text


def test_an_endpoint_without_its_path(server, world):
    server.answer = lambda _: (404, {}, b"not found")
    origin = server.endpoint.removesuffix("/public/v1")
    error = failure(world.client(KEY, origin))
    assert isinstance(error, NotFoundError)
    assert str(error).endswith(f". Check the endpoint, which lacks /public/v1: {server.endpoint}")
    assert failure(world.client(KEY, server.endpoint)).remedy == ""
    server.answer = lambda _: json_answer({"error_code": "NFND_000", "errors": ["no"]}, 404)
    assert failure(world.client(KEY, origin)).remedy == ""


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_named_by_its_source(server, world, monkeypatch, status: int):
    server.answer = lambda _: json_answer({"error_code": "AUTH_001", "errors": ["no"]}, status)
    more = "" if status == 401 else ", and the permissions of its account"
    error = failure(world.client(KEY, server.endpoint))
    assert error.remedy == f"Check the key of the argument api_key{more}"
    assert str(error).endswith(error.remedy)
    assert pickle.loads(pickle.dumps(error)).remedy == error.remedy
    assert (
        failure(world.client(None, server.endpoint)).remedy == "No API key was sent: pass api_key"
    )
    monkeypatch.setenv("CNCT_API_KEY", KEY)
    monkeypatch.setenv("CNCT_ENDPOINT", server.endpoint)
    assert failure(world.client()).remedy == f"Check the key of CNCT_API_KEY{more}"


LOGIN = (200, {"Content-Type": "text/html; charset=utf-8"}, b"<!doctype html><title>Log in</title>")


def test_a_page_where_json_is_due_is_an_error(server, world):
    server.answer = lambda _: LOGIN
    client = world.client(KEY, server.endpoint)
    for call in (
        client.products["P"].get,
        lambda: client.products["P"].values("id"),
        lambda: client.products["P"].update({}),
        client.products.first,
        lambda: list(client.products.all()),
        client.products.count,
        lambda: client.get("products/P"),
    ):
        with pytest.raises(
            ClientError, match=r"HTML page where JSON is due, .*check endpoint"
        ) as caught:
            call()
        assert caught.value.status_code == 200
        assert "Log in" in caught.value.additional_info["body"]
    with pytest.raises(AmbiguousWriteError, match="HTML page"):
        client.products.create({})


def test_a_page_that_is_due_is_bytes(server, world):
    server.answer = lambda _: LOGIN
    client = world.client(KEY, server.endpoint)
    assert client.get("x", headers={"accept": "text/html"}) == LOGIN[2]
    server.answer = lambda _: (200, {**LOGIN[1], "Content-Disposition": "attachment"}, LOGIN[2])
    assert client.get("x") == LOGIN[2]
    server.answer = lambda _: (200, LOGIN[1], b"")
    assert client.products["P"]("x").post() == b""
    server.answer = lambda _: (200, {"Content-Type": "application/pdf"}, b"%PDF")
    assert client.products["P"].get() == b"%PDF"
