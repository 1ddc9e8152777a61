"""The current attempt of a thread or task: limits and progress. No I/O."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self, TypedDict

from cnct.client._core.messages import Limits, Response, TransportError
from cnct.client._http.interception import Recorder, WireRequest

if TYPE_CHECKING:

    class Received(TypedDict):
        """The part of an incomplete response that an error keeps; see `TransportError`."""

        status: int | None
        headers: Mapping[str, str] | None


class Exchange:
    """One attempt: the progress of a request and its response.

    Args:
        limits: Limits of the call.

    Attributes:
        sent: Whether any byte of the request may have reached the server.
        status: Status of the response, once its headers are complete.
        headers: The headers.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.sent = False
        self.status: int | None = None
        self.headers: Mapping[str, str] | None = None
        self._token: Any = None

    def __enter__(self) -> Self:
        """Make this the current attempt."""
        self._token = _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the previous attempt."""
        _current.reset(self._token)

    def record(self, recorder: Recorder, request: WireRequest) -> None:
        """Record the request for a test."""
        self.limits = self.limits.but(tape=recorder.begin(request))

    def end(self, outcome: Response | TransportError) -> None:
        """Record the outcome if the request was recorded."""
        if self.limits.tape is not None:
            self.limits.tape.end(outcome)

    @property
    def received(self) -> Received:
        """The part of the response that an error keeps."""
        return {"status": self.status, "headers": self.headers}

    def left(self, timeout: float | None) -> float | None:
        """Return a timeout, shortened to the time until the deadline.

        Raises:
            TimeoutError: If the deadline has passed.
        """
        if self.limits.end is None:
            return timeout
        left = self.limits.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("The deadline passed")
        return left if timeout is None else min(timeout, left)


_current: ContextVar[Exchange | None] = ContextVar("_current", default=None)


def current_exchange() -> Exchange:
    """Return the attempt of this thread or task, by default one without limits."""
    return _current.get() or Exchange(Limits(max_answer=None))


def is_exchanging() -> bool:
    """Return whether this thread or task makes an attempt."""
    return _current.get() is not None
