"""Keys that recognise a row when a list has moved: its id, if ids are unique. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from cnct.client._core.seen import SeenRows

Key = Callable[[Any], Hashable]


def _id(row: Any) -> Hashable:
    key: Hashable = row["id"]
    return key


def _id_and_version(row: Any) -> Hashable:
    """Return the key of a version: Connect lists versions of a product under the product's id."""
    return row["id"], row["version"]


_BETTER: tuple[Key, ...] = (_id, _id_and_version, repr)  # where ids are missing, the whole row


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
        return _BETTER[self._level] is not repr

    def add(self, rows: Sequence[Any]) -> None:
        """Remember rows as passed."""
        keys = self._keys(rows)
        self._used[_BETTER[self._level]] = None
        self._seen.add(keys)

    def same(self, row: Any, other: Any) -> bool:
        """Return whether two rows are the same resource."""
        first, second = self._keys([row]), self._keys([other])
        return first == second

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
        while self._level < len(_BETTER) - 1:
            keys = _unique(_BETTER[self._level], rows)
            if keys is not None:
                return keys
            self._level += 1
        return [repr(row) for row in rows]


def _unique(key: Key, rows: Sequence[Any]) -> list[Hashable] | None:
    """Return the keys of rows; ``None`` if a row has none or two rows have the same."""
    try:
        keys = [key(row) for row in rows]
        distinct = set(keys)
    except (KeyError, TypeError, IndexError):
        return None
    return keys if len(distinct) == len(keys) and None not in distinct else None
