"""Uvicorn as the emulator needs it: it ends at once, and its connections can be dropped.

Knows nothing of what is served. ASGI has no message to hang up, so each call's scope carries its
transport as an extension.
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
    """Uvicorn's server, which can be told to end and then does so at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()

    def end(self) -> None:
        """Let it end; may be called from any thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        """Do what has to be done every second, until the end."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1)


class Protocol(H11Protocol):
    """Uvicorn's HTTP/1.1, which tells the application its transport."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Name the transport in the scope of every call of this connection."""
        connected = cast("asyncio.Transport", transport)
        super().connection_made(connected)
        app = cast("ASGIApp", self.app)

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            extensions = {**scope.get("extensions", {}), _TRANSPORT: connected}
            await app({**scope, "extensions": extensions}, receive, send)

        self.app = with_transport


async def hang_up(scope: Scope, receive: Receive, *, flush: bool = False) -> None:
    """Close the connection of a call, without another word, and wait until it is closed.

    Args:
        scope: The call's.
        receive: The call's.
        flush: Whether what was written so far still goes out.

    Raises:
        ConnectionResetError: If there is no connection, since the application is called in process.
    """
    transport: asyncio.Transport | None = scope.get("extensions", {}).get(_TRANSPORT)
    if transport is None:
        raise ConnectionResetError("The connection was dropped")
    if flush:
        transport.close()
    else:
        transport.abort()
    # Uvicorn answers for an application that returns early, unless it knows of the hang-up.
    while (await receive())["type"] != "http.disconnect":
        pass
