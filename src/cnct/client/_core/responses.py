"""Converts responses to values and errors. No I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from traceback import clear_frames
from typing import TYPE_CHECKING, Any

from cnct.client import garbage
from cnct.client._core.body_errors import SourceError
from cnct.client._core.messages import Request, Response, TransportError
from cnct.client._core.secret import mask_error
from cnct.exceptions import CALL_ATTRIBUTES, AmbiguousWriteError, ClientError
from cnct.late import late_module
from cnct.openapi.shapes import is_list, is_object
from cnct.text import status_text

if TYPE_CHECKING:
    from cnct.client._core import remedies, request_ids
else:  # only errors need them
    remedies = late_module("cnct.client._core.remedies")
    request_ids = late_module("cnct.client._core.request_ids")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, section 9.2.1)."""

IDEMPOTENT = SAFE | {"PUT", "DELETE"}
"""Methods that have the same effect when sent twice (RFC 9110, section 9.2.2)."""

LARGE_PAGE = 32 << 10
"""Bytes; decoding more at once takes less time than what the memory of its objects costs."""

_LARGE = 512 << 10  # bytes, which take some 4 ms
_SMALL = 16 << 10  # bytes, which the standard library decodes in 0.2 ms
_NO_CONTENT = 204
_NOT_FOUND = 404
_EXCERPT = 200  # bytes of an unreadable body in an error message

_first_bodies = iter(range(20))


def never(_: Request) -> bool:
    """Return False: only JSON is expected."""
    return False


def value_of(
    request: Request,
    response: Response,
    serves_pages: Callable[[Request], bool] = never,
    decoder: Callable[[bytes], Any] | None = None,
) -> Any:
    """Decode the body of a successful response.

    Args:
        request: The request.
        response: The response.
        serves_pages: Returns whether the document has a response other than JSON to a request;
            called only for an HTML page.
        decoder: Decodes JSON; by default `decode`.

    Returns:
        Decoded JSON; ``None`` for 204, for an empty JSON body of a write or HEAD, and for the 404
        of a repeated DELETE; bytes for any other content type.

    Raises:
        ClientError: If the content type is JSON and the body is not, or is empty after a GET; or if
            the body is an unrequested HTML page.
        AmbiguousWriteError: If the same happens to a write that cannot be repeated.
    """
    if response.status_code in (_NO_CONTENT, _NOT_FOUND):
        return None
    content = content_of(response)
    if not is_json(response.headers.get("Content-Type", "")):
        if is_page(request, response) and not serves_pages(request):
            raise unreadable(request, response, _PAGE)
        return content
    if not content.strip():
        if request.method != "GET":
            return None
        raise unreadable(request, response, "The response should be JSON, but its body is empty")
    try:
        return decode(content) if decoder is None else decoder(content)
    except ValueError as error:
        content = b""  # may repeat the API key, which tracebacks with local variables would show
        clear_frames(error.__traceback__)
        mask_error(error, request.secret)
        problem = f"The response has a JSON content type, but its body is no JSON: {error}"
        raise unreadable(request, response, problem) from error


_PAGE = (
    "The response is an HTML page where JSON is due, as of a login or of another server:"
    ' check endpoint and proxy, or ask for the page with headers={"Accept": "text/html"}'
)


def is_page(request: Request, response: Response) -> bool:
    """Return whether a response is an HTML page that was not requested.

    Downloads have a ``Content-Disposition``; callers request a page by ``Accept``.
    """
    headers = response.headers
    if not headers.get("Content-Type", "").lower().lstrip().startswith("text/html"):
        return False
    if headers.get("Content-Disposition") or not content_of(response).strip():
        return False
    accepted: Mapping[str, str] = request.kwargs.get("headers") or {}
    values = (value for name, value in accepted.items() if name.lower() == "accept")
    return not any("html" in str(value).lower() for value in values)


def unreadable(request: Request, response: Response, problem: str) -> ClientError:
    """Return the exception for a successful response with an unreadable body.

    Args:
        request: The request.
        response: The response, whose beginning becomes ``additional_info["body"]``.
        problem: The message.
    """
    kind = ClientError if request.method in IDEMPOTENT else AmbiguousWriteError
    return kind(
        request.masked(problem),
        status_code=response.status_code,
        method=request.method,
        url=request.shown_url,
        body=request.masked(excerpt(content_of(response))),
        may_be_done=request.method not in SAFE,
        request_id=request_ids.request_id_of(request, response.headers),
    )


def decode(content: bytes, *, is_kept: bool = False) -> Any:
    """Decode JSON with the fastest decoder that keeps integers of any size.

    The first small bodies of a process are decoded by the standard library: importing msgspec
    takes longer than a call. So are the few documents that msgspec refuses: with NaN, lone
    surrogates or a byte order mark.

    Garbage collection spares large bodies, unless `cnct.client.garbage` switches this off.

    Args:
        content: The JSON.
        is_kept: Whether the rows in the content are going to be kept.

    Raises:
        ValueError: If ``content`` is not JSON, or nested too deeply for Python.
    """
    try:
        if len(content) <= LARGE_PAGE:
            return _decode(content)
        with garbage.sparing(is_kept=is_kept):
            return _decode(content)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _decode(content: bytes) -> Any:
    if len(content) < _SMALL and next(_first_bodies, None) is not None:
        return json.loads(content)
    import msgspec  # noqa: PLC0415 - not needed before the first response

    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return json.loads(content)


def decoded_rows(content: bytes) -> list[Any] | None:
    """Decode a large JSON array row by row.

    `decode` would hold the interpreter lock until the end, and block the event loop even from a
    thread.

    Returns:
        ``None`` if the content is not such an array, and is left to `decode`.
    """
    import msgspec  # noqa: PLC0415 - not needed before the first response

    try:
        rows = msgspec.json.decode(content, type=list[msgspec.Raw])
        return [msgspec.json.decode(row) for row in rows]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def is_large(response: Response) -> bool:
    """Return whether a response has a JSON body that takes long to decode."""
    return len(content_of(response)) > _LARGE and is_json(response.headers.get("Content-Type", ""))


@lru_cache(maxsize=64)
def is_json(content_type: str) -> bool:
    """Return whether a content type is JSON (RFC 8259) or a ``+json`` type (RFC 6839)."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def error_of(
    kind: type[ClientError], request: Request, response: Response, **attributes: Any
) -> ClientError:
    """Return the exception for an error response.

    Connect's bodies are ``{"error_code": str, "errors": [str], "params": ...}`` (docs/rql.md,
    "Error bodies"). A list or a text of another server becomes the messages.

    Args:
        kind: Class of the exception.
        request: The request, whose API key is masked in the messages.
        response: The error response.
        **attributes: Further attributes of the exception, such as ``attempts``.
    """
    body = _error_body(response)
    attributes |= {
        "method": request.method,
        "url": request.shown_url,
        "request_id": request_ids.request_id_of(request, response.headers, body),
    }
    attributes["remedy"] = remedies.status_remedy(
        request,
        response.status_code,
        excerpt(content_of(response)),
        is_of_connect=is_object(body) and "error_code" in body,
    )
    if not is_object(body):
        readable = is_list(body) or isinstance(body, str)
        messages = _messages(request, body) if readable else None
        return kind(None, response.status_code, None, messages, **attributes)
    members = dict(body)
    code = members.pop("error_code", None)
    messages = _messages(request, members.pop("errors", None))
    additional = {name: value for name, value in members.items() if name not in _RESERVED}
    additional = request.masked_data(additional)
    code = None if code is None else request.masked(str(code))
    return kind(None, response.status_code, code, messages, **additional, **attributes)


_RESERVED = frozenset({"self", "message", "status_code", "error_code", "errors", *CALL_ATTRIBUTES})


def failure_of(
    kind: type[ClientError], request: Request, failure: TransportError, **attributes: Any
) -> ClientError:
    """Return the exception for a request without a complete response.

    The API key is masked in the causes.

    Args:
        kind: Class of the exception.
        request: The request.
        failure: The error of the driver.
        **attributes: Further attributes of the exception, such as ``attempts``.
    """
    for secret in request.secrets:
        mask_error(failure.cause, secret)
    reason, host = type(failure.cause).__name__, remedies.host_of(request)
    status = status_text(failure.status)
    if isinstance(failure.cause, SourceError):
        problem = "The body was not sent to its end" if failure.sent else "Not sent"
    else:
        problem = f"Incomplete response {status}" if status else "No response"
    return kind(
        f"{host}: {problem} ({reason})",
        failure.status,
        errors=[request.masked(remedies.failure_text(request, failure.cause))],
        method=request.method,
        url=request.shown_url,
        request_id=request_ids.request_id_of(request, failure.headers),
        **attributes,
    )


def content_of(response: Response) -> bytes:
    """Return the body; empty for a response of requests that a replaced call made without one."""
    content: bytes | None = response.content
    return content or b""


def excerpt(content: bytes) -> str:
    """Return the beginning of a body as text."""
    return content[:_EXCERPT].decode("utf-8", "replace")


def _error_body(response: Response) -> Any:
    content = content_of(response)
    if not is_json(response.headers.get("Content-Type", "")):
        return excerpt(content)
    try:
        return decode(content)
    except ValueError:
        return excerpt(content)


def _messages(request: Request, errors: Any) -> list[Any] | None:
    if errors is None or errors == "":
        return None
    return [request.masked_data(message) for message in (errors if is_list(errors) else [errors])]
