"""Connections of the asynchronous client to servers, on networks that misbehave."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections import deque
from http.client import HTTPException
from types import SimpleNamespace

import httpx2
import pytest
from tests.client.raw import Raw, http
from tests.client.test_async_streams import Transport
from tests.conftest import KEY

from cnct import AmbiguousWriteError, AsyncConnectClient, ClientError
from cnct.client._core.messages import Limits
from cnct.client._http import async_direct
from cnct.client._http.async_direct import DirectConnection, DirectPool
from cnct.client._http.async_request import Encoded
from cnct.client._http.exchange import Exchange
from cnct.client._http.framing import Incoming

GET = Encoded("GET", b"GET /x HTTP/1.1\r\n\r\n", None, {"read": None, "write": 0.05})
WHOLE = http(b"{}")
UNTIL_THE_END = http(b"{}", Content_Length=None)


@pytest.fixture
def transport():
    transport = Transport()
    transport.abort = lambda: None
    yield transport
    transport.close()


async def exchanging(transport, *steps, request=GET):
    """Send a request over a transport, and take each step after the last one had its effect."""
    connection = DirectConnection()
    connection.connection_made(transport)
    call = asyncio.create_task(connection.exchange(request))
    for step in steps:
        await asyncio.sleep(0)
        step(connection)
    return await call


def outcome(transport, *steps, request=GET):
    return asyncio.run(exchanging(transport, *steps, request=request))


def lost(connection):
    connection.connection_lost(ConnectionResetError("reset"))


def ended(connection):
    connection.eof_received()


def received(data):
    return lambda connection: connection.data_received(data)


def test_bytes_that_the_system_received_are_kept_when_the_connection_fails(transport):
    transport.other.sendall(WHOLE)
    assert outcome(transport, lost)[1] == b"{}"


def test_encrypted_bytes_of_the_system_are_of_no_use(transport):
    transport.extra["ssl_object"] = object()
    transport.other.sendall(WHOLE)
    with pytest.raises(httpx2.ReadError, match="reset"):
        outcome(transport, lost)


def test_a_response_that_lasts_until_the_end_ends_with_the_connection(transport):
    assert outcome(transport, received(UNTIL_THE_END), ended)[1] == b"{}"


def test_an_end_of_ours_is_no_end_of_a_response(transport):
    def abort(connection):
        connection.abort()
        connection.connection_lost(None)

    with pytest.raises(httpx2.RemoteProtocolError, match="closed"):
        outcome(transport, received(UNTIL_THE_END), abort)


@pytest.mark.parametrize("step", [received(b"x"), ended, lost])
def test_what_comes_behind_a_response_spoils_the_connection(transport, step):
    async def scenario():
        connection = DirectConnection()
        connection.connection_made(transport)
        call = asyncio.create_task(connection.exchange(GET))
        await asyncio.sleep(0)
        connection.data_received(WHOLE)
        await call
        assert not connection.is_stale()
        step(connection)
        assert connection.is_stale()
        assert DirectPool._unused(deque([connection])) is None

    asyncio.run(scenario())


@pytest.mark.parametrize("before", [[], [received(WHOLE)]])
def test_writing_waits_until_the_network_takes_more(transport, before):
    async def scenario():
        connection = DirectConnection()
        connection.connection_made(transport)
        connection.pause_writing()
        call = asyncio.create_task(connection.exchange(GET))
        await asyncio.sleep(0)
        for step in before:
            step(connection)
        if not before:
            connection.resume_writing()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            connection.data_received(WHOLE)
        assert (await call)[1] == b"{}"
        assert connection.is_spoiled is bool(before)

    asyncio.run(scenario())


def test_a_call_that_is_cancelled_closes_its_connection(transport):
    async def scenario():
        connection = DirectConnection()
        connection.connection_made(transport)
        call = asyncio.create_task(connection.exchange(GET))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert connection.is_spoiled

    asyncio.run(scenario())


def test_a_child_of_a_fork_gives_up_its_copy_of_the_socket(transport):
    async def scenario():
        connection = DirectConnection()
        connection.connection_made(transport)
        connection._renew()
        assert connection.is_stale()

    asyncio.run(scenario())


def test_a_network_that_takes_nothing_is_an_error_in_time(transport):
    async def scenario():
        connection = DirectConnection()
        connection.connection_made(transport)
        connection.pause_writing()
        with pytest.raises(httpx2.WriteTimeout):
            await connection.exchange(GET)

    asyncio.run(scenario())


def call(endpoint, body, **settings):
    async def scenario():
        settings.setdefault("use_specs", False)
        async with AsyncConnectClient(KEY, endpoint, **settings) as client:
            return await body(client)

    return asyncio.run(scenario())


def test_silence_is_counted_from_the_last_byte():
    def answer(number, _, send):
        for start in range(0, 0 if number else len(WHOLE), 20):
            time.sleep(0.15)
            send(WHOLE[start : start + 20])

    async def body(client):
        value = await client.get("x", timeout=0.6)  # less than the answer takes
        with pytest.raises(ClientError) as caught:
            await client.get("x", timeout=0.02)
        return value, type(caught.value.__cause__)

    server = Raw(answer)
    try:
        assert call(server.endpoint, body) == ({}, httpx2.ReadTimeout)
    finally:
        server.close()


def test_a_slow_disk_is_no_silence_of_the_server(transport):
    """While nobody reads, the server cannot send."""
    content = b"x" * 3_000_000
    request = GET._replace(timeouts={"read": 0.25, "write": None})
    written = []

    async def scenario():
        loop = asyncio.get_running_loop()
        begun, goes_on = asyncio.Event(), threading.Event()

        def write(data):
            loop.call_soon_threadsafe(begun.set)
            goes_on.wait()
            written.append(data)

        receiver = SimpleNamespace(
            begin=lambda *_: True, write=write, report=lambda: None, position=0, received=0
        )
        connection = DirectConnection()
        connection.connection_made(transport)
        with Exchange(Limits(receiver=receiver)):
            call = asyncio.create_task(connection.exchange(request))
        await asyncio.sleep(0)
        response = http(content)
        connection.data_received(response[:1_000])
        await begun.wait()
        connection.data_received(response[1_000:-1])
        assert not transport.reading
        await asyncio.sleep(0.4)
        connection.data_received(response[-1:])
        goes_on.set()
        await call

    transport.reading = True
    asyncio.run(scenario())
    assert b"".join(written) == content


def test_a_connection_that_is_reset_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        async def body(client):
            loop = asyncio.get_running_loop()
            calling = asyncio.create_task(client.get("x"))
            connection = (await loop.run_in_executor(None, listener.accept))[0]
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            with pytest.raises(ClientError) as caught:
                await calling
            return type(caught.value.__cause__)

        kind = call(f"http://127.0.0.1:{listener.getsockname()[1]}", body)
    assert kind is httpx2.ReadError


def pieces(*data):
    async def stream():
        for piece in data:
            yield piece

    return stream()


@pytest.mark.parametrize(
    ("length", "data", "error"),
    [
        ("5", b"abc", ClientError),
        ("x", b"abc", ClientError),
        ("5", pieces(b"abc"), AmbiguousWriteError),
        ("2", pieces(b"abc"), AmbiguousWriteError),
    ],
)
def test_a_body_of_another_length_than_its_headers_say_is_an_error(server, length, data, error):
    async def body(client):
        with pytest.raises(ClientError) as caught:
            await client.create("x", data=data, headers={"Content-Length": length})
        assert type(caught.value) is error

    call(server.endpoint, body)


def test_a_stream_is_sent_in_chunks_or_with_its_length(server):
    async def body(client):
        await client.create("x", data=pieces(b"ab", b"", b"c"))
        await client.create("x", data=pieces(b"ab", b"c"), headers={"Content-Length": "3"})

    call(server.endpoint, body)
    assert [got.body for got in server.got] == [b"abc", b"abc"]


def test_a_method_that_http_does_not_know_is_an_error(server, world):
    with pytest.raises(ClientError):
        world.client(KEY, server.endpoint).execute("GE T", "x")
    assert not server.got


async def connections_of(client, *numbers):
    """Make numbers of calls at once; return the number of connections that they took."""
    seen = set()

    async def one():
        await client.get("x")
        stream = client.response.extensions["network_stream"]
        seen.add(stream.get_extra_info("client_addr"))

    for number in numbers:
        await asyncio.gather(*(one() for _ in range(number)))
        await asyncio.sleep(0)
    return len(seen)


@pytest.mark.parametrize(("seconds", "connections"), [(60.0, 1), (-1.0, 2)])
def test_connections_are_kept_for_some_time(server, monkeypatch, seconds, connections):
    monkeypatch.setattr(async_direct, "IDLE_SECONDS", seconds)
    assert call(server.endpoint, lambda client: connections_of(client, 1, 1)) == connections


@pytest.mark.parametrize(("most", "connections"), [(2, 2), (1, 3)])
def test_connections_are_kept_up_to_a_number(server, monkeypatch, most, connections):
    monkeypatch.setattr(async_direct, "MOST_IDLE", most)
    both = threading.Barrier(2, timeout=60)  # the calls of a pair are under way together

    def answer(_):
        both.wait()
        return 200, {}, b""

    server.answer = answer
    assert call(server.endpoint, lambda client: connections_of(client, 2, 2)) == connections


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "data", "body"),
    [
        ("GET", http(b"abc"), b"abc"),
        ("HEAD", http(b"", Content_Length="3"), b""),
        ("GET", http(b"", "304 Not Modified", Content_Length="3"), b""),
        ("GET", b"HTTP/1.1 100 Continue\r\n\r\n" + http(b"abc"), b"abc"),
        ("GET", CHUNKED + b"3;ext=1\r\nabc\r\n0\r\nTrailer: 1\r\n\r\n", b"abc"),
        ("GET", CHUNKED + b"03 \nabc\n0\n\n", b"abc"),
    ],
)
def test_a_response_is_read_however_it_arrives(method, data, body):
    for size in (1, 3, len(data) + 1):
        incoming = Incoming(method)
        whole = data + b"x" if size > 3 else data
        taken = [incoming.take(whole[n : n + size]) for n in range(0, len(whole), size)]
        assert b"".join(piece for pieces in taken for piece in pieces) == body
        assert incoming.complete
        assert incoming.surplus is (size > 3)


@pytest.mark.parametrize(
    "data",
    [
        CHUNKED + b"zz\r\n",
        CHUNKED + b"0x3\r\nabc\r\n",
        CHUNKED + b"3\r\nabcd\r\n",
        CHUNKED + b"3\r\nabc\r\n0\r\n" + b"a" * 200_000,
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000,
    ],
)
@pytest.mark.parametrize("size", [7, 1 << 20])
def test_wrong_framing_is_an_error_however_it_arrives(data, size):
    incoming = Incoming("GET")
    parts = [data[n : n + size] for n in range(0, len(data), size)]
    with pytest.raises(HTTPException, match=r"Bad|exceed"):
        list(map(incoming.take, parts))
