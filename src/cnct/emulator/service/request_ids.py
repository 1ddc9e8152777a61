"""Numbers requests, and sends the id of each in ``X-Request-Id``. Knows nothing of the service."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import count

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_IN_SCOPE = "cnct.request_id"


def request_ids(seed: int) -> Iterator[str]:
    """Yield ids of 32 hexadecimal digits; the same seed gives the same ids."""
    return (sha256(f"{seed} {number}".encode()).hexdigest()[:32] for number in count(1))


def request_id_in(scope: Scope) -> str:
    """Return the id of a request; empty without the middleware."""
    request_id: str = scope.get(_IN_SCOPE, "")
    return request_id


class RequestIdHeader:
    """ASGI middleware that adds ``X-Request-Id`` to each response.

    Args:
        app: The application.
        ids: Yields the ids, in the order in which requests arrive.
    """

    def __init__(self, app: ASGIApp, ids: Iterator[str]) -> None:
        self._app = app
        self._ids = ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; the scope has the id too."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = next(self._ids)

        async def identified(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        await self._app({**scope, _IN_SCOPE: request_id}, receive, identified)
