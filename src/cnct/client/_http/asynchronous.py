"""The asynchronous driver: runs flows with httpx2, as `sync` does with requests."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeVar

import httpx2

from cnct.client._core.body_errors import BodyError, SourceError
from cnct.client._core.headers import merged
from cnct.client._core.messages import (
    Flow,
    Message,
    Pause,
    Request,
    Response,
    TransportError,
    UserCall,
)
from cnct.client._core.request_body import JSON, encoded_json
from cnct.client._core.secret import LIBRARY_LOCALS_CLEARED
from cnct.client._core.timeouts import as_pair
from cnct.client._http.async_body import prepared
from cnct.client._http.async_connections import CertificateFileError
from cnct.client._http.async_pools import AsyncPools
from cnct.client._http.async_transport import Transport, send_plain, with_encoding
from cnct.client._http.exchange import Exchange, current_exchange
from cnct.client._http.failures import is_failed_exchange
from cnct.client._http.interception import (
    Interceptor,
    Recorder,
    WireRequest,
    interceptor_of,
    recorder_of,
)
from cnct.client._http.log import log_failure, log_pause, log_response
from cnct.client._http.originals import original

if TYPE_CHECKING:
    from cnct.client._core.movable_clock import MovableClock

T = TypeVar("T")

_SEND = original(httpx2.AsyncClient.send, httpx2)

_UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.LocalProtocolError,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
_PERMANENT = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, CertificateFileError)
# The defaults of requests replace those of httpx2, so that both worlds send the same.
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "Connection": "keep-alive"}
_KEEP_AUTHORIZATION = httpx2.Auth()


class _UnexpectedError(httpx2.RequestError):
    """An error that httpx2 lets through, such as one of anyio."""


def _failure(
    error: httpx2.HTTPError | httpx2.InvalidURL | BodyError, exchange: Exchange
) -> TransportError:
    """Classify an error: may the server have received the request, and may a retry succeed?"""
    if isinstance(error, BodyError):
        sent = exchange.sent or not isinstance(error, SourceError)
        return TransportError(error, sent=sent, transient=error.transient, **exchange.received)
    if isinstance(error, _UnexpectedError) and isinstance(error.__cause__, Exception):
        cause = error.__cause__
        transient = isinstance(cause, OSError)
        return TransportError(cause, sent=exchange.sent, transient=transient, **exchange.received)
    transient = isinstance(error, httpx2.TransportError) and not isinstance(error, _PERMANENT)
    transient = transient and not _is_certificate_error(error)
    sent = exchange.sent or not isinstance(error, _UNSENT)
    return TransportError(error, sent=sent, transient=transient, **exchange.received)


def _is_certificate_error(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


async def _bounded(sending: Awaitable[T], exchange: Exchange) -> T:
    """Await the response until the deadline.

    Raises:
        httpx2.RequestError: If the deadline passes.
    """
    end = exchange.limits.end
    if end is None:
        return await sending
    timeout = asyncio.timeout(end - time.monotonic())
    try:
        async with timeout:
            return await sending
    except TimeoutError as error:
        if not timeout.expired():
            raise
        raise _UnexpectedError("The deadline passed") from error


class AsyncDriver:
    """Runs flows with httpx2.

    Args:
        clock: Clock to advance instead of pausing, or ``None``.
        pools: The connections, which may be shared with other drivers.
    """

    def __init__(self, clock: MovableClock | None, pools: AsyncPools) -> None:
        self._clock = clock
        self._pools = pools
        self._plain_headers: dict[str, str] | None = None
        self._headers = httpx2.Headers(_HEADERS)

    async def run(self, flow: Flow[T], send: Callable[[Request], Awaitable[Response]]) -> T:
        """Run a flow to the end, and return the result. Async twin of `sync.Driver.run`."""
        step: Callable[[], Message] = partial(next, flow)
        url = ""
        with closing(flow):
            while True:
                try:
                    message = step()
                except StopIteration as stop:
                    value: T = stop.value
                    return value
                if isinstance(message, Pause):
                    await self.take_pause(message, url)
                    step = partial(next, flow)
                elif isinstance(message, UserCall):
                    result = message.function(message.event)
                    if isawaitable(result):
                        await result
                    step = partial(next, flow)
                else:
                    url = message.url
                    step = await self._attempt(flow, message, send)

    async def take_pause(self, pause: Pause, url: str) -> None:
        """Log and take a pause. Async twin of `sync.Driver.take_pause`."""
        log_pause(pause)
        seconds = pause.seconds
        if interceptor_of(url) is not None:  # tests need no pause
            seconds = 0  # lets other tasks run
        elif self._clock is not None:
            self._clock.advance(seconds)
            seconds = 0
        await asyncio.sleep(seconds)

    async def _attempt(
        self, flow: Flow[T], request: Request, send: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[], Message]:
        start = time.perf_counter()
        with Exchange(request.limits) as exchange:
            try:
                with LIBRARY_LOCALS_CLEARED:
                    outcome: Response | TransportError = await _bounded(send(request), exchange)
            except (httpx2.HTTPError, httpx2.InvalidURL, BodyError) as error:
                outcome = _failure(error, exchange)
            except TransportError as error:  # of a recorded call
                outcome = error
            exchange.end(outcome)
        if isinstance(outcome, TransportError):
            log_failure(request, outcome.cause)
            return partial(flow.throw, outcome)
        log_response(request, outcome, start)
        return partial(flow.send, outcome)

    async def send(self, method: str, url: str, kwargs: dict[str, Any]) -> httpx2.Response:
        """Send one request, and return the response.

        Raises:
            httpx2.HTTPError: If there is no response.
            TypeError: If the payload has no JSON form, or an argument is unknown.
            ValueError: If the payload contains NaN or an infinite number.
        """
        for name in ("follow_redirects", "allow_redirects"):  # the flow follows them
            kwargs.pop(name, None)
        # Without an ``auth``, httpx2 would send user name and password of the URL instead of the
        # key.
        auth = kwargs.pop("auth", None) or _KEEP_AUTHORIZATION
        connections = await self._pools.current()
        connections.calls += 1
        try:
            client = self._pools.client(connections)
            request = await self._request(client, method, url, kwargs)
            interceptor = interceptor_of(url)
            if interceptor is not None:
                return await _intercepted(interceptor, request)
            recorder = recorder_of(url)
            if recorder is not None:
                await _record(recorder, request)
            return await self._send(connections.transport, client, request, auth)
        finally:
            connections.end_call()

    @staticmethod
    async def _send(
        transport: Transport, client: httpx2.AsyncClient, request: httpx2.Request, auth: Any
    ) -> httpx2.Response:
        # Tests may have replaced the method, and users may have added hooks.
        is_plain = auth is _KEEP_AUTHORIZATION and getattr(client.send, "__func__", None) is _SEND
        is_plain = is_plain and not any(client.event_hooks.values())
        try:
            if is_plain and transport.is_direct(request.url):
                return with_encoding(await send_plain(transport, client, request))
            return with_encoding(await client.send(request, auth=auth, follow_redirects=False))
        except (httpx2.HTTPError, httpx2.InvalidURL, BodyError):
            raise
        except Exception as error:
            if not is_failed_exchange(error):
                raise
            raise _UnexpectedError(type(error).__name__) from error

    async def _request(
        self, client: httpx2.AsyncClient, method: str, url: str, kwargs: dict[str, Any]
    ) -> httpx2.Request:
        headers = self._encoded(kwargs.pop("headers", None))
        extensions = {"timeout": _timeout(kwargs.pop("timeout", None))}
        payload, data, files = (kwargs.pop(name, None) for name in ("json", "data", "files"))
        data = kwargs.pop("content", data)
        if kwargs:
            raise TypeError(f"{min(kwargs)!r} is no argument of an async call: use {_ARGUMENTS}")
        if payload is None:
            content_type = headers.get("Content-Type", "")
            content, content_headers = await prepared(data, files, content_type)
        else:
            content_type = headers.get("Content-Type", JSON)
            content, content_headers = encoded_json(payload), {"Content-Type": content_type}
        if content_headers:
            headers = headers.copy()
            headers.update(content_headers)
        is_foreign = current_exchange().limits.is_foreign
        cookies = client.cookies if len(client.cookies) and not is_foreign else None
        return httpx2.Request(
            method,
            url,
            headers=headers,
            cookies=cookies,
            content=content,
            extensions=extensions,
        )

    def _encoded(self, headers: dict[str, str] | None) -> httpx2.Headers:
        """Return headers encoded; calls with equal headers encode them once."""
        if headers != self._plain_headers:
            self._plain_headers = headers
            self._headers = httpx2.Headers(merged(_HEADERS, headers), encoding="latin-1")
        return self._headers


async def _intercepted(interceptor: Interceptor, request: httpx2.Request) -> httpx2.Response:
    content = await request.aread()
    wire_request = WireRequest(request.method, str(request.url), request.headers, content)
    wire = interceptor.respond(wire_request)
    return httpx2.Response(
        wire.status_code, headers=wire.headers, content=wire.content, request=request
    )


async def _record(recorder: Recorder, request: httpx2.Request) -> None:
    """Record a request; the body is read first, and has a length then."""
    content = await request.aread()
    if request.headers.pop("Transfer-Encoding", None):
        request.headers["Content-Length"] = str(len(content))
    wire_request = WireRequest(request.method, str(request.url), request.headers, content)
    current_exchange().record(recorder, wire_request)


_ARGUMENTS = "headers, params, json, data, files, content, timeout, auth and follow_redirects"


def _timeout(timeout: Any) -> dict[str, float | None]:
    """Return a timeout in httpx2's form; the second of a pair is for all steps but connecting."""
    connect, read = as_pair(timeout)
    return {"connect": connect, "read": read, "write": read, "pool": read}
