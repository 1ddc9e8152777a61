"""Replies of mocks: the keyword arguments that describe them, and the responses. Does no I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypedDict

from cnct.client._core.arguments import checked_int
from cnct.client._http.interception import WireResponse

Headers = Mapping[str, str] | None


class Reply(TypedDict, total=False):
    """Keyword arguments of the methods that mock a request without a body.

    Attributes:
        return_value: Body of the response: str and bytes as they are, any other value as JSON; or
            an exception to raise, such as ``requests.ConnectTimeout()``.
        headers: Headers of the response.
    """

    return_value: Any
    headers: Headers


class ReplyToBody(Reply, total=False):
    """Keyword arguments of the methods that mock a request with a body.

    Attributes:
        match_body: Expected body: str and bytes are compared byte for byte, a `FormBody` with the
            form, any other value with the decoded JSON; ``None`` accepts every body.
    """

    match_body: Any


def wire_response(
    status_code: int, return_value: Any, headers: Headers
) -> WireResponse | Exception:
    """Build the response of a mock; an exception as ``return_value`` is returned unchanged.

    Raises:
        TypeError: If ``return_value`` has no JSON form, or ``status_code`` is not an int.
        ValueError: If ``status_code`` is less than 100.
    """
    if isinstance(return_value, Exception):
        return return_value
    content, media_type = _content(return_value)
    response_headers = {name: str(value) for name, value in (headers or {}).items()}
    if media_type and not any(name.lower() == "content-type" for name in response_headers):
        response_headers["Content-Type"] = media_type
    return WireResponse(checked_int("status_code", status_code, 100), response_headers, content)


def _content(value: Any) -> tuple[bytes, str]:
    """Return a body and its media type."""
    match value:
        case None:
            return b"", ""
        case bytes():
            return value, "application/octet-stream"
        case str():
            return value.encode(), "text/plain; charset=utf-8"
        case _:
            return _json(value), "application/json"


def _json(value: Any) -> bytes:
    try:
        return json.dumps(value).encode()
    except TypeError as error:
        expected = "JSON, str, bytes, None or an exception"
        raise TypeError(f"return_value must be {expected}: {error}") from error
