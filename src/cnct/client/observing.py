"""Hooks, limiter and counts of a client: their settings, and the calls to wrap. No I/O.

Calls are wrapped by `observation` only if there is something to observe.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from cnct.client._core.messages import Flow, Request, Response
from cnct.client._http.interception import interceptor_of
from cnct.client.counting import Counts

if TYPE_CHECKING:
    from cnct.client.hooks import ErrorEvent, Hook, RequestEvent, ResponseEvent, RetryEvent
    from cnct.client.limiter import Limiter
    from cnct.client.statistics import Stats

_HOOKS = ("on_request", "on_response", "on_retry", "on_error")


class Observable:
    """A client with hooks, a limiter and counts.

    Attributes:
        on_request: Receives a `RequestEvent` before each attempt.
        on_response: Receives a `ResponseEvent` after each response.
        on_retry: Receives a `RetryEvent` before the pause of each retry.
        on_error: Receives an `ErrorEvent` before the error of a call is raised.
        limiter: Limits the rate of calls.
    """

    on_request: Hook[RequestEvent] | None
    on_response: Hook[ResponseEvent] | None
    on_retry: Hook[RetryEvent] | None
    on_error: Hook[ErrorEvent] | None
    limiter: Limiter | None
    max_retries: int
    _library: str
    _counts: Counts

    @property
    def stats(self) -> Stats:
        """Counts of calls, retries, bytes and seconds waited, as they are now."""
        return self._counts.read()

    def _set_hooks(self, *hooks: Any) -> None:
        """Check and set the hooks, in the order of their names.

        Raises:
            TypeError: If a hook is not a function, or asynchronous in a synchronous client.
        """
        for name, hook in zip(_HOOKS, hooks, strict=True):
            setattr(self, name, _checked_hook(name, hook, is_async=self._library == "httpx2"))

    @abstractmethod
    def _template_of(self, url: str) -> str:
        """Return the path template of a URL."""

    @abstractmethod
    def _now(self) -> float:
        """Return the time in seconds."""

    def _observed(self, flow: Flow[Response], request: Request) -> Flow[Response]:
        """Return the flow of a call, wrapped if there is something to observe."""
        if not (
            self.max_retries
            or self.on_request
            or self.on_response
            or self.on_retry
            or self.on_error
            or self.limiter
        ):
            return flow
        limiter = self.limiter
        if limiter and interceptor_of(request.url) is not None:
            limiter = None  # tests with mocks need no pause, and the time does not move
        hooks = (self.on_request, self.on_response, self.on_retry, self.on_error)
        from cnct.client.observation import Observation, Observers  # noqa: PLC0415 - few need it

        observers = Observers(*hooks, limiter, self._counts, self._template_of, self._now)
        return Observation(request, observers).flow(flow)


def _checked_hook(name: str, hook: Any, *, is_async: bool) -> Any:
    """Return a hook after a check of its type.

    Raises:
        TypeError: If the hook is not callable, or asynchronous in a synchronous client.
    """
    if hook is None:
        return None
    if not callable(hook):
        raise TypeError(f"{name} must be a function of the event, not {type(hook).__name__}")
    from inspect import iscoroutinefunction  # noqa: PLC0415 - takes a while to import

    is_asynchronous = iscoroutinefunction(hook) or iscoroutinefunction(type(hook).__call__)
    if is_asynchronous and not is_async:
        raise TypeError(
            f"{name} must be a plain function in a ConnectClient: {hook!r} is asynchronous"
        )
    return hook


def checked_limiter(limiter: Any) -> Limiter | None:
    """Return a limiter, or ``None``.

    Raises:
        TypeError: If ``limiter`` is not a `Limiter`.
    """
    if limiter is None:
        return None
    from cnct.client.limiter import Limiter  # noqa: PLC0415 - few programs have one

    if not isinstance(limiter, Limiter):
        kind = type(limiter).__name__
        raise TypeError(f"limiter must be a Limiter like Limiter(per_second=10), not {kind}")
    return limiter
