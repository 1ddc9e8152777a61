"""Counts the requests of a client. Safe to use from several threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from cnct.client._http.forks import renew_after_fork
from cnct.late import late_module

if TYPE_CHECKING:
    from cnct.client import statistics
    from cnct.client._core.messages import Receiver
    from cnct.client.statistics import Stats
else:  # few programs read the counts
    statistics = late_module("cnct.client.statistics")


def size_of(response: Any, receiver: Receiver | None = None) -> int:
    """Return the bytes of a body; 0 for a test's response without one.

    Args:
        response: The response.
        receiver: Has taken the body, unless that is in the response.
    """
    content = getattr(response, "content", b"")
    size = len(content) if isinstance(content, bytes) else 0
    return size or (receiver.received if receiver else 0)


class Counts:
    """The counts behind `Stats`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = self._retries = self._bytes = 0
        self._waited = 0.0
        renew_after_fork(self)

    def _renew(self) -> None:
        self._lock = threading.Lock()

    def add_call(self) -> None:
        """Count a request that is sent."""
        with self._lock:
            self._calls += 1

    def add_bytes(self, size: int) -> None:
        """Count the bytes of a body."""
        with self._lock:
            self._bytes += size

    def add_pause(self, seconds: float, *, is_retry: bool) -> None:
        """Count a pause, and the retry that follows it."""
        with self._lock:
            self._retries += is_retry
            self._waited += seconds

    def read(self) -> Stats:
        """Return the counts as they are now."""
        with self._lock:
            return statistics.Stats(self._calls, self._retries, self._bytes, self._waited)
