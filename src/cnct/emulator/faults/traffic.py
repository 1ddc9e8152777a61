"""What passes through: every call is recorded, and meets its faults, before it is served."""

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

_KEPT = 10_000  # calls; a service that runs for days must not grow with them

RequestLog = deque["ServedRequest"]


@dataclass(slots=True)
class ServedRequest:
    """A call that reached the emulator.

    Attributes:
        method: HTTP method.
        path: Path below the base, decoded: ``products/PRD-123-456-789``.
        query: Query as it was sent, without the question mark.
        headers: Headers; ``Authorization`` is in it, so no ``repr`` shows them.
        body: Body as it was sent.
        status: HTTP status of the answer, ``None`` if there was none.
        faults: Those it met.
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
    """Make an empty record of calls, which drops the oldest of very many."""
    return deque(maxlen=_KEPT)


class Traffic:
    """ASGI middleware: records calls and lets faults happen to them.

    Args:
        app: The service.
        base: Where its paths begin.
        log: Where calls are recorded, once their bodies are complete.
        strike: Tells which faults a call meets, by method and path.
    """

    def __init__(
        self,
        app: ASGIApp,
        base: str,
        log: RequestLog,
        strike: Callable[[str, str], list[Fault]],
    ) -> None:
        """Keep the parts."""
        self._app = app
        self._base = base
        self._log = log
        self._strike = strike

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a call, with what goes wrong with it."""
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

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                served.status = message["status"]
            await send(message)

        app = self._app
        for fault in reversed(served.faults):
            app = partial(fault.effect, app)
        await app(scope, _replayed(body, receive), noted)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Give the body once more, then whatever the connection says."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
