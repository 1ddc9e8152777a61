"""One call, repeated only where that can do no harm. Yields wishes, does no I/O.

GET, HEAD, PUT and DELETE mean the same when sent twice (RFC 9110, section 9.2.2). Anything else
is repeated only if the server provably did not take it.
"""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnct.client._core.answers import error_of, failure_of
from cnct.client._core.messages import Flow, Pause, Request, Response, TransportError

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_TOO_MANY = 429
_UNAVAILABLE = 503
_FAILED = 400  # the first of the error statuses
_GONE = 404


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long to try.

    Args:
        limit: Further tries after the first.
        base: Seconds of the first backoff, doubled each time; the wait is drawn between 0 and it.
        cap: The longest wait in seconds, also of what ``Retry-After`` asks.
    """

    limit: int = 0
    base: float = 0.5
    cap: float = 30.0


def call(request: Request, retry: Retry) -> Flow[Response]:
    """Send a request until it succeeds, fails for good, or the tries are used up.

    Returns:
        The successful answer. A DELETE that meets 404 on a repeat has succeeded before.

    Raises:
        ClientError: What the last try met.
    """
    attempt = 1
    while True:
        last = attempt > retry.limit or not _replayable(request.kwargs)
        try:
            response = yield request
        except TransportError as failure:
            if last or (failure.sent and request.method not in _IDEMPOTENT):
                raise failure_of(request, failure, attempt) from failure.cause
            delay = _backoff(retry, attempt)
        else:
            repeated_delete = request.method == "DELETE" and attempt > 1
            if response.status_code < _FAILED or (
                repeated_delete and response.status_code == _GONE
            ):
                return response
            asked = _retry_after(response)
            if last or not _repeatable(request.method, response, asked) or asked > retry.cap:
                raise error_of(request, response)
            delay = max(asked, _backoff(retry, attempt))
        attempt += 1
        yield Pause(delay)


def _repeatable(method: str, response: Response, asked: float) -> bool:
    if method in _IDEMPOTENT:
        return response.status_code in _TRANSIENT
    status = response.status_code
    return status == _TOO_MANY or (status == _UNAVAILABLE and asked > 0)


def _retry_after(response: Response) -> float:
    """Read ``Retry-After`` in seconds (RFC 9110, section 10.2.3); 0 where there is none."""
    try:
        return max(float(response.headers.get("Retry-After", "0")), 0.0)
    except ValueError:
        return 0.0


def _backoff(retry: Retry, attempt: int) -> float:
    return random.uniform(0, min(retry.cap, retry.base * 2 ** (attempt - 1)))  # noqa: S311


def _replayable(kwargs: Mapping[str, Any]) -> bool:
    """Tell whether the body can be sent again: streams and generators cannot, once read."""
    if kwargs.get("files"):
        return False
    return not isinstance(kwargs.get("data"), io.IOBase) and not hasattr(
        kwargs.get("data"), "__next__"
    )
