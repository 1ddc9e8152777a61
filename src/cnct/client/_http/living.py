"""A set of weak references, safe to use from any thread. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar
from weakref import ref

T = TypeVar("T")


class Living(Generic[T]):
    """A set of objects that does not keep them alive.

    Unlike ``weakref.WeakSet``, one thread may add while another iterates: each step on the set of
    references is atomic. The objects must compare by identity.
    """

    def __init__(self) -> None:
        self._references: set[ref[T]] = set()

    def add(self, item: T) -> None:
        """Add an object, for as long as it lives."""
        self._references.add(ref(item, self._references.discard))

    def __iter__(self) -> Iterator[T]:
        """Yield the objects that are alive when iteration starts."""
        items = [reference() for reference in list(self._references)]
        return (item for item in items if item is not None)
