"""Passes a body from a connection of asyncio to a receiver, in threads. Decides nothing.

The loop only collects the pieces, and stops reading from the server while too many are unwritten.
"""

from __future__ import annotations

import asyncio
from typing import Any

from cnct.client._core.response_body import ResponseBody
from cnct.client._http.in_threads import in_thread

_MOST_UNWRITTEN = 1 << 20  # bytes received before reading pauses


class Inbox:
    """The pieces of one body between the connection and the receiver.

    Args:
        transport: Transport of the connection.

    Attributes:
        body: Decompresses the pieces; ``None`` until there are any.
        is_paused: Whether reading from the server is paused.
    """

    def __init__(self, transport: Any) -> None:
        self.body: ResponseBody | None = None
        self.is_paused = False
        self._transport = transport
        self._pieces: list[bytes] = []
        self._size = 0
        self._arrived: asyncio.Future[None] | None = None

    def put(self, body: ResponseBody, pieces: list[bytes]) -> None:
        """Add pieces that have arrived."""
        self.body = body
        self._pieces += pieces
        self._size += sum(map(len, pieces))
        if self._size > _MOST_UNWRITTEN and not self.is_paused:
            self.is_paused = True
            self._transport.pause_reading()
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    async def deliver(self, done: asyncio.Future[None]) -> None:
        """Pass the pieces on until the response has ended and all are written.

        Args:
            done: The end of the response; its error is left for the caller.

        Raises:
            BodyError: If the body cannot be used, or a compressed one is cut.
        """
        while self._pieces or not done.done():
            if not self._pieces:
                self._arrived = asyncio.get_running_loop().create_future()
                await asyncio.wait((self._arrived, done), return_when=asyncio.FIRST_COMPLETED)
                continue
            pieces, self._pieces, self._size = self._pieces, [], 0
            if self.is_paused:
                self.is_paused = False
                self._transport.resume_reading()
            body: Any = self.body
            await in_thread(body.take, b"".join(pieces))
            body.receiver.report()
        if self.body is not None and done.exception() is None:
            self.body.finish()
