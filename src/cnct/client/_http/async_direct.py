"""Sends requests to servers without a proxy, on asyncio, for the asynchronous driver.

A connection has at most one request at a time, and reads the response with `framing`. It receives
while writing, so that an early response to a large upload is not lost, and is not reused after a
byte that belongs to no response.
"""

from __future__ import annotations

import asyncio
import http.client
import ssl
from collections import deque
from collections.abc import Generator
from contextlib import aclosing, contextmanager
from typing import Any, NamedTuple

import httpcore2
import httpx2

from cnct.client._core.body_errors import BodyError
from cnct.client._core.response_body import ResponseBody
from cnct.client._http.async_request import Encoded, encoded
from cnct.client._http.async_streams import HANDSHAKE, is_readable, received_before
from cnct.client._http.exchange import current_exchange
from cnct.client._http.forks import give_up, renew_after_fork
from cnct.client._http.framing import Head, Incoming
from cnct.client._http.happy_eyeballs import connected
from cnct.client._http.inbox import Inbox
from cnct.client._http.living import Living

MOST_IDLE = 256
"""Connections that are kept to one server."""

IDLE_SECONDS = 5.0
"""Seconds for which an unused connection is kept."""

ENCODING = "cnct.content_encoding"
"""Extension of a response for its header ``Content-Encoding``, until `with_encoding`."""


class DirectConnection(asyncio.Protocol):
    """A connection to a server, with or without TLS.

    Attributes:
        headers: Headers of the last response.
        idle_since: Time of the loop at which the last response ended.
        is_spoiled: Whether the connection cannot be used again.
    """

    def __init__(self) -> None:
        self.headers = httpx2.Headers()
        self.idle_since = 0.0
        self.is_spoiled = False
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None
        self._incoming: Incoming | None = None
        self._body: Any = None
        self._inbox: Inbox | None = None
        self._pieces: list[bytes] = []
        self._done: asyncio.Future[None] | None = None
        self._exchange = current_exchange()
        self._timer: asyncio.TimerHandle | None = None
        self._heard = 0.0
        self._is_aborted = False
        self._writable: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        renew_after_fork(self)

    def _renew(self) -> None:
        """Close the inherited socket; the parent process continues to use the connection."""
        self.is_spoiled = True
        give_up(self._transport.get_extra_info("socket").fileno())

    def is_stale(self) -> bool:
        """Return whether the idle connection has ended or received anything."""
        return self.is_spoiled or is_readable(self._transport.get_extra_info("socket"))

    def get_extra_info(self, name: str) -> Any:
        """Return a fact that asyncio has about the connection."""
        return self._transport.get_extra_info(name)

    def abort(self) -> None:
        """Close the connection in the next round of the loop."""
        self.is_spoiled = self._is_aborted = True
        self._transport.abort()

    async def exchange(self, request: Encoded) -> tuple[Head, bytes]:
        """Send a request, and return head and whole body of the response.

        Raises:
            httpx2.TransportError: If there is no complete response.
            BodyError: If the body cannot be used.
        """
        self._incoming = incoming = Incoming(request.method)
        self._pieces, self._body, self._exchange = [], None, current_exchange()
        receiver = self._exchange.limits.receiver
        self._inbox = inbox = None if receiver is None else Inbox(self._transport)
        self._done = done = self._loop.create_future()
        self._exchange.sent = True
        try:
            is_written = await self._write(request, done)
            if not done.done():
                self._listen(request.timeouts.get("read"))
            if inbox is not None:
                await inbox.deliver(done)
            await done
        except BaseException:
            self.abort()
            if not (done.cancel() or done.cancelled()):
                done.exception()  # retrieved, or asyncio would log it
            raise
        finally:
            self._done = self._incoming = None
            self._stop_listening()
        head: Any = incoming.head
        self.idle_since = self._loop.time()
        self.is_spoiled = self.is_spoiled or incoming.surplus or head.will_close or not is_written
        if self.is_spoiled:
            self.abort()
        pieces, self._pieces = self._pieces, []
        return head, b"".join(pieces)

    async def _write(self, request: Encoded, done: asyncio.Future[None]) -> bool:
        """Write a request until a response arrives; return whether all of it was written."""
        timeout = request.timeouts.get("write")
        self._transport.write(request.start)
        if not await self._drain(done, timeout):
            return False
        if request.rest is None:
            return True
        async with aclosing(request.rest) as pieces:
            async for piece in pieces:
                self._transport.write(piece)
                await asyncio.sleep(0)  # receive before the next write: there may be a response
                if not await self._drain(done, timeout):
                    return False
        return True

    async def _drain(self, done: asyncio.Future[None], timeout: float | None) -> bool:  # noqa: ASYNC109 - of httpx2
        """Wait until most of the buffer is sent; return whether more can be written."""
        if self._writable is None:
            return not (done.done() or self._transport.is_closing())
        ready, _ = await asyncio.wait(
            (self._writable, done), timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
        if not ready:
            raise httpx2.WriteTimeout("")
        return not (done.done() or self._transport.is_closing())

    def _listen(self, timeout: float | None) -> None:
        self._heard = self._loop.time()
        if timeout is not None:
            self._timer = self._loop.call_later(timeout, self._check_silence, timeout)

    def _stop_listening(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _check_silence(self, timeout: float) -> None:
        if self._inbox is not None and self._inbox.is_paused:  # the disk is slow, not the server
            self._heard = self._loop.time()
        left = self._heard + timeout - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._check_silence, timeout)
        else:
            self._fail(httpx2.ReadTimeout(""))

    def data_received(self, data: bytes) -> None:
        incoming, done = self._incoming, self._done
        if incoming is None or done is None or done.done():
            self.is_spoiled = True
            return
        self._heard = self._loop.time()
        try:
            pieces = incoming.take(data)
            if incoming.head is not None:
                self._feed(incoming.head, pieces)
            if incoming.complete:
                self._finish(done)
        except (http.client.HTTPException, BodyError) as error:
            if incoming.head is not None:
                self._exchange.status = incoming.head.status
            self._fail(error)

    def _feed(self, head: Head, pieces: list[bytes]) -> None:
        if self._body is None:
            self._exchange.status = head.status
            self.headers = self._exchange.headers = headers = httpx2.Headers(head.headers)
            self._body = ResponseBody(head.status, headers, self._exchange.limits)
        if self._inbox is not None and self._body.receiver is not None:
            self._inbox.put(self._body, pieces)
            return
        for piece in pieces:
            self._pieces.extend(self._body.feed(piece))

    def _finish(self, done: asyncio.Future[None]) -> None:
        if self._body.receiver is None:
            self._body.finish()  # the inbox has pieces that are not decompressed yet
        self._stop_listening()
        done.set_result(None)

    def eof_received(self) -> bool:
        self._end(None)
        # A server may end its side before reading the whole request; TLS cannot stay half open.
        is_plain = self._transport.get_extra_info("ssl_object") is None
        return is_plain and self._incoming is not None

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None and not self.is_spoiled:
            for data in received_before(self._transport):
                self.data_received(data)
        self._end(exc)
        self.resume_writing()

    def _end(self, error: Exception | None) -> None:
        """Handle the end of the connection; an end caused by us does not complete a response."""
        self.is_spoiled = True
        incoming, done = self._incoming, self._done
        if incoming is None or done is None or done.done():
            return
        if self._is_aborted:
            error = error or http.client.HTTPException("The connection was closed")
        if error is not None:
            self._fail(error)
            return
        try:
            incoming.end()
            self._finish(done)
        except (http.client.HTTPException, BodyError) as failure:
            self._fail(failure)

    def _fail(self, error: Exception) -> None:
        """End the request with an error of httpx2, or one about the body."""
        if not isinstance(error, httpx2.TransportError | BodyError):
            is_http = isinstance(error, http.client.HTTPException)
            kind = httpx2.RemoteProtocolError if is_http else httpx2.ReadError
            cause, error = error, kind(str(error))
            error.__cause__ = cause
        self._stop_listening()
        done: Any = self._done
        done.set_exception(error)

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable is not None:
            self._writable.set_result(None)
            self._writable = None


class _Info(httpcore2.AsyncNetworkStream):
    """The extension ``network_stream`` of a response: facts about the connection."""

    def __init__(self, connection: DirectConnection) -> None:
        self._connection = connection

    def get_extra_info(self, info: str) -> Any:
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return self._connection.get_extra_info(names.get(info, info))


class _Destination(NamedTuple):
    scheme: str
    host: bytes
    port: int | None
    context: ssl.SSLContext


class DirectPool:
    """Connections of one event loop to any server."""

    def __init__(self) -> None:
        self._idle: dict[_Destination, deque[DirectConnection]] = {}
        self._connections: Living[DirectConnection] = Living()

    async def send(self, request: httpx2.Request, context: ssl.SSLContext) -> httpx2.Response:
        """Send a request, and return the response with its whole body.

        Args:
            request: The request.
            context: Certificates for an https URL.

        Raises:
            httpx2.TransportError: If there is no response.
            BodyError: If the body cannot be used.
        """
        url = request.url
        message = encoded(request)
        destination = _Destination(url.scheme, url.raw_host, url.port, context)
        idle = self._idle.setdefault(destination, deque())
        connection = self._unused(idle) or await self._connect(destination, message.timeouts)
        head, content = await connection.exchange(message)
        if not connection.is_spoiled:
            idle.append(connection)
            if len(idle) > MOST_IDLE:
                idle.popleft().abort()
        return _response(request, head, content, connection)

    @staticmethod
    def _unused(idle: deque[DirectConnection]) -> DirectConnection | None:
        """Return the connection used last, and close those idle for long."""
        oldest = asyncio.get_running_loop().time() - IDLE_SECONDS
        while idle and idle[0].idle_since < oldest:
            idle.popleft().abort()
        while idle:
            connection = idle.pop()
            if not connection.is_stale():
                return connection
            connection.abort()
        return None

    async def _connect(
        self, destination: _Destination, timeouts: dict[str, float | None]
    ) -> DirectConnection:
        host = destination.host.decode("ascii")
        tls: dict[str, Any] = {}
        if destination.scheme == "https":
            tls = {"ssl": destination.context, "server_hostname": host}
            tls["ssl_handshake_timeout"] = HANDSHAKE
        port = destination.port or (443 if tls else 80)
        with _connecting():
            async with asyncio.timeout(timeouts.get("connect")):
                connection = await connected(DirectConnection, host, port, **tls)
        self._connections.add(connection)
        return connection

    def abort(self) -> None:
        """Close all connections in the next round of the loop."""
        for connection in self._connections:
            connection.abort()

    async def aclose(self) -> None:
        """Close all connections."""
        self.abort()
        await asyncio.sleep(0)  # asyncio closes the sockets in the next round of the loop


@contextmanager
def _connecting() -> Generator[None]:
    """Convert errors of the system to those of httpx2."""
    try:
        yield
    except TimeoutError as error:
        raise httpx2.ConnectTimeout(str(error)) from error
    except (OSError, ValueError) as error:  # ValueError: a host name without IDNA form
        raise httpx2.ConnectError(str(error)) from error


def _response(
    request: httpx2.Request, head: Head, content: bytes, connection: DirectConnection
) -> httpx2.Response:
    """Return a response whose body is already decompressed."""
    headers = connection.headers
    extensions: dict[str, Any] = {
        "http_version": b"HTTP/1.1" if head.version > 10 else b"HTTP/1.0",  # noqa: PLR2004 - HTTP/1.0
        "reason_phrase": head.reason,
        "network_stream": _Info(connection),
    }
    if "Content-Encoding" in headers:
        extensions[ENCODING] = headers.pop("Content-Encoding")
    stream = httpx2.ByteStream(content)
    return httpx2.Response(
        head.status, headers=headers, stream=stream, request=request, extensions=extensions
    )
