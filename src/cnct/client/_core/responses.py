"""Answers -> values and errors: decides what a response means. No I/O."""

from __future__ import annotations

import gc
import json
from functools import lru_cache
from typing import Any

from cnct.client._core.messages import Request, Response, TransportError
from cnct.exceptions import CALL_ATTRIBUTES, ClientError
from cnct.openapi.shapes import is_list, is_object

_NO_CONTENT = 204
_NOT_FOUND = 404
_EXCERPT = 200  # characters of an unreadable body that a message shows


def value_of(request: Request, response: Response) -> Any:
    """Decode the body of a successful answer.

    Returns:
        Decoded JSON; ``None`` for 204, for an empty body, and for the 404 that a repeated DELETE
        may end with; bytes for any other content type.

    Raises:
        ClientError: If the body claims to be JSON and is not.
    """
    if response.status_code in (_NO_CONTENT, _NOT_FOUND):
        return None
    content = response.content
    if not is_json(response.headers.get("Content-Type", "")):
        return content
    if not content.strip():
        return None
    try:
        return decode(content)
    except ValueError as error:
        raise ClientError(
            f"The answer is not the JSON it claims to be: {error}",
            status_code=response.status_code,
            method=request.method,
            url=request.shown_url,
            body=request.masked(excerpt(content)),
        ) from error


def decode(content: bytes) -> Any:
    """Decode JSON by the fastest decoder that keeps integers of any size.

    What msgspec refuses and the standard library takes (NaN, lone surrogates, a byte order mark)
    is decoded by the latter.

    Python's garbage collector rests meanwhile: thousands of new objects would have it walk every
    row that is kept, again and again (more than half of the time of reading 10,000 rows), and a
    decoder makes no cycles for it to find. A collector that somebody else has put to rest stays so.

    Raises:
        ValueError: If it is not JSON.
    """
    import msgspec  # noqa: PLC0415 - not needed before the first answer

    collecting = gc.isenabled()
    if collecting:
        gc.disable()
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return json.loads(content)
    finally:
        if collecting:
            gc.enable()


@lru_cache(maxsize=64)
def is_json(content_type: str) -> bool:
    """Tell whether a content type is JSON (RFC 8259) or built on it (RFC 6839, ``+json``)."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def error_of(
    kind: type[ClientError], request: Request, response: Response, **known: Any
) -> ClientError:
    """Turn an error answer into the exception that tells it.

    Connect's bodies are ``{"error_code": str, "errors": [str], "params": ...}`` (docs/rql.md,
    "Error bodies"); anything else is taken as it comes.
    """
    known |= {"method": request.method, "url": request.shown_url}
    body = _error_body(response)
    if not is_object(body):
        listed = is_list(body) or isinstance(body, str)
        messages = _messages(request, body) if listed else None
        return kind(None, response.status_code, None, messages, **known)
    rest = dict(body)
    code = rest.pop("error_code", None)
    messages = _messages(request, rest.pop("errors", None))
    info = {name: value for name, value in rest.items() if name not in _RESERVED}
    code = None if code is None else str(code)
    return kind(None, response.status_code, code, messages, **info, **known)


_RESERVED = frozenset({"self", "message", "status_code", "error_code", "errors", *CALL_ATTRIBUTES})


def failure_of(
    kind: type[ClientError], request: Request, failure: TransportError, **known: Any
) -> ClientError:
    """Turn a missing answer into the exception that tells it; mask the causes that it shows."""
    _mask(request, failure.cause)
    return kind(
        f"No answer ({type(failure.cause).__name__})",
        errors=[request.masked(str(failure.cause))],
        method=request.method,
        url=request.shown_url,
        **known,
    )


def _mask(request: Request, error: BaseException | None) -> None:
    """Take the API key out of a chain of errors: tracebacks show all of it."""
    while error is not None:
        error.args = tuple(
            request.masked(arg) if isinstance(arg, str) else arg for arg in error.args
        )
        error = error.__cause__ or error.__context__


def excerpt(content: bytes) -> str:
    """Show the beginning of a body."""
    return content[:_EXCERPT].decode("utf-8", "replace")


def _error_body(response: Response) -> Any:
    content = response.content
    if not is_json(response.headers.get("Content-Type", "")):
        return excerpt(content)
    try:
        return decode(content)
    except (ValueError, RecursionError):
        return excerpt(content)


def _messages(request: Request, errors: Any) -> list[Any] | None:
    if errors is None or errors == "":
        return None
    messages = errors if is_list(errors) else [errors]
    return [request.masked(each) if isinstance(each, str) else each for each in messages]
