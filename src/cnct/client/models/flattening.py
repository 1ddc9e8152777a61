"""Picks fields out of rows."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Generator, Iterable
from typing import Any, TypeGuard


def flat(row: Any, fields: Iterable[str]) -> dict[str, Any]:
    """Return a flat dictionary of dotted fields; ``None`` where a part is missing."""
    return {field: _value(row, field) for field in fields}


class AsyncValues:
    """Flat rows of an asynchronous set: ``await`` them as a list, or read with ``async for``."""

    def __init__(self, rows: AsyncIterable[Any], fields: tuple[str, ...]) -> None:
        """Read nothing yet."""
        self._rows = rows
        self._fields = fields

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """Yield a flat dictionary for each row."""
        async for row in self._rows:
            yield flat(row, self._fields)

    def __await__(self) -> Generator[Any, None, list[dict[str, Any]]]:
        """Return them all in a list."""
        return self._listed().__await__()

    async def _listed(self) -> list[dict[str, Any]]:
        return [row async for row in self]


def _value(row: Any, field: str) -> Any:
    for name in field.split("."):
        if not _is_object(row):
            return None
        row = row.get(name)
    return row


def _is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)
