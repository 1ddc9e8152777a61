"""Writes a request as a shell command with curl. No I/O."""

from __future__ import annotations

from shlex import quote
from typing import Any

from cnct.client._core.messages import Request
from cnct.client._core.secret import SECRET_HEADERS
from cnct.text import MASK, clean

KEY_VARIABLE = "CNCT_API_KEY"
"""Variable of the environment that takes the place of the API key."""


def curl_command(request: Request) -> str:
    """Return the command for a request without a body.

    The API key is ``$CNCT_API_KEY``, and other secret headers are masked. The User-Agent is that
    of curl.
    """
    headers: dict[str, Any] = request.kwargs.get("headers") or {}
    parts = ["curl"]
    for name, value in headers.items():
        if name.lower() != "user-agent":
            parts += ["-H", _header(request, name, str(value))]
    if any(sign in request.url for sign in "[]{}"):
        parts.append("--globoff")
    return clean(" ".join([*parts, quote(request.masked(request.url))]))


def _header(request: Request, name: str, value: str) -> str:
    if name.lower() == "authorization" and value == request.secret:
        return f'"Authorization: ${KEY_VARIABLE}"'
    if name.lower() in SECRET_HEADERS:
        return quote(f"{name}: {MASK}")
    # curl drops a header without a value, unless a semicolon takes the place of the colon.
    return quote(f"{name}: {request.masked(value)}" if value else f"{name};")
