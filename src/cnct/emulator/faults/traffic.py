"""Records every request that reaches the emulator, and applies the faults."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from json import loads
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnct.emulator.faults.fault import Fault

_MOST_REQUESTS = 10_000  # a service that runs for days must not grow with them

RequestLog = deque["ServedRequest"]


@dataclass(slots=True)
class ServedRequest:
    """A request that reached the emulator.

    Attributes:
        method: HTTP method.
        path: Path below the base, decoded: ``products/PRD-123-456-789``.
        query: Query as sent, without the question mark.
        headers: Headers; left out of the ``repr``, because ``Authorization`` is among them.
        body: Body as sent.
        status: HTTP status of the response, ``None`` if none was sent.
        faults: Faults that were applied.
    """

    method: str
    path: str
    query: str
    headers: Headers = field(repr=False)
    body: bytes
    status: int | None = None
    faults: tuple[Fault, ...] = ()

    def json(self) -> Any:
        """Decode the body."""
        return loads(self.body)


def request_log() -> RequestLog:
    """Return an empty log of requests; the oldest are dropped once there are ten thousand."""
    return deque(maxlen=_MOST_REQUESTS)


class Traffic:
    """ASGI middleware that records requests and applies faults to them.

    Args:
        app: The service.
        base: Path below which the service lies.
        log: Receives each request whose body is complete.
        strike: Returns the faults of a request, by method and path.
    """

    def __init__(
        self,
        app: ASGIApp,
        base: str,
        log: RequestLog,
        strike: Callable[[str, str], list[Fault]],
    ) -> None:
        self._app = app
        self._base = base
        self._log = log
        self._strike = strike

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request under its faults."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await Request(scope, receive).body()
        except ClientDisconnect:
            return
        path = scope["path"].removeprefix(f"{self._base}/")
        served = ServedRequest(
            method=scope["method"],
            path=path,
            query=str(scope["query_string"], "ascii"),
            headers=Headers(scope=scope),
            body=body,
            faults=tuple(self._strike(scope["method"], path)),
        )
        self._log.append(served)

        async def record_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                served.status = message["status"]
            await send(message)

        app = self._app
        for fault in reversed(served.faults):
            app = partial(fault.effect, app)
        await app(scope, _replayed(body, receive), record_status)


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
