"""Dates responses by the emulator's clock. Knows nothing of the service.

Clients take the server's time from the header, which has to agree with the times of the records.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class DateHeader:
    """ASGI middleware that adds ``Date`` to each response.

    Args:
        app: The application.
        now: Returns the time in UTC.
    """

    def __init__(self, app: ASGIApp, now: Callable[[], datetime]) -> None:
        self._app = app
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; the response has the time of its start."""
        date = format_datetime(self._now(), usegmt=True)

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Date"] = date
            await send(message)

        await self._app(scope, receive, dated)
