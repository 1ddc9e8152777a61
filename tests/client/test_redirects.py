"""Redirects: a write never becomes a GET, and no other host learns a secret."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from tests.client.raw import Outcome, http, in_both_worlds, once
from tests.conftest import KEY, json_answer

from cnct import AmbiguousWriteError, ClientError
from cnct.client._core.messages import Request
from cnct.client._core.redirects import call_flow
from cnct.client._core.retry import RetryPolicy


def to(location: str, status: int = 302) -> tuple[int, dict[str, str], bytes]:
    return status, {"Location": location}, b""


def call(remote, method: str, path: str = "old", **kwargs):
    return remote.execute(method, path, **kwargs)


@pytest.fixture
def moved(server) -> Callable[[int], None]:
    """Let the server redirect ``old`` to ``new`` with a status."""

    def move(status: int) -> None:
        server.answer = lambda got: (
            to(f"{server.endpoint}/new", status) if "old" in got.path else json_answer(got.method)
        )

    return move


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_get_is_followed(remote, moved, status):
    moved(status)
    assert call(remote, "GET") == "GET"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, ClientError),
        (302, AmbiguousWriteError),
        (303, AmbiguousWriteError),
        (300, AmbiguousWriteError),
        (304, AmbiguousWriteError),
    ],
)
def test_a_redirected_write_is_an_error(server, remote, moved, method, status, kind):
    moved(status)
    with pytest.raises(ClientError) as caught:
        call(remote, method, json={"a": 1})
    assert (type(caught.value), caught.value.status_code) == (kind, status)
    assert len(server.got) == 1
    for part in (f"{server.endpoint}/new", f"{method} {server.endpoint}/old", "https", "slash"):
        assert part in str(caught.value)


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_method_and_body_are_repeated_within_the_host(server, remote, moved, method, status):
    moved(status)
    assert call(remote, method, data=io.BytesIO(b"body"), headers={"X": "1"}) == method
    assert [(got.body, got.headers["X"]) for got in server.got] == [(b"body", "1")] * 2
    assert server.got[1].headers["Authorization"] == KEY


def test_a_body_that_was_read_and_cannot_be_put_back_is_not_repeated(server, remote, moved):
    moved(307)
    with pytest.raises(ClientError, match="cannot be read a second time"):
        call(remote, "PUT", data=iter([b"body"]))
    assert len(server.got) == 1


def test_see_other_is_asked_for_without_a_body(server, remote, moved):
    moved(303)
    assert call(remote, "GET", json={"a": 1}) == "GET"
    assert [got.body for got in server.got] == [b'{"a": 1}', b""]


@pytest.mark.parametrize("argument", ["follow_redirects", "allow_redirects"])
def test_a_write_may_be_left_where_it_is(remote, moved, argument):
    moved(302)
    assert call(remote, "POST", **{argument: False}) == b""
    assert remote.response.status_code == 302


@pytest.mark.parametrize("status", [300, 304])
def test_what_is_no_redirect_of_a_get_is_returned(remote, moved, status):
    moved(status)
    assert call(remote, "GET") == b""


@pytest.fixture
def elsewhere(server, world):
    """A client whose server redirects documents to another host, which is the same server."""
    other = server.endpoint.replace("127.0.0.1", "localhost")

    def answer(got):
        if got.path.endswith("/document"):
            status, headers, body = to(f"{other}/file", 302)
            return status, {**headers, "Set-Cookie": "session=1"}, body
        return 200, {"Set-Cookie": "foreign=1"}, b"bytes"

    server.answer = answer
    return world.client(
        KEY, server.endpoint, default_headers={"X-Tenant": "t", "User-Agent": "mine"}
    )


def test_another_host_gets_no_secrets(server, elsewhere):
    headers = {"x-tenant": "u", "Accept": "text/csv", "Cookie": "a=b"}
    assert elsewhere.get("document", headers=headers, auth=("user", "pw")) == b"bytes"
    first, second = (got.headers for got in server.got)
    assert (first["x-tenant"], second["Accept"]) == ("u", "text/csv")
    assert "mine" not in second.values()
    assert {name.lower() for name in second} <= {
        *("host", "accept", "accept-encoding", "connection", "user-agent"),
    }
    elsewhere.get("document")
    assert server.got[2].headers["Cookie"] == "session=1"
    assert "Cookie" not in server.got[3].headers


def test_settings_of_the_session_stay_with_the_host(server, sync_remote):
    other = server.endpoint.replace("127.0.0.1", "localhost")
    server.answer = lambda got: to(f"{other}/y") if "/x" in got.path else (200, {}, b"")
    sync_remote.session.headers["X-Secret"] = "1"
    sync_remote.session.params = {"secret": "1"}
    assert sync_remote.get("x") == b""
    assert server.got[0].headers["X-Secret"] == "1"
    assert "X-Secret" not in server.got[1].headers
    assert "secret" not in server.got[1].path


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_another_host_gets_no_body(server, remote, method):
    other = server.endpoint.replace("127.0.0.1", "localhost")
    server.answer = lambda _: to(f"{other}/y", 307)
    with pytest.raises(ClientError, match="no other host receives"):
        call(remote, method, json={"a": 1})
    assert len(server.got) == 1


def test_the_users_own_calls_of_the_session_are_redirected(server, sync_remote):
    server.answer = lambda got: to("/y") if got.path.endswith("x") else (200, {}, b"there")
    assert sync_remote.session.get(f"{server.endpoint}/x").content == b"there"


def test_a_circle_of_redirects_ends(server, remote):
    server.answer = lambda _: to("/public/v1/x")
    with pytest.raises(ClientError, match="more than 30 times"):
        remote.get("x")


def redirected(url: str, location: str, method: str = "GET", status: int = 302) -> Request:
    """Play a flow by hand; return its second request."""

    class Reply:
        status_code = status
        headers = {"Location": location}  # noqa: RUF012 - read only
        content = b""

    flow = call_flow(Request(method, url, {}), RetryPolicy(), 0)
    next(flow)
    return flow.send(Reply())


HERE = "https://host.example/public/v1/x?y=1"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("z", "https://host.example/public/v1/z"),
        ("https:///path", "https://host.example/path"),
        ("/z?a=b c#part", "https://host.example/z?a=b%20c"),
        ("//other.example:8443", "https://other.example:8443/"),
        ("HTTPS://HOST.example./a%2fb", "https://host.example./a%2fb"),
        ("https://user:pw@host.example/z", "https://host.example/z"),
        ("https://[2001:db8::1]:444/z", "https://[2001:db8::1]:444/z"),
        ("/ü", "https://host.example/%C3%BC"),
        ("/ü".encode().decode("latin-1"), "https://host.example/%C3%BC"),
        ("/\x01", "https://host.example/%01"),
        ("", ""),
        ("https://[::1", ""),
        ("https://[v1.x]/", ""),
        ("https://a..b/", ""),
        ("https://.a/", ""),
        (f"https://{'a' * 70}.b/", ""),
        (f"https://{'a.' * 130}b/", ""),
        ("https://h:99999/", ""),
        ("https://h:x/", ""),
        ("https://ü.example/", ""),
        ("ftp://h/", ""),
        ("http://host.example/public/v1/x", ""),
        ("/\ud800", ""),
    ],
)
def test_any_location_is_a_url_or_a_refusal(location, url):
    if url:
        assert redirected(HERE, location).url == url
    else:
        with pytest.raises(ClientError, match="is not followed"):
            redirected(HERE, location)


def test_a_host_that_wants_https_is_the_same_host():
    request = redirected("http://host.example/x", "https://host.example/x", "POST", 308)
    assert (request.method, request.url) == ("POST", "https://host.example/x")
    assert not request.limits.is_foreign
    assert redirected("http://host.example:81/x", "https://host.example/x").limits.is_foreign


@pytest.mark.parametrize(
    "location",
    [b"https://[::1", b"http://a..b/", b"http://h:99999/", b"http://\xfc/", b"a" * 70_000],
)
def test_odd_locations_are_errors_in_both_worlds(location):
    answer = (
        b"HTTP/1.1 302 X\r\nConnection: close\r\nContent-Length: 0\r\nLocation: "
        + location
        + b"\r\n\r\n"
    )
    outcomes = in_both_worlds(
        once(answer), lambda client: client.get("x"), lambda client: client.create("x", {})
    )
    assert [outcome.error for outcome in outcomes][1] == "AmbiguousWriteError"
    assert outcomes[0].error == "ClientError"


def test_locations_in_other_letters_are_followed_alike():
    def answer(number, head, send):
        location = b"/\xc3\xbc" if number == 0 else b"/\xfc"
        if number < 2:
            send(b"HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n")
        else:
            send(http(b'"' + head.split()[1] + b'"'))

    paths = in_both_worlds(answer, lambda client: client.get("x"))
    assert paths == [Outcome(None, None, "/%C3%BC")]
