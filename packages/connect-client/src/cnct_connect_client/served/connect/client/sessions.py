"""Sends with httpx, whose responses and mocks programs of the asynchronous client expect."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import cache
from typing import Any

import httpx

from cnct.client._core.timeouts import as_pair
from cnct.client._http.exchange import current_exchange
from cnct.client._http.interception import WireRequest, interceptor_of


class Sessions:
    """The ``httpx.AsyncClient`` of each event loop, closed with its loop at the latest."""

    def __init__(self) -> None:
        self._clients: dict[asyncio.AbstractEventLoop, httpx.AsyncClient] = {}
        self._keepers: dict[asyncio.AbstractEventLoop, AsyncGenerator[None]] = {}

    def current(self) -> httpx.AsyncClient:
        """Return the client of the running loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            client = self._clients[loop] = httpx.AsyncClient(verify=_certificates())
            keeper = self._keepers[loop] = self._kept(loop, client)
            with suppress(StopIteration):  # the loop closes generators that were begun in it
                keeper.__anext__().send(None)
        return self._clients[loop]

    async def _kept(
        self, loop: asyncio.AbstractEventLoop, client: httpx.AsyncClient
    ) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            self._clients.pop(loop, None)
            self._keepers.pop(loop, None)
            await client.aclose()

    async def close(self) -> None:
        """Close the client of the running loop; a later call opens another one."""
        keeper = self._keepers.get(asyncio.get_running_loop())
        if keeper is not None:
            await keeper.aclose()

    async def send(self, method: str, url: str, kwargs: dict[str, Any]) -> httpx.Response:
        """Send one request and return its response.

        Raises:
            httpx.HTTPError: If there is no response.
        """
        kwargs.pop("allow_redirects", None)
        kwargs["follow_redirects"] = False  # the flow follows them
        connect, read = as_pair(kwargs.pop("timeout", None))
        kwargs["timeout"] = httpx.Timeout(connect=connect, read=read, write=read, pool=read)
        interceptor = interceptor_of(url)
        if interceptor is not None:
            return await _intercepted(interceptor, self.current(), method, url, kwargs)
        if not current_exchange().limits.is_foreign:
            return await self.current().request(method, url, **kwargs)
        async with httpx.AsyncClient(verify=_certificates()) as stranger:  # without cookies
            return await stranger.request(method, url, **kwargs)


async def _intercepted(
    interceptor: Any, client: httpx.AsyncClient, method: str, url: str, kwargs: dict[str, Any]
) -> httpx.Response:
    kwargs = {name: value for name, value in kwargs.items() if name not in _OF_SENDING}
    request = client.build_request(method, url, **kwargs)
    content = await request.aread()
    wire = interceptor.respond(
        WireRequest(request.method, str(request.url), request.headers, content)
    )
    return httpx.Response(
        wire.status_code, headers=wire.headers, content=wire.content, request=request
    )


_OF_SENDING = frozenset({"auth", "follow_redirects"})


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()
