"""Adapts uvicorn: the server stops at once, and connections can be dropped.

Knows no application. ASGI has no message to drop a connection, so that the scope of each request
has the transport as an extension.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_TRANSPORT = "cnct.transport"


class Server(uvicorn.Server):
    """Uvicorn's server, which stops without waiting for the next tick."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    def end(self) -> None:
        """Stop the server; may be called from any thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def main_loop(self) -> None:
        """Run uvicorn's tick every second until the server is stopped."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1)


class Protocol(H11Protocol):
    """Uvicorn's HTTP/1.1 protocol, which passes the transport to the application."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Put the transport into the scope of every request of this connection."""
        connected = cast("asyncio.Transport", transport)
        super().connection_made(connected)
        app = cast("ASGIApp", self.app)

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            extensions = {**scope.get("extensions", {}), _TRANSPORT: connected}
            await app({**scope, "extensions": extensions}, receive, send)

        self.app = with_transport


async def hang_up(scope: Scope, receive: Receive, *, flush: bool = False) -> None:
    """Close the connection of a request without a response, and wait for the disconnect.

    Args:
        scope: ASGI scope of the request.
        receive: ASGI channel of the request.
        flush: Whether bytes written so far are still sent.

    Raises:
        ConnectionResetError: If the application is called in process, without a connection.
    """
    transport: asyncio.Transport | None = scope.get("extensions", {}).get(_TRANSPORT)
    if transport is None:
        raise ConnectionResetError("The connection was dropped")
    if flush:
        transport.close()
    else:
        transport.abort()
    # Uvicorn sends a response for an application that returns before the disconnect.
    while (await receive())["type"] != "http.disconnect":
        pass
