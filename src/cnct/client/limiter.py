"""Limits the rate of calls, and adapts to the server. Computes pauses; the drivers make them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from math import inf, isfinite
from typing import Any

from cnct.client._core.messages import Pause
from cnct.client._http.forks import renew_after_fork

_SLOWER = 0.5  # factor of the rate after a response that asks for fewer calls
_LEAST = 1 / 64  # of the limit
_SECONDS_TO_RECOVER = 60.0  # from nothing to the limit
_LONGEST_HOLD = 120.0  # seconds that a Retry-After holds up all calls


class Limiter:
    """Limits the calls per second of one client, or of several that share the limiter.

    Calls are spread evenly: after a pause, one is sent at once, and the next follow at intervals.
    Retries and redirects count as calls. Safe to use from any threads and event loops.

    A response 429 or 503 halves the rate, and its ``Retry-After``, up to 120 seconds, holds up all
    calls. Then the rate grows back to the limit, from half of it in 30 seconds.

    Args:
        per_second: Largest number of calls a second, such as 10, or 0.5 for one in two seconds.

    Raises:
        TypeError: If ``per_second`` is not a number.
        ValueError: If ``per_second`` is not above 0 and finite.

    Examples:
        ``ConnectClient(api_key, limiter=Limiter(per_second=10))``
    """

    def __init__(self, per_second: float) -> None:
        self._limit = _checked_rate(per_second)
        self._rate = self._limit  # at the time of the last change
        self._changed_at = -inf
        self._next = -inf  # the time of the next call
        self._held_until = -inf
        self._generation = 0  # of the schedule; a new one has new times for all
        self._lock = threading.Lock()
        renew_after_fork(self)

    def _renew(self) -> None:
        self._lock = threading.Lock()

    @property
    def per_second(self) -> float:
        """The limit, in calls a second."""
        return self._limit

    def __repr__(self) -> str:
        """Return the constructor call."""
        return f"Limiter(per_second={self._limit:g})"

    def __reduce__(self) -> tuple[type[Limiter], tuple[float]]:
        """Pickle the limit; another process starts with new counts."""
        return Limiter, (self._limit,)

    def _admit(self, now: Callable[[], float], longest: float) -> Generator[Pause, Any, bool]:
        """Pause until a call may be sent, and return whether that is in time.

        Args:
            now: Returns the time in seconds.
            longest: Seconds that the call can wait.
        """
        start = moment = now()
        while True:
            with self._lock:
                due, generation = max(self._next, moment), self._generation
                if due - start > longest:
                    return False
                self._next = due + 1 / self._rate_at(moment)
            if due > moment:
                yield Pause(due - moment)
            if generation == self._generation:
                return True
            moment = now()

    def _slow_down(self, now: float, sent_at: float, retry_after: float | None) -> None:
        """Reduce the rate after a response that asks for fewer calls.

        Args:
            now: The time in seconds.
            sent_at: Time of the request. Requests sent before the last change of the rate cause no
                further change.
            retry_after: Seconds to hold up all calls.
        """
        with self._lock:
            if sent_at >= self._changed_at:
                self._rate = max(self._rate_at(now) * _SLOWER, self._limit * _LEAST)
                self._changed_at = now
            self._held_until = max(self._held_until, now + min(retry_after or 0.0, _LONGEST_HOLD))
            self._next = max(self._held_until, now + 1 / self._rate)
            self._generation += 1  # waiting calls get new times

    def _rate_at(self, now: float) -> float:
        grown = self._limit * (now - self._changed_at) / _SECONDS_TO_RECOVER
        return min(self._limit, self._rate + grown)


def _checked_rate(per_second: Any) -> float:
    if not isinstance(per_second, int | float) or isinstance(per_second, bool):
        raise TypeError(f"per_second must be a number, not {type(per_second).__name__}")
    if not per_second > 0 or not isfinite(per_second):
        raise ValueError(f"per_second must be above 0 and finite, not {per_second}")
    return float(per_second)
