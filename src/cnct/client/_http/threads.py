"""Reads pages ahead of their consumer, in threads.

Pauses and requests are aborted when the consumer stops. The order of the pages is decided by
``_core.reader``.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any, Self, TypeVar

from cnct.client._core.paging import Page, Span, Unread
from cnct.client._core.reader import Reader
from cnct.client._http.forks import renew_after_fork
from cnct.client._http.reading import Reading, current_reading
from cnct.client._http.workers import Workers
from cnct.exceptions import ClientError

T = TypeVar("T")
Fetch = Callable[[Span], Unread]

CLOSED = (
    "The client was closed while others made calls with it: close it after the last of its "
    "readers has finished, and begin again"
)


def working_for(reading: Reading, function: Callable[..., T], *args: Any) -> T:
    """Call a function in a thread whose pauses and calls end with a reading.

    Raises:
        CancelledError: If the reading has ended.
        ClientError: If the client was closed.
    """
    current_reading.set(reading)
    try:
        reading.pause(0)
        reading.adopt()
        return function(*args)
    except (CancelledError, ClientError):
        if reading.is_closed:
            raise ClientError(CLOSED) from None
        raise


class Ahead:
    """Pages of a reader in order, fetched by ``width`` threads.

    After a page, a thread fetches the next at once, however slow the consumer, until there are
    twice as many unconsumed pages as threads.

    Args:
        reader: Plans the pages.
        width: Number of threads; 1 fetches in the consumer's own thread.
        settings: Returns a function that copies the settings of this thread's session to another
            thread.
    """

    def __init__(
        self, reader: Reader, width: int, settings: Callable[[], Callable[[], None]]
    ) -> None:
        self._reader = reader
        self._width = width
        self._settings = settings
        self._workers = Workers(width, daemon=True)
        self._reading: Reading | None = None
        renew_after_fork(self)

    def __enter__(self) -> Self:
        """Return the object itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def next_page(self, fetch: Fetch, read: Callable[[Unread], Page]) -> list[Any]:
        """Return the rows of the next page.

        Args:
            fetch: Fetches a page; in a thread if the width is above 1.
            read: Decodes a page, in the consumer's own thread. Neither function is kept: as methods
                of the set that holds this object, they would form a reference cycle, and rows would
                stay until a full garbage collection.

        Returns:
            New rows in order; none if the next rows are in another place.

        Raises:
            ClientError: If the page cannot be fetched. Calls for later pages are aborted.
        """
        while True:
            spans = self._reader.spans(2 * self._width if self._width > 1 else 1)
            first = spans[0]
            if len(spans) == 1 and not self._has(first):
                return self._reader.feed(read(fetch(first)), first)
            # All threads may be busy with later pages: then the consumer fetches the next one.
            is_alone = self._reading is not None and self._withdraw(first)
            reading = self._started(spans[is_alone:], fetch)
            try:
                page = read(fetch(first) if is_alone else reading.pages[first].result())
            except (CancelledError, ClientError):
                if reading.is_closed or not reading.has_ended:
                    self.close()
                    raise
                # Another consumer ended the reading: start again.
            except BaseException:
                self.close()
                raise
            else:
                reading.pages.pop(first, None)
                return self._reader.feed(page, first)

    def _has(self, span: Span) -> bool:
        return self._reading is not None and span in self._reading.pages

    def _withdraw(self, span: Span) -> bool:
        """Withdraw a page from the threads; return ``False`` if one has begun to fetch the page."""
        page = self._reading.pages.get(span) if self._reading else None
        return page is None or page.cancel()

    def _started(self, spans: list[Span], fetch: Fetch) -> Reading:
        """Return the reading, and submit the spans that are not being fetched."""
        reading = self._reading
        if reading is None or reading.has_ended:
            reading = self._reading = Reading(self._settings())
        dropped = [reading.pages.pop(span) for span in reading.pages.keys() - set(spans)]
        if [page for page in dropped if not (page.cancel() or page.done())]:
            # Calls for obsolete pages would occupy the threads until the server responds.
            reading.end()
            reading = self._reading = Reading(self._settings())
        for span in spans:
            if span not in reading.pages:
                reading.pages[span] = self._workers.submit(self._run, reading, fetch, span)
        return reading

    def _run(self, reading: Reading, fetch: Fetch, span: Span) -> Unread:
        """Fetch a page. A method, so that a running thread keeps this object alive."""
        return working_for(reading, fetch, span)

    def close(self) -> None:
        """Abort the running calls; their threads end."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.end()

    def join(self) -> None:
        """Abort the calls of a closed client, and wait for the end of every thread.

        The consumer, in another thread, gets a `ClientError`.
        """
        reading = self._reading
        if reading is not None:
            reading.end(is_closed=True)
        self._workers.join()

    def _renew(self) -> None:
        """Forget the threads of the parent process; pages are fetched again."""
        self._reading = None
