"""The connections of one event loop, closed with the loop at the latest.

A loop that shuts down closes its asynchronous generators; each `Connections` has a generator that
closes the connections then.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from typing import Any

import httpx2

from cnct.client._http.async_pools import TLSContexts
from cnct.client._http.async_transport import Transport, new_cookies
from cnct.client._http.network import Network

Loop = asyncio.AbstractEventLoop

# The loop does not wait for a generator that is dropped just before the shutdown.
_open: set[Connections] = set()


class CertificateFileError(httpx2.ConnectError):
    """Certificates that cannot be loaded; a retry would not help."""


class Connections:
    """The connections of one event loop.

    Args:
        loop: The running loop.
        contexts: Certificates.
        network: Proxy.
        owner: Set of a client's connections for all loops; closed connections are removed.

    Attributes:
        transport: Sends requests.
        calls: Number of calls under way.
    """

    def __init__(
        self,
        loop: Loop,
        contexts: TLSContexts,
        network: Network,
        owner: dict[Loop, Connections],
    ) -> None:
        self._loop = loop
        self.transport = Transport(contexts, network)
        self.calls = 0
        self._keeper = self._kept(owner)
        self._is_left = False
        _open.add(self)

    async def _kept(self, owner: dict[Loop, Connections]) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            owner.pop(self._loop, None)
            _open.discard(self)
            await self.transport.aclose()

    def new_client(self) -> httpx2.AsyncClient:
        """Return a client with cookies of its own that sends over these connections."""
        return httpx2.AsyncClient(transport=self.transport, cookies=new_cookies())

    async def begin(self) -> None:
        """Register with the loop, which closes the connections at its end.

        The loop's own hook for dropped generators would fail at the exit of the interpreter, with a
        message on stderr.
        """
        finalizer = sys.get_asyncgen_hooks().finalizer
        sys.set_asyncgen_hooks(finalizer=_leave_alone)
        try:
            await anext(self._keeper)
        finally:
            sys.set_asyncgen_hooks(finalizer=finalizer)

    def end_call(self) -> None:
        """Count the end of a call; the last one carries out a `close` that came meanwhile."""
        self.calls -= 1
        if self._is_left and not self.calls:
            self._abort()

    async def close(self) -> None:
        """Close the connections after the running calls, which continue."""
        self._is_left = True
        if not self.calls:
            await self._keeper.aclose()

    def leave(self) -> None:
        """Close the connections at once. May be called from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._abort)
        except RuntimeError:  # the loop is closed
            _open.discard(self)

    def _abort(self) -> None:
        self.transport.abort()
        _open.discard(self)


def _leave_alone(_: Any) -> None:
    pass
