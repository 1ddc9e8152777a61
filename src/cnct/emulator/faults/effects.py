"""Effects of faults on a request, each as ASGI middleware around the service.

An effect acts on every request; the fault selects the requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnct.emulator.faults.connection import hang_up
from cnct.emulator.service import api_errors

Effect = Callable[[ASGIApp, Scope, Receive, Send], Awaitable[None]]

_GATEWAY = frozenset({502, 503, 504})


def latency(seconds: float) -> Effect:
    """Wait before the request is served."""

    async def effect(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(seconds)
        await app(scope, receive, send)

    return effect


def status(code: int, retry_after: float | str | None, *, done: bool) -> Effect:
    """Respond with an error; ``done`` serves the request first."""

    async def effect(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if done:
            await app(scope, receive, _discard)
        response = _gateway(code) if code in _GATEWAY else _refusal(code)
        if retry_after is not None:
            response.headers["Retry-After"] = str(retry_after)
        await response(scope, receive, send)

    return effect


def drop(*, done: bool) -> Effect:
    """Drop the connection without a response; ``done`` serves the request first."""

    async def effect(app: ASGIApp, scope: Scope, receive: Receive, _: Send) -> None:
        if done:
            await app(scope, receive, _discard)
        await hang_up(scope, receive)

    return effect


async def truncate(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the headers with half of the body, and drop the connection."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    if not messages:  # another fault has dropped the connection
        return
    start, body = messages[0], b"".join(m.get("body", b"") for m in messages[1:])
    MutableHeaders(scope=start)["Content-Length"] = str(len(body))
    await send(start)
    await send(
        {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": bool(body)}
    )
    if body:
        await hang_up(scope, receive, flush=True)


def note(state: Mapping[str, object]) -> Effect:
    """Add names of `row_faults` to the state of the request, for the service."""

    async def effect(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {**scope.get("state", {}), **state}}, receive, send)

    return effect


def hook(function: Callable[[], object]) -> Effect:
    """Call a function before the request is served."""

    async def effect(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        function()
        await app(scope, receive, send)

    return effect


async def _discard(_: Message) -> None:
    pass


def _refusal(code: int) -> Response:
    error = api_errors.failed(code)
    return JSONResponse(error.body, error.status)


def _gateway(code: int) -> Response:
    """Respond with HTML, as a proxy in front of the service does."""
    return HTMLResponse(f"<html><body><h1>{code} Service unavailable</h1></body></html>", code)
