"""Keeps the last response of each thread or task for `BaseClient.response`. No I/O.

A ``ContextVar`` per client would keep every client's last body for ever, since contexts never drop
a variable. Here one variable holds small keys, and the client holds the responses.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import ref

from cnct.late import late_module

if TYPE_CHECKING:
    from cnct.client._http import failures
else:  # only errors need it
    failures = late_module("cnct.client._http.failures")

T = TypeVar("T")


class _Key:
    """Identifies the last call of a client in a context; freed with the last such context."""

    __slots__ = ("__weakref__",)


class _Slot(Generic[T]):
    """The response of a call.

    Attributes:
        response: The response, ``None`` until there is one.
        scope: The event loop of the call, ``None`` in the synchronous client.
        is_busy: Whether the call is running.
        is_dropped: Whether the response must not be kept after the call.
    """

    __slots__ = ("is_busy", "is_dropped", "response", "scope")

    def __init__(self, response: T | None, scope: object, *, is_busy: bool) -> None:
        self.response = response
        self.scope = scope
        self.is_busy = is_busy
        self.is_dropped = False


class _Answered:
    """Ignores an error of the HTTP library that was raised after a response was set.

    Overrides of `_execute_http_call` end in ``response.raise_for_status()``; the response is used.

    Args:
        response: Returns the response of the call, ``None`` if there is none.
    """

    def __init__(self, response: Callable[[], object]) -> None:
        self._response = response

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        return error is not None and self._response() is not None and failures.is_of_library(error)


class LastResponses(Generic[T]):
    """The last response of each context (thread or task) in which a client was used.

    Args:
        scope: Returns the scope of `drop`: the running event loop, or a constant for all threads.
    """

    def __init__(self, scope: Callable[[], object]) -> None:
        self._scope = scope
        self._slots: dict[ref[_Key], _Slot[T]] = {}

    @contextmanager
    def of_call(self) -> Generator[None]:
        """Forget the last response of this context, and start the slot of a new call."""
        slot = _Slot[T](None, self._scope(), is_busy=True)
        self._add(slot)
        try:
            yield
        finally:
            slot.is_busy = False
            if slot.is_dropped:
                slot.response = None

    def answered(self) -> _Answered:
        """Return a context that ignores an error of the HTTP library after a response was set."""
        return _Answered(self.get)

    def get(self) -> T | None:
        """Return the last response of this context."""
        slot = self._slot()
        return None if slot is None else slot.response

    def set(self, response: T | None) -> None:
        """Set the response of this context's call, or of a context without a call."""
        slot = self._slot()
        if slot is not None and slot.is_busy:
            slot.response = response
        else:
            self._add(_Slot(response, self._scope(), is_busy=False))

    def drop(self) -> None:
        """Drop the responses of the scope.

        A call in another thread or task still gets its response.
        """
        scope = self._scope()
        for slot in list(self._slots.values()):
            if slot.scope is scope:
                # In this order, since of_call(), in reverse order, may run at the same time.
                slot.is_dropped = True
                if not slot.is_busy:
                    slot.response = None

    def _slot(self) -> _Slot[T] | None:
        key = _keys.get().get(ref(self))
        return None if key is None else self._slots.get(ref(key))

    def _add(self, slot: _Slot[T]) -> None:
        key = _Key()
        owner: ref[LastResponses[Any]] = ref(self)

        def forget(reference: ref[_Key]) -> object:
            responses = owner()  # a closure over self would be a reference cycle
            return responses and responses._slots.pop(reference, None)

        self._slots[ref(key, forget)] = slot
        others = {other: old for other, old in _keys.get().items() if other() is not None}
        _keys.set({**others, owner: key})


_keys: ContextVar[Mapping[ref[LastResponses[Any]], _Key]] = ContextVar("cnct_keys", default={})  # noqa: B039 - replaced, never changed
