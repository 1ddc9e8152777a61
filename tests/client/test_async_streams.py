"""Connections of the asynchronous driver, on transports that misbehave; and tunnels."""

from __future__ import annotations

import asyncio
import socket

import httpcore2
import pytest
from tests.conftest import KEY
from urllib3.connection import HTTPConnection, HTTPSConnection

from cnct.client._http.async_streams import Backend, Stream, _Protocol
from cnct.client._http.connections import Connection, TLSConnection, extended
from cnct.client._http.living import Living
from cnct.client._http.response_end import ResponseEnd

REQUEST = b"GET /x HTTP/1.1\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Transport:
    """A transport of asyncio, on one of two connected sockets."""

    def __init__(self, **extra):
        self.own, self.other = socket.socketpair()
        self.extra = {"socket": self.own, "ssl_object": None, **extra}
        self.closing = self.reading = False
        self.written = b""

    def get_extra_info(self, name):
        return self.extra.get(name)

    def is_closing(self):
        return self.closing

    def pause_reading(self):
        self.reading = False

    def resume_reading(self):
        self.reading = True

    def write(self, data):
        self.written += data

    def close(self):
        self.own.close()
        self.other.close()


@pytest.fixture
def transport():
    transport = Transport()
    yield transport
    transport.close()


@pytest.fixture
def protocol(transport):
    protocol = _Protocol()
    protocol.connection_made(transport)
    return protocol


def test_bytes_of_the_system_are_kept_when_the_connection_fails(transport, protocol):
    transport.other.sendall(ANSWER)
    protocol.connection_lost(ConnectionResetError())
    stream = Stream(protocol, Living())
    assert asyncio.run(stream.read(65536)) == ANSWER
    with pytest.raises(httpcore2.ReadError):
        asyncio.run(stream.read(65536))


def test_encrypted_bytes_of_the_system_are_of_no_use(transport, protocol):
    transport.extra["ssl_object"] = object()
    transport.other.sendall(ANSWER)
    protocol.connection_lost(ConnectionResetError())
    with pytest.raises(httpcore2.ReadError):
        asyncio.run(Stream(protocol, Living()).read(65536))


def test_reading_pauses_while_nobody_reads(transport, protocol):
    transport.reading = True
    protocol.data_received(b"a" * 300_000)
    protocol.data_received(b"b")
    assert not transport.reading
    stream = Stream(protocol, Living())
    assert len(asyncio.run(stream.read(300_000))) == 300_000
    assert not transport.reading
    assert asyncio.run(stream.read(9)) == b"b"
    assert transport.reading


def test_several_that_wait_are_woken_once(protocol):
    async def scenario():
        reads = [asyncio.create_task(Stream(protocol, Living()).read(1)) for _ in range(2)]
        await asyncio.sleep(0)
        protocol.data_received(b"a")
        protocol.data_received(b"b")
        return sorted([await read for read in reads])

    assert asyncio.run(scenario()) == [b"a", b"b"]


def test_a_connection_that_fails_while_it_writes_is_an_error(transport, protocol):
    async def scenario():
        protocol.pause_writing()
        writing = asyncio.create_task(Stream(protocol, Living()).write(b"a"))
        await asyncio.sleep(0)
        transport.closing = True
        protocol.resume_writing()
        with pytest.raises(httpcore2.WriteError):
            await writing

    asyncio.run(scenario())


def test_a_large_body_is_written_in_pieces(transport, protocol):
    asyncio.run(Stream(protocol, Living()).write(b"a" * 600_000))
    assert len(transport.written) == 600_000


@pytest.mark.parametrize("is_plain", [True, False])
def test_only_a_plain_connection_stays_half_open(transport, protocol, is_plain):
    transport.extra["ssl_object"] = None if is_plain else object()
    assert protocol.eof_received() is is_plain
    assert asyncio.run(Stream(protocol, Living()).read(1)) == b""


def test_a_used_connection_that_received_anything_is_not_used_again(transport, protocol):
    stream = Stream(protocol, Living())
    asyncio.run(stream.write(REQUEST))
    protocol.data_received(ANSWER)
    assert asyncio.run(stream.read(99)) == ANSWER
    assert not stream.get_extra_info("is_readable")
    transport.other.sendall(b"x")
    with pytest.raises(httpcore2.ConnectionNotAvailable):
        asyncio.run(stream.write(REQUEST))
    assert transport.written == REQUEST


def test_a_closed_socket_is_readable(transport, protocol):
    transport.own.close()
    assert Stream(protocol, Living()).get_extra_info("is_readable")


def test_a_connection_that_closes_in_the_handshake_is_an_error(protocol, monkeypatch):
    async def scenario():
        async def start_tls(*_, **__):
            return None

        monkeypatch.setattr(asyncio.get_running_loop(), "start_tls", start_tls)
        with pytest.raises(httpcore2.ConnectError, match="closed in the TLS handshake"):
            await Stream(protocol, Living()).start_tls(None)

    asyncio.run(scenario())


def test_a_child_of_a_fork_gives_up_its_copy_of_the_socket(transport, protocol):
    protocol._renew()
    assert asyncio.run(Stream(protocol, Living()).read(1)) == b""
    transport.other.settimeout(0)
    assert Stream(protocol, Living()).get_extra_info("is_readable")


@pytest.mark.parametrize(
    ("method", "data", "size"),
    [
        (b"GET", ANSWER + b"x", len(ANSWER)),
        (b"GET", b"HTTP/1.1 100 Continue\r\n\r\n" + ANSWER + b"x", len(ANSWER) + 25),
        (b"HEAD", ANSWER + b"x", len(ANSWER) - 2),
        (b"GET", CHUNKED + b"5\r\nab", len(CHUNKED) + 5),
        (b"GET", CHUNKED + b"2\r\nab\r\n0\r\nTrailer: 1\r\n\r\nx", len(CHUNKED) + 24),
        (b"CONNECT", b"HTTP/1.1 200 OK\r\n\r\nanything", 27),
        (b"GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nrest", 55),
        (b"GET", b"nonsense\r\n\r\nrest", 16),
    ],
)
def test_the_end_of_a_response_is_found_however_it_arrives(method, data, size):
    whole = ResponseEnd(method)
    assert whole.take(data) == size
    piecewise = ResponseEnd(method)
    assert sum(piecewise.take(data[n : n + 1]) for n in range(len(data))) == size
    assert whole.complete == piecewise.complete == (size < len(data))


def test_a_proxy_tunnels_to_a_server_with_tls(world, https, tunnel, monkeypatch):
    port, heads = tunnel
    monkeypatch.setenv("https_proxy", f"http://user:pw@127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(https.certificate))
    client = world.client(KEY, https.endpoint)
    assert client.get("x") == {"ok": True}
    assert heads[0].startswith(b"CONNECT 127.0.0.1:")
    assert b"very-secret" not in heads[0]


def test_connections_through_socks_are_extended_too():
    class Socks(HTTPConnection):
        pass

    class TLSSocks(Socks, HTTPSConnection):
        pass

    assert issubclass(extended(Socks), Connection)
    assert issubclass(extended(TLSSocks), TLSConnection)
    assert extended(extended(Socks)) is extended(Socks)


def test_a_connection_that_takes_too_long_is_an_error_in_time():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with pytest.raises(httpcore2.ConnectTimeout):
            asyncio.run(Backend().connect_tcp("127.0.0.1", listener.getsockname()[1], timeout=0))


def test_a_name_without_an_address_form_is_a_failed_connection():
    with pytest.raises(httpcore2.ConnectError):
        asyncio.run(Backend().connect_tcp("a" * 70, 80))
