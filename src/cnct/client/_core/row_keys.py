"""Keys that recognise a row when a list has moved: its id, if ids are unique. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from operator import itemgetter
from typing import Any

from cnct.client._core.seen import SeenRows

Key = Callable[[Any], Hashable]


# Connect lists the versions of a product under the product's id. Where ids are missing, the whole
# row is the key.
_KEYS: tuple[Key, ...] = (itemgetter("id"), itemgetter("id", "version"), repr)


class RowKeys:
    """Recognises the rows of one list that were passed already.

    Starts with ids. Where a page has rows without ids, or an id twice, the next better key is used
    from then on: id and version, or else the whole row.
    """

    def __init__(self) -> None:
        self._level = 0
        self._used: dict[Key, None] = {}
        self._seen = SeenRows()

    @property
    def exact(self) -> bool:
        """Whether a row keeps its key when its fields change."""
        return _KEYS[self._level] is not repr

    def add(self, rows: Sequence[Any]) -> None:
        """Remember rows as passed."""
        keys = self._keys(rows)
        self._used[_KEYS[self._level]] = None
        self._seen.add(keys)

    def same(self, row: Any, other: Any) -> bool:
        """Return whether two rows are the same resource."""
        return self._keys([row]) == self._keys([other])

    def passed(self, row: Any) -> bool:
        """Return whether a row was passed, by any of the keys that were used."""
        return any(self._seen.has(key) for key in self._all_keys(row))

    def _all_keys(self, row: Any) -> list[Hashable]:
        keys: list[Hashable] = []
        for key in self._used:
            try:
                keys.append(key(row))
            except (KeyError, TypeError):  # a row without an id, after rows with one
                continue
        return keys

    def _keys(self, rows: Sequence[Any]) -> list[Hashable]:
        while self._level < len(_KEYS) - 1:
            keys = _unique(_KEYS[self._level], rows)
            if keys is not None:
                return keys
            self._level += 1
        return [*map(repr, rows)]


def _unique(key: Key, rows: Sequence[Any]) -> list[Hashable] | None:
    """Return the keys of rows; ``None`` if a row has none or two rows have the same."""
    try:
        keys = [*map(key, rows)]
        distinct = set(keys)
    except (KeyError, TypeError, IndexError):
        return None
    return keys if len(distinct) == len(keys) and None not in distinct else None
