"""Cache of check results per document, dropped with the document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from cnct.openapi.specs import OpenAPISpecs

T = TypeVar("T")


class Memory(Generic[T]):
    """Caches results by document and key; a full cache of a document is emptied.

    Args:
        capacity: Number of results cached of one document.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._caches: WeakKeyDictionary[OpenAPISpecs, dict[tuple[str, str], T]] = (
            WeakKeyDictionary()
        )

    def of(self, specs: OpenAPISpecs, key: tuple[str, str], compute: Callable[[], T]) -> T:
        """Return the cached result, or compute and cache a missing one.

        Args:
            specs: The document.
            key: Identifies the result among those of the document.
            compute: Returns the result, which must not refer to the document.
        """
        results = self._caches.setdefault(specs, {})
        if key not in results:
            result = compute()
            if len(results) >= self._capacity:
                results = self._caches[specs] = {}
            results[key] = result
        return results[key]
