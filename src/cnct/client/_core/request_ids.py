"""Finds the id that a server gave to a request, by which its support finds the call. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnct.client._core.messages import Request
from cnct.openapi.shapes import is_object
from cnct.text import clean

# The document of Connect names none: these are the names that servers and proxies use, the
# server's own before those of a trace and of a proxy.
_HEADERS = (
    "X-Request-Id",
    "Request-Id",
    "X-Correlation-Id",
    "Correlation-Id",
    "X-Amzn-RequestId",
    "X-Trace-Id",
    "traceparent",
    "CF-Ray",
)
_LONGEST = 128  # characters


def request_id_of(
    request: Request, headers: Mapping[str, str] | None, body: Any = None
) -> str | None:
    """Return the id of a request from its response; ``None`` without one.

    Control characters are escaped, the API key is masked, and a long id is cut.

    Args:
        request: The request, with the API key to mask.
        headers: Headers of the response, whose names are case-insensitive; ``None`` without one.
        body: Decoded body of an error, whose member ``request_id`` counts without a header.
    """
    values: list[Any] = [headers.get(name) for name in _HEADERS] if headers else []
    values += [body.get("request_id")] if is_object(body) else []
    texts = (str(value).strip() for value in values if isinstance(value, str | int))
    text = next(filter(None, texts), None)
    return None if text is None else clean(request.masked(text))[:_LONGEST]
