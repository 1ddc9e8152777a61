"""Keys that recognise a row in a list that has moved: the id, if ids are unique. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any

from cnct.client._core.seen import SeenRows

Key = Callable[[Any], Hashable]


# Connect lists the versions of a product under the product's id. Where ids are missing, the whole
# row is the key.
_KEYS: tuple[Key, ...] = (itemgetter("id"), itemgetter("id", "version"), repr)
_WHOLE = len(_KEYS) - 1


class RowKeys:
    """Recognises the rows of one list that were already passed.

    Starts with ids. Where a page has rows without ids, or an id twice, the next better key is used
    from then on: id and version, or else the whole row.
    """

    def __init__(self) -> None:
        self._level = 0
        self._exact = True
        self._count = 0
        self._seen = SeenRows()
        self._page: list[Hashable] = []  # keys of the current page
        self._last: list[Hashable] = []  # keys of the previous page
        self._anchor: dict[int, Hashable] = {}  # keys of the page's last row, by level

    @property
    def exact(self) -> bool:
        """Whether a row keeps its key when its fields change."""
        return self._exact and self._level < _WHOLE

    def take_up(self, rows: Sequence[Any]) -> None:
        """Choose a key that distinguishes the rows of a page."""
        level = self._level
        self._page = self._keys(rows)
        if self._level > level:
            self._use_better_key()

    def add(self, indexes: Iterable[int]) -> None:
        """Remember rows of the page as passed."""
        keys = [self._page[index] for index in indexes]
        self._count += len(keys)
        self._seen.add(keys)

    def mark(self, row: Any) -> None:
        """Remember the last row of the page as the anchor, before the consumer may change it."""
        self._last = self._page
        # The whole row takes as long as ten other keys, and is of use only where ids repeat.
        whole = self._level > 0 or len(self._page) == 1
        keys = {level: _key(level, row) for level in range(self._level, _WHOLE + whole)}
        self._anchor = {level: key for level, key in keys.items() if key is not None}

    def is_anchor(self, row: Any) -> bool:
        """Return whether a row is the anchor."""
        level = self._level if self._level in self._anchor else max(self._anchor)
        return _key(level, row) == self._anchor[level]

    def passed(self, row: Any) -> bool:
        """Return whether a row was passed; rows with a weaker key are not recognised."""
        key = _key(self._level, row)
        return key is not None and self._seen.has(key)

    def is_new(self, index: int) -> bool:
        """Return whether a row of the page was not passed."""
        return not self._seen.has(self._page[index])

    def start_search(self, rows: Sequence[Any]) -> None:
        """Use whole rows from now on if ids turn out to have repeated on different pages."""
        if self._level < _WHOLE and self._seen.has_repeats():
            self._level = _WHOLE
            self.take_up(rows)

    def keeps_order(self) -> bool:
        """Return whether the page has rows of the previous page in the same order."""
        places = {key: index for index, key in enumerate(self._last)}
        order = [places[key] for key in self._page if key in places]
        return all(first < second for first, second in pairwise(order))

    def _use_better_key(self) -> None:
        """Remember the passed row by the better key, which is possible for a single row only."""
        if self._count == 1 and self._level in self._anchor:
            self._seen.add([self._anchor[self._level]])
        else:
            self._exact = self._count == 0

    def _keys(self, rows: Sequence[Any]) -> list[Hashable]:
        while self._level < _WHOLE:
            keys = _unique(_KEYS[self._level], rows)
            if keys is not None:
                return keys
            self._level += 1
        return [*map(repr, rows)]


def _key(level: int, row: Any) -> Hashable:
    """Return the key of a row, or ``None``."""
    keys = _unique(_KEYS[level], [row])
    return None if keys is None else keys[0]


def _unique(key: Key, rows: Sequence[Any]) -> list[Hashable] | None:
    """Return the keys of rows; ``None`` if a row has no key or two rows share one."""
    try:
        keys = [*map(key, rows)]
        distinct = set(keys)
    except (KeyError, TypeError, IndexError):
        return None
    return keys if len(distinct) == len(keys) and None not in distinct else None
