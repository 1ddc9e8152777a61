"""A plain call takes a short way through the HTTP libraries; the results are those of the long way.

A hook of the session, or an ``auth`` of the call, makes a call take the long way.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import ssl
import subprocess
import sys
import threading

import httpcore2
import httpx2
import pytest
import requests
from requests.adapters import HTTPAdapter
from tests.client.raw import Raw, http
from tests.conftest import KEY, json_answer
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.util import SKIP_HEADER

from cnct import AsyncConnectClient, ClientError, ConnectClient
from cnct.client._http.adapter import Adapter
from cnct.client._http.connections import Connection

GOOD = b'{"id": "PRD-1"}'
CHUNKED = b"7\r\n" + GOOD[:7] + b"\r\n8\r\n" + GOOD[7:] + b"\r\n0\r\n\r\n"

ANSWERS = {
    "json": http(GOOD),
    "text": http("ä".encode("latin-1"), kind="text/plain; charset=latin-1"),
    "empty": http(b"", "204 No Content"),
    "chunked": http(CHUNKED, Content_Length=None, Transfer_Encoding="chunked"),
    "compressed": http(gzip.compress(GOOD, mtime=0), Content_Encoding="gzip"),
    "cookie": http(GOOD, Set_Cookie="mood=fine; Path=/"),
    "old": http(GOOD, Content_Length=None).replace(b"HTTP/1.1", b"HTTP/1.0"),
    "closing": http(GOOD, "200 As you wish", Connection="close", X="ü"),
    "interim": b"HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\n" + http(GOOD),
    "redirect": http(b"", "307 Temporary Redirect", Location="/elsewhere?a=1"),
    "not found": http(b'{"error_code": "E", "errors": ["no"]}', "404 Not Found"),
    "failing": http(b"oops", "500 Oh", kind="text/html"),
    "cut": http(GOOD)[:-3],
    "cut in the headers": http(GOOD)[:30],
    "nothing": b"",
    "nonsense": b"nonsense\r\n\r\n",
    "wrong chunk": http(b"zz\r\n", Content_Length=None, Transfer_Encoding="chunked"),
    "too large": http(b'"' + b"a" * 100 + b'"'),
}

ENDING = [
    ANSWERS[name] for name in ("old", "closing", "cut", "cut in the headers", "nothing", "nonsense")
]
"""Answers behind which the server ends the connection."""

CALLS = {  # each takes the arguments that make it take the long way
    "get": lambda client, **long: client.get("x", params={"b": "c d", "e": "ü"}, **long),
    "head": lambda client, **long: client.execute("HEAD", "x", **long),
    "create": lambda client, **long: client.create("x", {"a": "ü"}, headers={"X-A": "ü"}, **long),
    "update": lambda client, **long: client.update("x", data=b"a" * 99_999, **long),
    "fields": lambda client, **long: client.create("x", data={"a": "b"}, **long),
    "delete": lambda client, **long: client.delete("x", timeout=(3, 9), **long),
}


def long_way(world, client):
    """Return arguments of calls that take the long way from now on."""
    if world.name == "async":
        return {"auth": httpx2.Auth()}
    client.session.hooks["response"].append(lambda response, **_: response)
    return {}


def facts_of(response):
    """Return what a user can see in a response of either library, except for the time."""
    request = response.request
    facts = {
        "status": response.status_code,
        "headers": list(response.headers.items()),
        "content": response.content,
        "text": response.text,
        "encoding": response.encoding,
        "url": str(response.url),
        "cookies": dict(response.cookies),
        "history": response.history,
        "method": request.method,
        "request url": str(request.url),
        "request headers": sorted(request.headers.items()),
        "elapsed": response.elapsed.total_seconds() > 0,
    }
    if isinstance(response, httpx2.Response):
        facts |= {
            "version": response.http_version,
            "reason": response.reason_phrase,
            "extensions": sorted(set(response.extensions) - {"network_stream"}),
            "closed": (response.is_closed, response.is_stream_consumed),
            "bytes": response.num_bytes_downloaded,
            "body": request.content,
        }
    else:
        facts |= {
            "reason": response.reason,
            "body": request.body,
            "raw": (response.raw.version, response.raw.version_string, response.raw.reason),
            "raw headers": list(response.raw.headers.items()),
            "next": response.next,
        }
    return facts


@pytest.fixture(scope="module", autouse=True)
def _fast():
    """Load no certificates, which takes the most time of a client that makes few calls."""
    context = ssl.create_default_context()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnct.client._http.async_pools._ssl_context", lambda *_, **__: context)
        yield


def results_of(world, answer, is_long):
    """Return everything that can be seen of calls, the first of which is made twice."""

    def serve(_, head, send):
        send(http(GOOD) if head.split()[1].startswith(b"/elsewhere") else answer)
        return answer not in ENDING

    server = Raw(serve)
    client = world.client(KEY, server.endpoint, max_answer=100, default_headers={"X-Team": "a"})
    long = long_way(world, client) if is_long else {}
    results = {}
    for name, call in {"first": CALLS["get"], **CALLS}.items():
        try:
            value = call(client, **long)
        except ClientError as error:
            cause = error.__cause__
            value = (type(error), str(error), error.status_code, type(cause), str(cause))
            value += (getattr(getattr(cause, "request", None), "method", None),)
        response = client.response
        results[name] = [value, response and facts_of(response)]
    server.close()
    results["sent"] = [sorted(head.split(b"\r\n")) for head in server.heads] + server.bodies
    port = server.endpoint.rpartition(":")[2]
    return {name: repr(result).replace(port, "PORT") for name, result in results.items()}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_plain_call_has_the_results_of_the_long_way(world, answer):
    short, long = (results_of(world, ANSWERS[answer], is_long) for is_long in (False, True))
    for name in short:
        assert short[name] == long[name], name


def test_responses_are_logged_as_by_the_long_way(server, caplog):
    caplog.set_level(logging.INFO, "httpx2")

    async def scenario():
        async with AsyncConnectClient(KEY, server.endpoint, use_specs=False) as client:
            await client.get("x")
            await client.get("x", auth=httpx2.Auth())

    asyncio.run(scenario())
    short, long = caplog.messages
    assert short == long
    assert short.startswith("HTTP Request: GET http://127.0.0.1")


def test_a_response_knows_the_addresses_of_its_connection(server):
    async def scenario():
        async with AsyncConnectClient(KEY, server.endpoint, use_specs=False) as client:
            await client.get("x")
            stream = client.response.extensions["network_stream"]
            return stream.get_extra_info("server_addr")

    assert server.endpoint.startswith("http://{}:{}/".format(*asyncio.run(scenario())))


def test_hooks_of_the_session_see_every_response(server):
    server.answer = lambda _: json_answer(1)
    seen = []
    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        client.session.hooks["response"].append(lambda response, **_: seen.append(response))
        client.get("x")
        assert seen == [client.response]


class Sent(Exception):
    pass


def refuse(*_, **__):
    raise Sent


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (requests.Session, "send"),
        (requests.Session, "get_adapter"),
        (HTTPAdapter, "send"),
        (HTTPConnectionPool, "urlopen"),
        (HTTPConnection, "connect"),
    ],
)
def test_tests_can_replace_the_methods_of_requests(server, monkeypatch, kind, name):
    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        client.get("x")
        client.close()
        monkeypatch.setattr(kind, name, refuse)
        with pytest.raises(Sent):
            client.get("x")


def test_tests_can_replace_a_method_of_one_session(server):
    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        client.session.send = refuse
        with pytest.raises(Sent):
            client.get("x")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (httpx2.AsyncClient, "send"),
        (httpcore2.AsyncConnectionPool, "handle_async_request"),
    ],
)
def test_tests_can_replace_a_method_of_httpx2(server, monkeypatch, kind, name):
    async def refuse_in_loop(*_, **__):
        raise Sent

    async def scenario():
        async with AsyncConnectClient(KEY, server.endpoint, use_specs=False) as client:
            await client.get("x")
            monkeypatch.setattr(kind, name, refuse_in_loop)
            with pytest.raises(Sent):
                await client.get("x")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("method", "headers", "body"),
    [
        ("GET", {"Accept": "*/*", "X": "ü"}, None),
        ("GET", {"X": "a\tb "}, None),
        ("HEAD", {}, None),
        ("POST", {"Content-Length": "2"}, b"{}"),
        ("POST", {"Content-Length": "100000"}, b"a" * 100_000),
        ("POST", {"Content-Length": "0"}, None),
        # The others are left to urllib3.
        ("POST", {}, b"{}"),
        ("POST", {}, None),
        ("PUT", {"Content-Length": "2"}, "{}"),
        ("PUT", {"Transfer-Encoding": "chunked"}, [b"a", b"b"]),
        ("GET", {"Host": "elsewhere"}, None),
        ("GET", {"User-Agent": SKIP_HEADER}, None),
        ("GET", {"X": b"bytes"}, None),
        ("GET", {"X": "a\r\n b"}, None),
        ("GET", {"X": "a\nY: b"}, None),
        ("GET", {"X": "\u2713"}, None),
        ("GE T", {}, None),
    ],
)
@pytest.mark.parametrize("agent", [{}, {"User-Agent": "a", "Accept-Encoding": "gzip"}])
def test_a_request_is_written_as_urllib3_writes_it(method, headers, body, agent):
    def written(kind):
        own, other = socket.socketpair()
        with own, other:
            connection = kind("::1", 8080)
            connection.sock = own
            sent = threading.Thread(target=lambda: sent_bytes.append(other.makefile("rb").read()))
            sent_bytes = []
            sent.start()
            error = None
            try:
                connection.request(
                    method,
                    "/x?a=b",
                    body=body,
                    headers={**agent, **headers},
                    preload_content=False,
                    decode_content=False,
                    enforce_content_length=True,
                )
            except Exception as raised:  # noqa: BLE001 - compared
                error = repr(raised)
            own.shutdown(socket.SHUT_WR)
            sent.join()
            return error, sent_bytes

    assert written(Connection) == written(HTTPConnection)


def test_pools_are_found_again_after_others_took_their_place(server):
    server.answer = lambda _: json_answer(1)
    session = requests.Session()
    session.mount("http://", Adapter())
    for number in (*range(12), 0, 11):
        url = f"{server.endpoint}#fragment"
        assert session.get(url, verify=f"{number}.pem").json() == 1
    assert session.get(server.endpoint.removesuffix("/public/v1")).json() == 1
    session.close()


def test_methods_that_were_replaced_before_the_first_call_are_called(server):
    script = f"""
import asyncio, functools, httpcore2, httpx2, requests
from cnct import AsyncConnectClient, ConnectClient

def replace(owner, name):
    method = getattr(owner, name)

    @functools.wraps(method)
    def spy(*args, **kwargs):
        print(owner.__name__, name)
        return method(*args, **kwargs)

    setattr(owner, name, spy)

async def main():
    async with AsyncConnectClient({KEY!r}, {server.endpoint!r}, use_specs=False) as client:
        await client.get("x")

replace(requests.Session, "send")
replace(httpx2.AsyncClient, "send")
replace(httpcore2.AsyncConnectionPool, "handle_async_request")
ConnectClient({KEY!r}, {server.endpoint!r}, use_specs=False).get("x")
asyncio.run(main())
"""
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)  # noqa: S603 - the script above
    assert run.stdout.splitlines() == [
        "Session send",
        "AsyncClient send",
        "AsyncConnectionPool handle_async_request",
    ]


def test_hooks_of_a_client_of_httpx2_see_every_response(server):
    async def scenario():
        async with AsyncConnectClient(KEY, server.endpoint, use_specs=False) as client:
            session, seen = await client.session(), []

            async def see(response):
                seen.append(response)

            session.event_hooks = {"response": [see]}
            await client.get("x")
            assert seen == [client.response]
            session.event_hooks = {}
            session.send = refuse
            with pytest.raises(Sent):
                await client.get("x")

    asyncio.run(scenario())


def test_a_field_may_be_named_null(server, remote):
    payload = {"null": 1, "a": ["null"]}
    remote.create("x", payload=payload)
    assert server.got[0].body == b'{"null": 1, "a": ["null"]}'
