"""Imports what the first asynchronous call needs: in a thread, since it would delay the loop."""

from __future__ import annotations

import asyncio
from functools import cache
from importlib import import_module

import httpcore2

from cnct.client._core.responses import decode

_RESPONSE = b"HTTP/1.1 204 No Content\r\n\r\n"


@cache
def import_all() -> None:
    """Import everything that a call imports.

    httpcore2 and anyio import parts of themselves at the first request, so one is made in a loop
    of its own, to a server that does not exist.
    """
    "localhost".encode("idna")  # codecs are imported when needed
    import_module("cnct.client._http.asynchronous")
    decode(b"[]")
    asyncio.run(_make_call())


async def _make_call() -> None:
    backend = httpcore2.AsyncMockBackend([_RESPONSE])
    async with httpcore2.AsyncConnectionPool(network_backend=backend) as pool:
        await pool.request("GET", "http://localhost/")
