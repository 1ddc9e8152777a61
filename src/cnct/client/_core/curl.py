"""Writes a request as a shell command with curl. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator
from shlex import quote
from typing import Any

from cnct.client._core.messages import Request
from cnct.client._core.secret import SECRET_HEADERS
from cnct.openapi.shapes import is_object
from cnct.text import MASK, clean

KEY_VARIABLE = "CNCT_API_KEY"
"""Variable of the environment that takes the place of the API key."""


def curl_command(request: Request) -> str:
    """Return the command for a request.

    The API key is ``$CNCT_API_KEY``, and other secret headers are masked. The User-Agent is that
    of curl. Files are named, and read by curl.
    """
    headers: dict[str, Any] = request.kwargs.get("headers") or {}
    parts = ["curl"] if request.method == "GET" else ["curl", "-X", request.method]
    for name, value in headers.items():
        if name.lower() != "user-agent":
            parts += ["-H", _header(request, name, str(value))]
    if any(sign in request.url for sign in "[]{}"):
        parts.append("--globoff")
    parts += _body(request)
    return clean(" ".join([*parts, quote(request.masked(request.url))]))


def _body(request: Request) -> Iterator[str]:
    """Yield the arguments for a body: JSON, a form with files, form fields, or a file."""
    kwargs = request.kwargs
    payload, data, files = kwargs.get("json"), kwargs.get("data"), kwargs.get("files")
    if payload is not None:
        yield from ("-H", quote("Content-Type: application/json"))
        yield from ("-d", quote(request.masked(json.dumps(payload))))
    for name, value in data.items() if is_object(data) else ():
        option = "--form-string" if files else "--data-urlencode"
        yield from (option, quote(request.masked(f"{name}={value}")))
    for name, value in files or ():
        yield from ("-F", quote(f"{name}=@{_form_file(*value)}"))
    for content in (data, kwargs.get("content")):
        if content is not None and not is_object(content):
            yield from ("--data-binary", quote(f"@{getattr(content, 'name', '') or 'FILE'}"))


def _form_file(filename: str, content: Any, content_type: str = "", *_: Any) -> str:
    """Return a file as curl reads it in a form; in quotes, a name may have any characters."""
    path = getattr(content, "name", "") or filename
    parts = [_quoted(path), f"filename={_quoted(filename)}" if path != filename else ""]
    return ";".join(filter(None, [*parts, f"type={content_type}" if content_type else ""]))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _header(request: Request, name: str, value: str) -> str:
    if name.lower() == "authorization" and value == request.secret:
        return f'"Authorization: ${KEY_VARIABLE}"'
    if name.lower() in SECRET_HEADERS:
        return quote(f"{name}: {MASK}")
    # curl drops a header without a value, unless a semicolon takes the place of the colon.
    return quote(f"{name}: {request.masked(value)}" if value else f"{name};")
