"""Wraps the flow of a call with the client's hooks, limiter and counts. No I/O.

The drivers call the hooks outside of attempts, so that errors of hooks reach the caller unchanged
and never count as a failed request.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from cnct.client._core.messages import (
    Flow,
    Message,
    Request,
    Response,
    TransportError,
    UserCall,
)
from cnct.client._core.retry import retry_after_of
from cnct.client._core.secret import SECRET_HEADERS
from cnct.client.counting import Counts, size_of
from cnct.exceptions import ClientError
from cnct.text import MASK, clean

if TYPE_CHECKING:
    from cnct.client.hooks import ErrorEvent, Hook, RequestEvent, ResponseEvent, RetryEvent
    from cnct.client.limiter import Limiter

_SLOW_DOWN = (429, 503)


class Observers(NamedTuple):
    """The hooks, the limiter and the counts of a client.

    Attributes:
        on_request: Hook before each attempt.
        on_response: Hook after each response.
        on_retry: Hook before each pause of a retry.
        on_error: Hook before an error is raised.
        limiter: Limits the rate.
        counts: Counts pauses.
        template: Returns the template of a URL's path in the document.
        now: Returns the time in seconds, for the limiter.
    """

    on_request: Hook[RequestEvent] | None
    on_response: Hook[ResponseEvent] | None
    on_retry: Hook[RetryEvent] | None
    on_error: Hook[ErrorEvent] | None
    limiter: Limiter | None
    counts: Counts
    template: Callable[[str], str]
    now: Callable[[], float]


class Observation:
    """The observation of one call.

    Args:
        request: The first request of the call.
        observers: The hooks, the limiter and the counts of the client.
    """

    def __init__(self, request: Request, observers: Observers) -> None:
        self._observers = observers
        self._start = time.perf_counter()
        self._request = request
        self._attempt = 0
        self._template: str | None = None

    def flow(self, flow: Flow[Response]) -> Flow[Response]:
        """Run a flow with the pauses of the limiter and the calls of the hooks added."""
        observers = self._observers
        step: Callable[[], Message] = partial(next, flow)
        with closing(flow):
            try:
                while True:
                    try:
                        message = step()
                    except StopIteration as stop:
                        response: Response = stop.value
                        return response
                    if isinstance(message, Request):
                        step = yield from self._attempted(flow, message)
                    else:
                        yield from self._retried(message)
                        step = partial(next, flow)
            except ClientError as error:
                if observers.on_error:
                    seconds = time.perf_counter() - self._start
                    yield self._told(observers.on_error, "ErrorEvent", error, seconds)
                raise

    def _retried(self, pause: Any) -> Generator[Message, Response, None]:
        """Pause before a retry."""
        self._observers.counts.add_pause(pause.seconds, is_retry=True)
        on_retry = self._observers.on_retry
        if on_retry:
            yield self._told(on_retry, "RetryEvent", pause.seconds, clean(pause.reason))
        yield pause

    def _attempted(
        self, flow: Flow[Response], request: Request
    ) -> Generator[Message, Response, Callable[[], Message]]:
        """Make an attempt, and return the next step of the flow."""
        observers = self._observers
        limiter = observers.limiter
        if limiter:
            error = yield from self._admitted(limiter, request)
            if error:
                return partial(flow.throw, error)
        self._attempt = 1 if request.url != self._request.url else self._attempt + 1
        self._request = request
        if observers.on_request:
            headers = _shown(request, request.kwargs.get("headers") or {})
            yield self._told(observers.on_request, "RequestEvent", headers)
        sent_at = observers.now() if limiter else 0.0
        start = time.perf_counter()
        try:
            response = yield request
        except TransportError as error:
            return partial(flow.throw, error)
        if limiter and response.status_code in _SLOW_DOWN:
            limiter._slow_down(observers.now(), sent_at, retry_after_of(response))
        if observers.on_response:
            status, headers = response.status_code, _shown(request, response.headers)
            size = size_of(response, request.limits.receiver)
            details = (status, headers, time.perf_counter() - start, size)
            yield self._told(observers.on_response, "ResponseEvent", *details)
        return partial(flow.send, response)

    def _admitted(
        self, limiter: Limiter, request: Request
    ) -> Generator[Message, Response, TransportError | None]:
        """Wait for the limiter; return an error if the wait would exceed the deadline."""
        end = request.limits.end
        longest = inf if end is None else end - time.monotonic()
        flow = limiter._admit(self._observers.now, longest)
        with closing(flow):
            while True:
                try:
                    pause = next(flow)
                except StopIteration as stop:
                    is_in_time: bool = stop.value
                    break
                self._observers.counts.add_pause(pause.seconds, is_retry=False)
                yield pause
        if is_in_time:
            return None
        cause = TimeoutError("the limiter lets the call go after its deadline")
        return TransportError(cause, sent=False, transient=False)

    def _told(self, hook: Hook[Any], event: str, *details: Any) -> UserCall:
        """Return the call of a hook with an event of the named class."""
        from cnct.client import hooks  # noqa: PLC0415 - dataclasses take a while to import

        if self._template is None:
            self._template = self._observers.template(self._request.url)
        request = self._request
        call = (request.method, request.shown_url, self._template, self._attempt)
        return UserCall(hook, getattr(hooks, event)(*call, *details))


def _shown(request: Request, headers: Mapping[str, Any]) -> dict[str, str]:
    """Return headers with secrets masked and names in lower case, as in httpx2."""
    masked: dict[str, str] = {}
    for name, value in headers.items():
        is_secret = name.lower() in SECRET_HEADERS
        masked[clean(name.lower())] = MASK if is_secret else clean(request.masked(str(value)))
    return masked
