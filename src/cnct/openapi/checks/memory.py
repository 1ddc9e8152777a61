"""What has been found out about a document, for as long as somebody holds the document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from cnct.openapi.specs import OpenAPISpecs

T = TypeVar("T")


class Memory(Generic[T]):
    """Keeps findings by document and key, and starts anew when there are too many of a document.

    Args:
        most: Findings kept of one document.
    """

    def __init__(self, most: int) -> None:
        """Start without findings."""
        self._most = most
        self._found: WeakKeyDictionary[OpenAPISpecs, dict[tuple[str, str], T]] = WeakKeyDictionary()

    def of(self, specs: OpenAPISpecs, key: tuple[str, str], find: Callable[[], T]) -> T:
        """Return the finding, which must not hold the document; find it out if it is new."""
        found = self._found.setdefault(specs, {})
        if key not in found:
            finding = find()
            if len(found) >= self._most:
                found = self._found[specs] = {}
            found[key] = finding
        return found[key]
