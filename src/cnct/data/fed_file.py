"""Base of formats whose libraries pull rows from an iterator, while pages are pushed to writers.

The library runs in a thread of its own; at most one item waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Generic, TypeVar

from cnct.data.row_file import RowFile
from cnct.exceptions import ExportError

T = TypeVar("T")

_NOTHING: Any = object()
_END: Any = object()


class _AbortedError(Exception):
    """Ends the library's loop; never leaves the thread."""


class Feed(Generic[T]):
    """Passes items to a function that iterates over them.

    Args:
        consume: Function that reads an iterator to its end. Runs in a thread.
    """

    def __init__(self, consume: Callable[[Iterator[T]], object]) -> None:
        self._consume = consume
        self._item: Any = _NOTHING
        self._is_aborted = False
        self._has_ended = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="cnct-export", daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Pass an item on, as soon as the one before was taken.

        Raises:
            OSError: If the function has failed by one.
            ExportError: If the library has failed otherwise.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._item is _NOTHING or self._has_ended)
            self._item = item
            self._changed.notify_all()
        if self._has_ended:
            self._join()

    def finish(self) -> None:
        """Wait until the function has read all items and returned.

        Raises:
            OSError: If the function has failed by one.
            ExportError: If the library has failed otherwise.
        """
        self.put(_END)
        self._join()

    def abort(self) -> None:
        """End the function by an error in the iterator. Safe to call at any time."""
        with self._changed:
            self._is_aborted = True
            self._changed.notify_all()
        self._thread.join()

    def _join(self) -> None:
        self._thread.join()
        if isinstance(self._error, OSError | ExportError):
            raise self._error
        if self._error is not None:
            raise ExportError(
                f"The library failed: {self._error}; it needs room for the file, and perhaps in the"
                " folder of temporary files (TMPDIR)"
            ) from self._error

    def _run(self) -> None:
        try:
            self._consume(self._items())
        except BaseException as error:  # noqa: BLE001 - Rust panics are no Exception; raised by put
            self._error = error
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def _items(self) -> Iterator[T]:
        while (item := self._taken()) is not _END:
            yield item

    def _taken(self) -> Any:
        with self._changed:
            self._changed.wait_for(lambda: self._item is not _NOTHING or self._is_aborted)
            if self._is_aborted:
                raise _AbortedError
            item, self._item = self._item, _NOTHING
            self._changed.notify_all()
            return item


class FedFile(RowFile):
    """A format whose library runs in a thread between `_feed` and `finish` or `abort`."""

    _fed: Feed[Any]

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()

    def _feed(self, consume: Callable[[Iterator[Any]], object]) -> None:
        """Start the library."""
        self._fed = Feed(consume)
        self._open.callback(self._fed.abort)

    def finish(self) -> None:
        """Wait until the library has written the file."""
        self._fed.finish()

    def abort(self) -> None:
        """End the library."""
        self._open.close()
