"""Remembers the rows that were yielded, by hashes of 8 bytes each. No I/O.

Hashes have 64 bits: among 200,000 rows, two that differ share one with a probability of 10^-9.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import pairwise

_SEGMENT = 1 << 14  # hashes that are sorted at once, which bounds the memory that sorting takes


class SeenRows:
    """Hashes of rows, appended while a list is read and looked up once the list has moved.

    At rest they are one array in the order of the list. The first look-up sorts them in segments;
    later ones are kept in a set until there are enough for another segment.
    """

    def __init__(self) -> None:
        self._log = array("q")
        self._segments: list[array[int]] = []
        self._recent: set[int] = set()

    def add(self, keys: Iterable[object]) -> None:
        """Add rows by their keys."""
        self._log.fromlist([*map(hash, keys)])

    def has(self, key: object) -> bool:
        """Return whether a row with this key was added."""
        if self._log:
            self._index()
        number = hash(key)
        return number in self._recent or any(_contains(part, number) for part in self._segments)

    def has_repeats(self) -> bool:
        """Return whether a row was added twice before the first look-up."""
        return any(first == second for first, second in pairwise(merge(*_sorted(self._log))))

    def _index(self) -> None:
        log, self._log = self._log, array("q")
        for part in _sorted(log):
            if len(part) == _SEGMENT:
                self._segments.append(part)
            else:
                self._recent.update(part)
        if len(self._recent) >= _SEGMENT:
            self._segments.append(array("q", sorted(self._recent)))
            self._recent.clear()


def _sorted(log: array[int]) -> Iterator[array[int]]:
    """Yield segments of hashes, each sorted."""
    for start in range(0, len(log), _SEGMENT):
        yield array("q", sorted(log[start : start + _SEGMENT]))


def _contains(segment: array[int], number: int) -> bool:
    index = bisect_left(segment, number)
    return index < len(segment) and segment[index] == number
