"""Sends one request, with retries where safe. Yields to the driver, does no I/O.

GET, HEAD, PUT and DELETE have the same effect when sent twice (RFC 9110, section 9.2.2). Any other
method is repeated only if the server provably did not process the request.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from cnct.client._core.arguments import checked_seconds
from cnct.client._core.messages import Flow, Pause, Request, Response, TransportError
from cnct.client._core.request_body import Body
from cnct.client._core.responses import IDEMPOTENT, SAFE, error_of, failure_of
from cnct.exceptions import AmbiguousWriteError, ClientError, NotFoundError

# After these the server has not done the write: it does not support the request (501, 505 to 508,
# 510), the network wants a login (511), or a proxy has not reached the server (525, 526).
_UNDONE = frozenset({501, 505, 506, 507, 508, 510, 511, 525, 526})
_TOO_MANY = 429
_UNAVAILABLE = 503
_FIRST_ERROR = 400
_FIRST_SERVER_ERROR = 500
_LONGEST = 1e9  # seconds; more would exceed what the system can sleep
_NOT_FOUND = 404
_SPENT = (
    "There was no retry, since the body can be read only once: pass bytes, or a file that can seek"
)


class RetryPolicy:
    """Rules for retries; their number is ``max_retries`` of the client.

    GET, HEAD, PUT and DELETE are repeated after connection errors, timeouts and ``statuses``; other
    methods only if the server provably did not process the request.

    Args:
        statuses: Statuses after which to retry.
        base: Seconds of the first backoff, doubled with each attempt. The pause is random between
            0 and the backoff ("full jitter"), which spreads the retries of many clients.
        cap: Longest backoff in seconds.
        max_retry_after: Longest ``Retry-After`` in seconds to wait for. If the server asks for
            more, the error is raised at once, with ``retry_after`` set.
        deadline: Seconds after the first attempt in which retries may start; ``None`` for no limit.
        repeat_unsafe: Whether to repeat POST and PATCH like GET, which may do the write twice.

    Raises:
        TypeError: If a number of seconds is not a number, or ``statuses`` not a collection of ints.
        ValueError: If a number of seconds is negative.
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
        self.statuses = _statuses(statuses)
        self.base = checked_seconds("base", base)
        self.cap = checked_seconds("cap", cap)
        self.max_retry_after = checked_seconds("max_retry_after", max_retry_after)
        self.deadline = None if deadline is None else checked_seconds("deadline", deadline)
        self.repeat_unsafe = repeat_unsafe

    def __repr__(self) -> str:
        """Return the constructor call."""
        arguments = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"RetryPolicy({arguments})"

    def backoff(self, attempt: int) -> float:
        """Return a random number of seconds to pause after an attempt; the first attempt is 1."""
        longest = min(self.cap, self.base * 2.0 ** min(attempt - 1, 60))
        return random.uniform(0, longest)  # noqa: S311 - no secret depends on it

    def repeats(self, method: str) -> bool:
        """Return whether a request may be repeated after the server may have processed it."""
        return self.repeat_unsafe or method in IDEMPOTENT


class _Failure:
    """A failed attempt.

    Attributes:
        error: The error to raise unless there is a retry.
        retryable: Whether the policy allows a retry.
        reason: Text for the log.
        cause: The HTTP library's error, if there was no response.
        is_spent: Whether the body cannot be read again.
    """

    def __init__(
        self,
        error: ClientError,
        retryable: bool,
        reason: str,
        cause: Exception | None = None,
        is_spent: bool = False,
    ) -> None:
        self.error = error
        self.retryable = retryable
        self.reason = reason
        self.cause = cause
        self.is_spent = is_spent


def retry_flow(
    request: Request, policy: RetryPolicy, max_retries: int, body: Body | None = None
) -> Flow[Response]:
    """Send a request until success, a permanent failure, or the last retry.

    Args:
        request: The request to send.
        policy: Rules for retries.
        max_retries: Number of attempts after the first.
        body: Body of the request, if an earlier request has read from it.

    Returns:
        The successful response or a redirect. The 404 of a repeated DELETE counts as a success: the
        first attempt deleted the resource.

    Raises:
        ClientError: The error of the last attempt, or that the deadline has passed.
    """
    body = body or Body(request.kwargs)
    end = request.limits.end
    last_retry = _earliest(end, policy.deadline)
    attempt = 0
    while True:
        if attempt == 0 and _is_past(end):
            raise _deadline_error(request)
        attempt += 1
        if request.trace is not None:
            request.trace.note(request, attempt)
        try:
            response = yield request
        except TransportError as error:
            failure = _without_response(request, policy, error, attempt, body)
        else:
            if response.status_code < _FIRST_ERROR or (
                response.status_code == _NOT_FOUND and request.method == "DELETE" and attempt > 1
            ):
                return response
            failure = _with_status(request, policy, response, attempt, body)
        wait = max(failure.error.retry_after or 0.0, policy.backoff(attempt))
        late = last_retry is not None and time.monotonic() + wait > last_retry
        if attempt > max_retries or late or not failure.retryable:
            raise failure.error from failure.cause
        if failure.is_spent:
            failure.error.remedy = ". ".join(filter(None, (failure.error.remedy, _SPENT)))
            raise failure.error from failure.cause
        call = f"{request.method} {request.shown_url}"
        progress = f"try {attempt} of {max_retries + 1}, next in {wait:.1f} s"
        yield Pause(wait, f"{call}: {failure.reason}, {progress}")
        body.rewind()


def _earliest(end: float | None, deadline: float | None) -> float | None:
    """Return the moment after which no retry starts: the earlier of both deadlines."""
    if deadline is None:
        return end
    last = time.monotonic() + deadline
    return last if end is None else min(end, last)


def _is_past(end: float | None) -> bool:
    return end is not None and time.monotonic() >= end


def _deadline_error(request: Request) -> ClientError:
    return ClientError(
        f"The deadline of {request.limits.deadline:g} s passed before the request was sent",
        method=request.method,
        url=request.shown_url,
        attempts=0,
    )


def _without_response(
    request: Request, policy: RetryPolicy, error: TransportError, attempt: int, body: Body
) -> _Failure:
    may_be_done = error.sent and request.method not in SAFE and _may_be_done(error.status)
    kind = AmbiguousWriteError if may_be_done and request.method not in IDEMPOTENT else ClientError
    failure = failure_of(kind, request, error, attempts=attempt, may_be_done=may_be_done)
    if _is_past(request.limits.end):
        failure.message = f"The deadline of {request.limits.deadline:g} s passed: {failure.message}"
    return _Failure(
        failure,
        error.transient and (not error.sent or policy.repeats(request.method)),
        type(error.cause).__name__,
        error.cause,
        not body.can_be_sent_again(sent=error.sent),
    )


def _with_status(
    request: Request, policy: RetryPolicy, response: Response, attempt: int, body: Body
) -> _Failure:
    status = response.status_code
    retry_after = retry_after_of(response)
    # A server that asks for a later retry has not processed the request.
    unprocessed = status == _TOO_MANY or (status == _UNAVAILABLE and retry_after is not None)
    may_be_done = not unprocessed and request.method not in SAFE and _may_be_done(status)
    error = error_of(
        _error_class(request.method, status, may_be_done),
        request,
        response,
        attempts=attempt,
        retry_after=retry_after,
        may_be_done=may_be_done,
    )
    return _Failure(
        error,
        status in policy.statuses
        and (unprocessed or policy.repeats(request.method))
        and (retry_after or 0.0) <= policy.max_retry_after,
        f"status {status}" + (f", request id {error.request_id}" if error.request_id else ""),
        is_spent=not body.can_be_sent_again(sent=True),
    )


def _may_be_done(status: int | None) -> bool:
    """Return whether the server may have done a write, by the response or its absence."""
    if status is None or status < _FIRST_ERROR:
        return True
    return status >= _FIRST_SERVER_ERROR and status not in _UNDONE


def _error_class(method: str, status: int, may_be_done: bool) -> type[ClientError]:
    if status == _NOT_FOUND:
        return NotFoundError
    return AmbiguousWriteError if may_be_done and method not in IDEMPOTENT else ClientError


def retry_after_of(response: Response) -> float | None:
    """Return ``Retry-After``, seconds or an HTTP date (RFC 9110, section 10.2.3), in seconds.

    A date is compared with the server's own ``Date``, so that a wrong clock does no harm.
    """
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d+(\.\d*)?", text):
        return min(float(text), _LONGEST)
    when = _http_date(text)
    if when is None:
        return None
    now = _http_date(response.headers.get("Date", "")) or datetime.now(UTC)
    return max((when - now).total_seconds(), 0.0)


def _http_date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - few responses have a date there

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _statuses(values: Iterable[Any]) -> frozenset[int]:
    if isinstance(values, str) or not all(isinstance(status, int) for status in values):
        raise TypeError("statuses must be a collection of ints like {429, 503}")
    return frozenset(values)
