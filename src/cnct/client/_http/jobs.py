"""Runs related calls in threads, and aborts them together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from cnct.client._http.reading import Reading
from cnct.client._http.threads import working_for
from cnct.client._http.workers import Workers

T = TypeVar("T")


class Jobs:
    """Functions that run in up to ``width`` threads; the end of the block aborts their calls.

    Args:
        width: Largest number of threads.
        settings: Returns a function that copies the settings of this thread's session to another
            thread.
    """

    def __init__(self, width: int, settings: Callable[[], Callable[[], None]]) -> None:
        self._workers = Workers(width, daemon=True)
        self._reading = Reading(settings())

    def start(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Run a function in a thread."""
        return self._workers.submit(self._run, function, *args)

    def _run(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function. A method, so that a running thread keeps this object alive."""
        return working_for(self._reading, function, *args)

    def __enter__(self) -> Self:
        """Return the object itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Abort the calls."""
        self._workers.cancel()
        self._reading.end()

    def join(self) -> None:
        """Abort the calls of a closed client, and wait for the end of every thread.

        All futures get a `ClientError`, even those of functions that do not run yet.
        """
        self._reading.end(is_closed=True)
        self._workers.join()
