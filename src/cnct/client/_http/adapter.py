"""Extends requests for the synchronous driver: sessions and adapters. Decides nothing.

Bodies are decompressed and bounded by the core, interceptors respond in place of the network, and
redirects are left to the flow.
"""

from __future__ import annotations

import http.client
import io
from collections.abc import Iterator
from functools import partial
from typing import Any

import requests
from requests.adapters import DEFAULT_POOLSIZE, HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPResponse
from urllib3.exceptions import (
    ClosedPoolError,
)

from cnct.client._core.response_body import ResponseBody
from cnct.client._core.timeouts import as_pair
from cnct.client._http.connections import extended, unwarned, write_timeout
from cnct.client._http.exchange import current_exchange, is_exchanging
from cnct.client._http.forks import renew_after_fork
from cnct.client._http.interception import WireRequest, interceptor_of, recorder_of
from cnct.client._http.living import Living

# Connections kept to one host, at least as many as threads share a client. urllib3 opens each at
# first use, and logs a warning for each one that exceeds the pool.
_POOL_SIZE = 256

_PIECE = 1 << 20  # bytes
_ARRIVING = 256 << 10  # bytes that are received at once for a file


def has_cookies(response: Any) -> bool:
    """Return whether a response of urllib3 sets cookies; extraction is slow even without any."""
    headers = response.headers
    return "Set-Cookie" in headers or "Set-Cookie2" in headers


class FlowSession(requests.Session):
    """A session that leaves redirects to the flow; the user's own calls follow them."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None if is_exchanging() else super().get_redirect_target(resp)


class Adapter(HTTPAdapter):
    """Sends requests unless an interceptor responds, and reads bodies in large pieces.

    The default of requests, 10 kB, takes some 20 system calls for a page of 100 rows, and threads
    that fetch pages concurrently contend for the interpreter lock at each of them.

    Args:
        is_silent: Whether to omit the warning for connections without a check of the server.
    """

    def __init__(self, *, is_silent: bool = False) -> None:
        self._pools: Living[Any] = Living()
        self._pool_of: dict[tuple[str, Any], Any] = {}
        self._extended = unwarned if is_silent else extended
        super().__init__(pool_maxsize=_POOL_SIZE)
        renew_after_fork(self)

    def _renew(self) -> None:
        """Open new pools in the child of a fork.

        The old pools are emptied without their locks, which another thread of the parent may hold:
            urllib3 would acquire them to close the pools.
        """
        for pool in self._pools:
            if pool.pool is not None:
                for connection in filter(None, pool.pool.queue):
                    connection.close()  # dropped, its socket would give a ResourceWarning
                pool.pool.__init__(pool.pool.maxsize)
        self.proxy_manager.clear()
        self._pool_of.clear()
        self.init_poolmanager(DEFAULT_POOLSIZE, _POOL_SIZE)

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Return the pool for a request; without proxy and ``cert``, looked up once per origin."""
        if proxies or cert:
            return self._find_pool(request, verify, proxies, cert)
        origin = request.url[: _path_start(request.url)]
        pool = self._pool_of.get((origin, verify))
        if pool is None or pool.pool is None:  # a closed one
            pool = self._find_pool(request, verify, proxies, cert)
            if len(self._pool_of) >= DEFAULT_POOLSIZE:
                self._pool_of.clear()
            self._pool_of[origin, verify] = pool
        return pool

    def _find_pool(self, *args: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args)
        pool.ConnectionCls = self._extended(pool.ConnectionCls)
        self._pools.add(pool)
        return pool

    def request_url(self, request: Any, proxies: Any) -> str:
        """Return the target of a request: without a proxy, the URL from the path on."""
        url: str = request.url
        start = _path_start(url)
        if proxies or "#" in url or url[start : start + 1] != "/":
            return super().request_url(request, proxies)
        return url[start:]

    def close(self) -> None:
        """Close all connections; one in use is closed at the end of its call.

        urllib3 closes a pool only at garbage collection, which a reference to a response delays.
        """
        super().close()
        self._pool_of.clear()
        for pool in self._pools:
            pool.close()

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        exchange = current_exchange()
        exchange.status = resp.status
        exchange.headers = headers = resp.headers
        body = ResponseBody(resp.status, headers, exchange.limits)
        pieces = resp.stream if body.receiver is None else partial(_arriving, resp)
        resp.stream = partial(_whole, resp, pieces, body)
        if has_cookies(resp):
            return super().build_response(req, resp)
        response = requests.Response()
        filled: Any = response
        filled.status_code, filled.reason, filled.raw = resp.status, resp.reason, resp
        filled.headers = CaseInsensitiveDict(headers)
        filled.encoding = get_encoding_from_headers(filled.headers)
        filled.url, filled.request, filled.connection = req.url, req, self
        return response

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        method, url = request.method or "", request.url or ""
        interceptor = interceptor_of(url)
        if interceptor is None:
            recorder = recorder_of(url)
            if recorder is not None and is_exchanging():
                content = _content(request.body)
                if request.body is not None:
                    request.body = content  # an iterator can be read once
                wire_request = WireRequest(method, url, request.headers, content)
                current_exchange().record(recorder, wire_request)
            read = as_pair(kwargs.get("timeout"))[1]
            write_timeout.set(getattr(read, "read_timeout", read))  # urllib3 has a class for it
            return self._send(request, *args, **kwargs)
        wire_request = WireRequest(method, url, request.headers, _content(request.body))
        response = interceptor.respond(wire_request)
        raw = HTTPResponse(
            io.BytesIO(response.content),
            headers=response.headers,
            status=response.status_code,
            reason=http.client.responses.get(response.status_code),
            preload_content=False,
        )
        return self.build_response(request, raw)

    def _send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """Send a request; choose another pool if another thread closes the first."""
        while True:
            try:
                return super().send(request, *args, **kwargs)
            except requests.ConnectionError as error:
                if not isinstance(error.args[0], ClosedPoolError):
                    raise


def _path_start(url: str) -> int:
    """Return the index of the path in a URL."""
    start = url.find("/", url.find("://") + 3)
    return len(url) if start < 0 else start


def _whole(raw: Any, pieces: Any, body: ResponseBody, *_: Any, **__: Any) -> Iterator[bytes]:
    """Yield the decompressed body; replaces ``raw.stream`` and ignores its arguments.

    Args:
        raw: Response of urllib3.
        pieces: The response's method ``stream``, or another one that yields the body.
        body: Decompresses the pieces.

    Raises:
        BodyError: If the body cannot be used; the connection is closed.
    """
    receiver = body.receiver
    try:
        for piece in pieces(_PIECE, decode_content=False):
            if receiver is None:
                yield from body.feed(piece)
            else:
                body.take(piece)
                receiver.report()
        body.finish()
        # A reference cycle. A body that is not complete keeps it, to be refused again.
        raw.__dict__.pop("stream", None)
    except BaseException:
        raw.close()
        raise


def _arriving(raw: Any, size: int, *, decode_content: bool) -> Iterator[bytes]:
    """Yield the body as the pieces arrive, so that a break loses none of them.

    ``stream`` of urllib3 waits until a piece has the full size.
    """
    while piece := raw.read1(min(size, _ARRIVING), decode_content=decode_content):
        yield piece


def _content(body: Any) -> bytes:
    """Return the body of a prepared request as bytes."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else b"".join(body)
