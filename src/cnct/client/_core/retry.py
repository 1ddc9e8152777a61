"""One call, repeated only where that can do no harm. Yields wishes, does no I/O.

GET, HEAD, PUT and DELETE mean the same when sent twice (RFC 9110, section 9.2.2). Anything else
is repeated only if the server provably did not take it.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from cnct.client._core.arguments import checked_seconds
from cnct.client._core.messages import Flow, Pause, Request, Response, TransportError
from cnct.client._core.request_body import Body
from cnct.client._core.responses import error_of, failure_of
from cnct.exceptions import AmbiguousWriteError, ClientError, NotFoundError

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_UNCLEAR = frozenset({500, 502, 504})  # of a write: it may have been done before
_TOO_MANY = 429
_UNAVAILABLE = 503
_FAILED = 400  # the first of the error statuses
_NOT_FOUND = 404


class RetryPolicy:
    """How calls are repeated; ``max_retries`` of the client says how often.

    GET, HEAD, PUT and DELETE are repeated after failures of the connection, timeouts and
    ``statuses``; other methods only if the server provably did not take the call.

    Args:
        statuses: Answers worth another try.
        base: Seconds of the first backoff, doubled with each try. The wait is drawn between 0 and
            it ("full jitter"), so that many clients do not come back at once.
        cap: The longest backoff in seconds.
        max_retry_after: The longest ``Retry-After`` in seconds that is waited for. If the server
            asks for more, the error is raised at once and carries ``retry_after``.
        deadline: Seconds after the first try when no further one begins; ``None`` for no end.
        repeat_unsafe: Whether POST and PATCH are repeated like GET, at the risk of doing it twice.

    Raises:
        TypeError: If a figure is not a number, or ``statuses`` not a collection of ints.
        ValueError: If a figure is negative.
    """

    def __init__(
        self,
        *,
        statuses: Collection[int] = frozenset({408, 425, 429, 500, 502, 503, 504}),
        base: float = 0.5,
        cap: float = 30.0,
        max_retry_after: float = 120.0,
        deadline: float | None = None,
        repeat_unsafe: bool = False,
    ) -> None:
        """Check the figures."""
        self.statuses = _statuses(statuses)
        self.base = checked_seconds("base", base)
        self.cap = checked_seconds("cap", cap)
        self.max_retry_after = checked_seconds("max_retry_after", max_retry_after)
        self.deadline = None if deadline is None else checked_seconds("deadline", deadline)
        self.repeat_unsafe = repeat_unsafe

    def __repr__(self) -> str:
        """Show the figures."""
        figures = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"RetryPolicy({figures})"

    def backoff(self, attempt: int) -> float:
        """Draw the seconds to wait after a try, the first one being 1."""
        return random.uniform(0, min(self.cap, self.base * 2.0 ** min(attempt - 1, 60)))  # noqa: S311

    def repeats(self, method: str) -> bool:
        """Tell whether a method may be sent twice."""
        return self.repeat_unsafe or method in _IDEMPOTENT


class _Failure(NamedTuple):
    """What a try met: the error to raise, and whether another try may be made."""

    error: ClientError
    repeatable: bool
    why: str
    cause: Exception | None = None


def retry_flow(request: Request, policy: RetryPolicy, max_retries: int) -> Flow[Response]:
    """Send a request until it succeeds, fails for good, or the tries are used up.

    Args:
        request: What to send.
        policy: How to repeat it.
        max_retries: Further tries after the first.

    Returns:
        The successful answer; the 404 of a repeated DELETE too, since it was done before.

    Raises:
        ClientError: What the last try met.
    """
    body = Body(request.kwargs)
    begun = time.monotonic()
    attempt = 0
    while True:
        attempt += 1
        try:
            response = yield request
        except TransportError as failure:
            met = _unanswered(request, policy, failure, attempt, body)
        else:
            if response.status_code < _FAILED or (
                response.status_code == _NOT_FOUND and request.method == "DELETE" and attempt > 1
            ):
                return response
            met = _refused(request, policy, response, attempt, body)
        wait = max(met.error.retry_after or 0.0, policy.backoff(attempt))
        late = policy.deadline is not None and time.monotonic() + wait > begun + policy.deadline
        if attempt > max_retries or late or not met.repeatable:
            raise met.error from met.cause
        call = f"{request.method} {request.shown_url}"
        progress = f"try {attempt} of {max_retries + 1}, next in {wait:.1f} s"
        yield Pause(wait, f"{call}: {met.why}, {progress}")
        body.rewind()


def _unanswered(
    request: Request, policy: RetryPolicy, failure: TransportError, attempt: int, body: Body
) -> _Failure:
    safe = request.method in _IDEMPOTENT
    kind = ClientError if safe or not failure.sent else AmbiguousWriteError
    return _Failure(
        failure_of(kind, request, failure, attempts=attempt),
        failure.transient
        and (not failure.sent or policy.repeats(request.method))
        and body.can_be_sent_again(sent=failure.sent),
        type(failure.cause).__name__,
        failure.cause,
    )


def _refused(
    request: Request, policy: RetryPolicy, response: Response, attempt: int, body: Body
) -> _Failure:
    status = response.status_code
    asked = _retry_after(response)
    # A write was not taken where the server says when to come again.
    untaken = status == _TOO_MANY or (status == _UNAVAILABLE and asked is not None)
    return _Failure(
        error_of(
            _kind(request.method, status), request, response, attempts=attempt, retry_after=asked
        ),
        status in policy.statuses
        and (untaken or policy.repeats(request.method))
        and (asked or 0.0) <= policy.max_retry_after
        and body.can_be_sent_again(sent=True),
        f"answered {status}",
    )


def _kind(method: str, status: int) -> type[ClientError]:
    if status == _NOT_FOUND:
        return NotFoundError
    return AmbiguousWriteError if status in _UNCLEAR and method not in _IDEMPOTENT else ClientError


def _retry_after(response: Response) -> float | None:
    """Read ``Retry-After``, seconds or an HTTP date (RFC 9110, section 10.2.3), as seconds.

    A date is compared with the server's own ``Date``: its clock may be wrong, but it is the same.
    """
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d+(\.\d*)?", text):
        return float(text)
    when = _http_date(text)
    if when is None:
        return None
    now = _http_date(response.headers.get("Date", "")) or datetime.now(UTC)
    return max((when - now).total_seconds(), 0.0)


def _http_date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - few answers have such a date

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _statuses(values: Iterable[Any]) -> frozenset[int]:
    if isinstance(values, str) or not all(isinstance(status, int) for status in values):
        raise TypeError("statuses must be a set of ints like {429, 503}")
    return frozenset(values)
