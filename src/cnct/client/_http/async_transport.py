"""Sends the requests of httpx2 over `async_streams`, and decompresses and bounds the bodies.

Decides nothing: connections are pooled by httpcore2, and proxies are those that requests would use.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore2
import httpx2

from cnct.client._core.response_body import ResponseBody
from cnct.client._http.async_pools import TLSContexts
from cnct.client._http.async_streams import Backend
from cnct.client._http.exchange import Exchange, current_exchange
from cnct.client._http.network import Network

_MOST_IDLE = 256  # connections
_IDLE_SECONDS = 5.0
_ENCODING = "cnct.content_encoding"
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
        self._backend = Backend()
        self._pools: dict[tuple[str | None, ssl.SSLContext], httpcore2.AsyncConnectionPool] = {}
        self._proxies: dict[str, str | None] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, and return the response with its body unread."""
        url = request.url
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

    def _pool(self, url: httpx2.URL) -> httpcore2.AsyncConnectionPool:
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if origin not in self._proxies:
            self._proxies[origin] = self._network.proxy_of(origin)
        proxy = self._proxies[origin]
        is_foreign = current_exchange().limits.is_foreign
        context = self._contexts.foreign if is_foreign else self._contexts.own
        if (proxy, context) not in self._pools:
            self._pools[proxy, context] = httpcore2.AsyncConnectionPool(
                ssl_context=context,
                proxy=None if proxy is None else _proxy(proxy, self._contexts.foreign),
                max_connections=None,
                max_keepalive_connections=_MOST_IDLE,
                keepalive_expiry=_IDLE_SECONDS,
                network_backend=self._backend,
            )
        return self._pools[proxy, context]

    def abort(self) -> None:
        """Close all connections in the next round of the loop."""
        self._backend.abort()

    async def aclose(self) -> None:
        """Close all connections."""
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
    """Return the response with a body that is decompressed here, not by httpx2."""
    headers = httpx2.Headers(response.headers)
    encoding = headers.get("Content-Encoding", "")
    if encoding:
        del headers["Content-Encoding"]
    body = ResponseBody(response.status, headers.get("Content-Type", ""), encoding, exchange.limits)
    return httpx2.Response(
        response.status,
        headers=headers,
        stream=_Stream(response.stream, body),
        extensions={**response.extensions, _ENCODING: encoding},
    )


def with_encoding(response: httpx2.Response) -> httpx2.Response:
    """Return a response, once it is read, with its header ``Content-Encoding`` again."""
    encoding = response.extensions.pop(_ENCODING, "")
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, stream: Any, body: ResponseBody) -> None:
        self._stream = stream
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for data in self._stream:
                for piece in self._body.feed(data):
                    yield piece
        self._body.finish()

    async def aclose(self) -> None:
        await self._stream.aclose()


@contextmanager
def _translated() -> Generator[None]:
    """Raise the errors of httpx2 in place of those of httpcore2, which have the same names."""
    try:
        yield
    except _ERRORS as error:
        kind: type[httpx2.TransportError] = getattr(httpx2, type(error).__name__)
        raise kind(str(error)) from error


class _Policy(DefaultCookiePolicy):
    """Keeps no cookie of another host that a redirect led to."""

    def set_ok(self, cookie: Any, request: Any) -> bool:
        return not current_exchange().limits.is_foreign and super().set_ok(cookie, request)


def new_cookies() -> CookieJar:
    """Return an empty jar."""
    return CookieJar(_Policy())
