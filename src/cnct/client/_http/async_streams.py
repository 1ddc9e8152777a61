"""Connections of asyncio, for the asynchronous driver, in place of anyio's.

They receive while writing, so that an early response to a large upload is not lost, detect surplus
bytes behind a response, and record when the sending of a request begins.
"""

from __future__ import annotations

import asyncio
import os
import re
import select
import socket
import ssl
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import httpcore2

from cnct.client._http.exchange import current_exchange
from cnct.client._http.forks import give_up, renew_after_fork
from cnct.client._http.happy_eyeballs import connected
from cnct.client._http.living import Living
from cnct.client._http.response_end import ResponseEnd

T = TypeVar("T")

_REQUEST = re.compile(rb"([A-Z]+) \S+ HTTP/1\.1\r\n")
_MOST_UNREAD = 256 << 10  # bytes received before reading pauses
_PIECE = 256 << 10  # bytes written at once
HANDSHAKE = 86_400.0
"""Longest TLS handshake in seconds: the timeout of the call decides."""


class _Protocol(asyncio.Protocol):
    """Buffers received bytes, and wakes the task that awaits them.

    Attributes:
        transport: The transport of asyncio.
        ended: Whether no more bytes will come.
        error: Reason of the end, ``None`` if the server closed the connection.
        surplus: Whether bytes arrived behind the end of a response.
    """

    def __init__(self) -> None:
        self.transport: Any = None
        self.received = bytearray()
        self.ended = False
        self.error: Exception | None = None
        self.surplus = False
        self.end: ResponseEnd | None = None
        self._paused_reading = False
        self._paused_writing = False
        self._waiters: list[asyncio.Future[None]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        renew_after_fork(self)

    def _renew(self) -> None:
        """Close the inherited socket; the parent process continues to use the connection."""
        self.ended = True
        give_up(self.transport.get_extra_info("socket").fileno())

    def data_received(self, data: bytes) -> None:
        size = len(data) if self.end is None else self.end.take(data)
        self.surplus = self.surplus or size < len(data)
        self.received += data[:size]
        if len(self.received) > _MOST_UNREAD and not self._paused_reading:
            self._paused_reading = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self.ended = True
        self._wake()
        # A server may end its side before reading the whole request; TLS cannot stay half open.
        return self._is_plain()

    def _is_plain(self) -> bool:
        """Return whether there is no TLS; the transport is missing until the handshake ends."""
        return self.transport is not None and self.transport.get_extra_info("ssl_object") is None

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None and not self.ended:
            self._rescue()
        self.ended = True
        self.error = exc
        self._wake()

    def _rescue(self) -> None:
        for data in received_before(self.transport):
            self.data_received(data)

    def pause_writing(self) -> None:
        self._paused_writing = True

    def resume_writing(self) -> None:
        self._paused_writing = False
        self._wake()

    def begin(self, method: bytes) -> None:
        """Prepare for the response to the next request.

        Raises:
            httpcore2.ConnectionNotAvailable: If a used connection has ended or received anything;
                the pool takes another one.
        """
        if self.end is not None and self.is_stale():
            raise httpcore2.ConnectionNotAvailable
        self.end = ResponseEnd(method)
        size = self.end.take(bytes(self.received))
        self.surplus = size < len(self.received)
        del self.received[size:]

    def is_stale(self) -> bool:
        """Return whether the idle connection has ended or received anything."""
        if self.surplus or self.received or self.ended:
            return True
        return is_readable(self.transport.get_extra_info("socket"))

    async def next_bytes(self, most: int) -> bytes:
        """Return received bytes as soon as there are any, or no bytes at the end.

        Raises:
            Exception: The reason of the end, unless the server closed the connection.
        """
        while not (self.received or self.ended):
            await self._wait()
        data = bytes(self.received[:most])
        del self.received[:most]
        if self._paused_reading and not self.received:
            self._paused_reading = False
            self.transport.resume_reading()
        if not data and self.error is not None:
            raise self.error
        return data

    async def write(self, data: bytes) -> None:
        """Write bytes and wait until most of them are sent.

        Raises:
            ConnectionError: If the connection has failed.
        """
        for start in range(0, len(data), _PIECE):
            if start:
                await asyncio.sleep(0)  # receive before the next write: there may be a response
            self._check()
            self.transport.write(data[start : start + _PIECE])
            while self._paused_writing:
                await self._wait()
                self._check()

    def _check(self) -> None:
        if self.transport.is_closing():
            raise ConnectionError("The connection is closed")

    async def _wait(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        finally:
            self._waiters.remove(waiter)

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)


class Stream(httpcore2.AsyncNetworkStream):
    """A connection, with or without TLS.

    Args:
        protocol: Protocol of the connection.
        streams: All streams of the backend, for `Backend.abort`.
    """

    def __init__(self, protocol: _Protocol, streams: Living[Stream]) -> None:
        self._protocol = protocol
        self._streams = streams
        streams.add(self)

    def abort(self) -> None:
        """Close the connection in the next round of the loop."""
        self._protocol.transport.abort()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - of httpcore2
        """Return up to ``max_bytes`` bytes, or none at the end."""
        protocol = self._protocol
        if protocol.received:
            return await protocol.next_bytes(max_bytes)
        with _translated(httpcore2.ReadTimeout, httpcore2.ReadError):
            async with asyncio.timeout(timeout):
                return await protocol.next_bytes(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - of httpcore2
        """Write bytes; the exchange records that the request began to be sent."""
        protocol = self._protocol
        if protocol.end is None or protocol.end.complete:
            request = _REQUEST.match(buffer)
            if request is not None:
                protocol.begin(request[1])
                if request[1] != b"CONNECT":
                    current_exchange().sent = True
        with _translated(httpcore2.WriteTimeout, httpcore2.WriteError):
            async with asyncio.timeout(timeout):
                await protocol.write(buffer)

    async def aclose(self) -> None:
        """Close the connection without waiting for the other side."""
        self.abort()
        await asyncio.sleep(0)  # asyncio closes the socket in the next round of the loop

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - of httpcore2
    ) -> Stream:
        """Return a stream with TLS on this connection."""
        loop = asyncio.get_running_loop()
        protocol = _Protocol()
        with _translated(httpcore2.ConnectTimeout, httpcore2.ConnectError):
            try:
                async with asyncio.timeout(timeout):
                    transport = await loop.start_tls(
                        self._protocol.transport,
                        protocol,
                        ssl_context,
                        server_hostname=server_hostname,
                        ssl_handshake_timeout=HANDSHAKE,
                    )
            except BaseException:
                await self.aclose()
                raise
        if transport is None:
            raise httpcore2.ConnectError("The connection was closed in the TLS handshake")
        protocol.connection_made(transport)
        return Stream(protocol, self._streams)

    def get_extra_info(self, info: str) -> Any:
        """Return a fact about the connection by the name that httpcore2 uses."""
        if info == "is_readable":
            return self._protocol.is_stale()
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return self._protocol.transport.get_extra_info(names.get(info, info))


class Backend(httpcore2.AsyncNetworkBackend):
    """Opens connections in the running loop."""

    def __init__(self) -> None:
        self._streams: Living[Stream] = Living()

    def abort(self) -> None:
        """Close all connections in the next round of the loop."""
        for stream in self._streams:
            stream.abort()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - of httpcore2
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        """Return a connection to a host; the other arguments are ignored."""
        del local_address, socket_options
        with _translated(httpcore2.ConnectTimeout, httpcore2.ConnectError):
            async with asyncio.timeout(timeout):
                protocol = await connected(_Protocol, host, port)
        return Stream(protocol, self._streams)


def received_before(transport: Any) -> Iterator[bytes]:
    """Yield the bytes that the system received before a connection failed, which asyncio drops."""
    if transport is None or transport.get_extra_info("ssl_object") is not None:
        return
    descriptor = transport.get_extra_info("socket").fileno()
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as twin:
        twin.settimeout(0)
        while data := twin.recv(_PIECE):
            yield data


@contextmanager
def _translated(
    timeout: Callable[[str], Exception], failure: Callable[[str], Exception]
) -> Generator[None]:
    """Convert errors of the system to those of httpcore2."""
    try:
        yield
    except TimeoutError as error:
        raise timeout(str(error)) from error
    except (OSError, ValueError) as error:  # ValueError: a host name without IDNA form
        raise failure(str(error)) from error


def is_readable(sock: Any) -> bool:
    """Return whether reading would not block."""
    descriptor = sock.fileno()
    if descriptor < 0:
        return True
    if not hasattr(select, "poll"):  # pragma: no cover - Windows
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
