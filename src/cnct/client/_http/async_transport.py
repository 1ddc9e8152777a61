"""Sends the requests of httpx2 to servers and proxies, and decompresses and bounds the bodies.

Decides nothing: `async_direct` connects to servers, httpcore2 to proxies, over `async_streams`.
The choice of proxies is that of requests.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore2
import httpx2

from cnct.client._core.response_body import ResponseBody
from cnct.client._http.async_direct import ENCODING, IDLE_SECONDS, MOST_IDLE, DirectPool
from cnct.client._http.async_pools import TLSContexts
from cnct.client._http.async_streams import Backend
from cnct.client._http.exchange import Exchange, current_exchange
from cnct.client._http.in_threads import in_thread
from cnct.client._http.network import Network
from cnct.client._http.originals import original

_log = logging.getLogger("httpx2")  # httpx2's client logs each response there
_HANDLE = original(httpcore2.AsyncConnectionPool.handle_async_request, httpcore2)
_ERRORS = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
)


class Transport(httpx2.AsyncBaseTransport):
    """Connections of one event loop, to any host.

    Args:
        contexts: Certificates of servers and proxies.
        network: Proxy.
    """

    def __init__(self, contexts: TLSContexts, network: Network) -> None:
        self._contexts = contexts
        self._network = network
        self._direct = DirectPool()
        self._backend = Backend()
        self._pools: dict[tuple[str | None, ssl.SSLContext], httpcore2.AsyncConnectionPool] = {}
        self._proxies: dict[str, str | None] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, and return the response; through a proxy, the body is unread."""
        url = request.url
        if self.is_direct(url):
            return await self._direct.send(request, self._context())
        core_request = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        exchange = current_exchange()
        with _translated():
            response = await self._pool(url).handle_async_request(core_request)
        exchange.status = response.status
        return _response(response, exchange)

    def is_direct(self, url: httpx2.URL) -> bool:
        """Return whether requests for a URL are sent without httpcore2 and proxy.

        If tests of a program have replaced the method of httpcore2, that one is called.
        """
        is_replaced = httpcore2.AsyncConnectionPool.handle_async_request is not _HANDLE
        return self._proxy_of(url) is None and not is_replaced

    def _proxy_of(self, url: httpx2.URL) -> str | None:
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if origin not in self._proxies:
            self._proxies[origin] = self._network.proxy_of(origin)
        return self._proxies[origin]

    def _context(self) -> ssl.SSLContext:
        is_foreign = current_exchange().limits.is_foreign
        return self._contexts.foreign if is_foreign else self._contexts.own

    def _pool(self, url: httpx2.URL) -> httpcore2.AsyncConnectionPool:
        proxy, context = self._proxy_of(url), self._context()
        if (proxy, context) not in self._pools:
            self._pools[proxy, context] = httpcore2.AsyncConnectionPool(
                ssl_context=context,
                proxy=None if proxy is None else _proxy(proxy, self._contexts.foreign),
                max_connections=None,
                max_keepalive_connections=MOST_IDLE,
                keepalive_expiry=IDLE_SECONDS,
                network_backend=self._backend,
            )
        return self._pools[proxy, context]

    def abort(self) -> None:
        """Close all connections in the next round of the loop."""
        self._direct.abort()
        self._backend.abort()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._direct.aclose()
        for pool in self._pools.values():
            await pool.aclose()


def _proxy(url: str, context: ssl.SSLContext) -> httpcore2.Proxy:
    proxy = httpx2.Proxy(url)
    parts = proxy.url
    return httpcore2.Proxy(
        httpcore2.URL(
            scheme=parts.raw_scheme, host=parts.raw_host, port=parts.port, target=parts.raw_path
        ),
        auth=proxy.raw_auth,
        ssl_context=context if parts.scheme == "https" else None,
    )


def _response(response: Any, exchange: Exchange) -> httpx2.Response:
    """Return the response with a body that we decompress, not httpx2."""
    headers = exchange.headers = httpx2.Headers(response.headers)
    body = ResponseBody(response.status, headers, exchange.limits)
    encoding = headers.pop("Content-Encoding", "")
    return httpx2.Response(
        response.status,
        headers=headers,
        stream=_Stream(response.stream, body),
        extensions={**response.extensions, ENCODING: encoding},
    )


async def send_plain(
    transport: Transport, client: httpx2.AsyncClient, request: httpx2.Request
) -> httpx2.Response:
    """Send a request to a server in fewer steps than httpx2's client.

    Args:
        transport: Sends the request.
        client: Stores the cookies; sends requests that are not plain.
        request: A request for `Transport.is_direct`, without authentication by httpx2.
    """
    start = time.perf_counter()
    try:
        response = await transport.handle_async_request(request)
    except httpx2.RequestError as error:
        error.request = request
        raise
    response.read()
    response.elapsed = timedelta(seconds=time.perf_counter() - start)
    if "Set-Cookie" in response.headers or "Set-Cookie2" in response.headers:
        client.cookies.extract_cookies(response)
    if _log.isEnabledFor(logging.INFO):
        reason = f"{response.http_version} {response.status_code} {response.reason_phrase}"
        _log.info('HTTP Request: %s %s "%s"', request.method, request.url, reason)
    return response


def with_encoding(response: httpx2.Response) -> httpx2.Response:
    """Restore the header ``Content-Encoding`` of a response that was read."""
    encoding = response.extensions.pop(ENCODING, "")
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, stream: Any, body: ResponseBody) -> None:
        self._stream = stream
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        receiver = self._body.receiver
        with _translated():
            async for data in self._stream:
                if receiver is None:
                    for piece in self._body.feed(data):
                        yield piece
                else:
                    await in_thread(self._body.take, data)
                    receiver.report()
        self._body.finish()

    async def aclose(self) -> None:
        await self._stream.aclose()


@contextmanager
def _translated() -> Generator[None]:
    """Convert errors of httpcore2 to those of httpx2 with the same names."""
    try:
        yield
    except _ERRORS as error:
        kind: type[httpx2.TransportError] = getattr(httpx2, type(error).__name__)
        raise kind(str(error)) from error


class _Policy(DefaultCookiePolicy):
    """Rejects cookies of other hosts after a redirect."""

    def set_ok(self, cookie: Any, request: Any) -> bool:
        return not current_exchange().limits.is_foreign and super().set_ok(cookie, request)


def new_cookies() -> CookieJar:
    """Return an empty jar."""
    return CookieJar(_Policy())
