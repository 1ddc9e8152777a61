"""Records every request that reaches the emulator, and applies the faults."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from json import loads
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnct.emulator.faults.fault import Fault
from cnct.emulator.service import api_errors
from cnct.emulator.service.request_ids import request_id_in

# Bounded, since a service may run for days.
_MOST_REQUESTS = 10_000
_MOST_BYTES = 64 * 2**20  # bytes of all bodies
MAX_BODY = 64 * 2**20
"""Most bytes of a request's body, as long as nothing else is chosen."""


@dataclass(slots=True)
class ServedRequest:
    """A request that reached the emulator.

    Attributes:
        method: HTTP method.
        path: Path below the base, decoded: ``products/PRD-123-456-789``.
        query: Query as sent, without the question mark.
        headers: Headers; not in the ``repr``, since they include ``Authorization``.
        body: Body as sent.
        status: HTTP status of the response, ``None`` if none was sent.
        faults: Faults that were applied.
        request_id: The id in ``X-Request-Id`` of the response.
    """

    method: str
    path: str
    query: str
    headers: Headers = field(repr=False)
    body: bytes
    status: int | None = None
    faults: tuple[Fault, ...] = ()
    request_id: str = ""

    def json(self) -> Any:
        """Decode the body."""
        return loads(self.body)


class RequestLog(deque[ServedRequest]):
    """The last requests, oldest first: at most ten thousand, with 64 MiB of bodies together.

    The last request is kept whatever its size.
    """

    def __init__(self) -> None:
        super().__init__(maxlen=_MOST_REQUESTS)
        self._bytes = 0  # at least those of the bodies

    def append(self, request: ServedRequest, /) -> None:
        """Add a request, and drop the oldest ones beyond the limits."""
        super().append(request)
        self._bytes += len(request.body)
        if self._bytes > _MOST_BYTES:
            self._bytes = sum(len(kept.body) for kept in self)
            while self._bytes > _MOST_BYTES and len(self) > 1:
                self._bytes -= len(self.popleft().body)


class Traffic:
    """ASGI middleware that records requests and applies faults to them.

    Args:
        app: The service.
        base: Path of the service.
        log: Receives each request whose body is complete.
        strike: Returns the faults of a request, by method and path.
        max_body: Largest size of a body in bytes; larger ones are answered with 413.
    """

    def __init__(
        self,
        app: ASGIApp,
        base: str,
        log: RequestLog,
        strike: Callable[[str, str], list[Fault]],
        max_body: int = MAX_BODY,
    ) -> None:
        self._app = app
        self._base = base
        self._log = log
        self._strike = strike
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request under its faults."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._max_body:
                await self._refuse(scope, receive, send)
                return
        path = scope["path"].removeprefix(f"{self._base}/")
        served = ServedRequest(
            method=scope["method"],
            path=path,
            query=str(scope["query_string"], "ascii"),
            headers=Headers(scope=scope),
            body=bytes(body),
            faults=tuple(self._strike(scope["method"], path)),
            request_id=request_id_in(scope),
        )
        self._log.append(served)

        async def record_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                served.status = message["status"]
            await send(message)

        app = self._app
        for fault in reversed(served.faults):
            app = partial(fault.effect, app)
        await app(scope, _replayed(served.body, receive), record_status)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = api_errors.too_large(self._max_body)
        await JSONResponse(error.body, error.status)(scope, receive, send)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a channel that repeats the body, then passes on the messages of the connection."""
    replayed = False

    async def replay() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
