"""Remembers the rows that were yielded, by hashes of 8 bytes each. No I/O.

Hashes have 64 bits: among 200,000 rows, two that differ share one with a probability of 10^-9.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable

_AVERAGE = 512  # hashes in a bucket: few enough to insert one, many enough to need little memory


class SeenRows:
    """Hashes of rows, appended during reading, and looked up after the list has moved.

    At rest the hashes are one array in the order of the list. The first look-up puts them into
    sorted
    buckets by their lowest bits, whose number doubles as they fill: neither the time nor the
    memory of a row grows with the list.
    """

    def __init__(self) -> None:
        self._log = array("q")
        self._buckets: list[array[int]] = []
        self._mask = 0  # the bits by which a bucket is chosen
        self._count = 0  # of the hashes in buckets

    def add(self, keys: Iterable[object]) -> None:
        """Add rows by their keys."""
        numbers = [*map(hash, keys)]
        if not self._buckets:
            self._log.fromlist(numbers)
            return
        for number in numbers:
            insort(self._buckets[number & self._mask], number)
        self._count += len(numbers)
        while self._count > _AVERAGE * len(self._buckets):
            self._double()

    def has(self, key: object) -> bool:
        """Return whether a row with this key was added."""
        if not self._buckets:
            self._sort()
        number = hash(key)
        bucket = self._buckets[number & self._mask]
        index = bisect_left(bucket, number)
        return index < len(bucket) and bucket[index] == number

    def has_repeats(self) -> bool:
        """Return whether a row was added twice."""
        if not self._buckets:
            self._sort()
        return any(len(set(bucket)) < len(bucket) for bucket in self._buckets)

    def _sort(self) -> None:
        """Put the hashes that are in the order of the list into buckets."""
        log, self._log = self._log, array("q")
        self._count = len(log)
        self._mask = mask = (1 << (self._count // _AVERAGE).bit_length()) - 1
        buckets = [array("q") for _ in range(mask + 1)]
        for number in log:
            buckets[number & mask].append(number)
        for index, bucket in enumerate(buckets):  # one by one: two copies would take twice the room
            buckets[index] = array("q", sorted(bucket))
        self._buckets = buckets

    def _double(self) -> None:
        """Split each bucket by the next bit."""
        bit = self._mask + 1
        for index in range(bit):
            bucket = self._buckets[index]
            self._buckets[index] = array("q", [number for number in bucket if not number & bit])
            self._buckets.append(array("q", [number for number in bucket if number & bit]))
        self._mask |= bit
