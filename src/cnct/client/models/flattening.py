"""Picks dotted fields of rows into flat dictionaries. No I/O."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Generator, Iterable
from typing import Any

from cnct.openapi.shapes import is_record


def flat(row: Any, fields: Iterable[str]) -> dict[str, Any]:
    """Return a flat dictionary of dotted fields; ``None`` where a part is missing."""
    return {field: _value(row, field) for field in fields}


class AsyncValues:
    """Flat rows of an asynchronous set: ``await`` them as a list, or read with ``async for``."""

    def __init__(self, rows: AsyncIterable[Any], fields: tuple[str, ...]) -> None:
        self._rows = rows
        self._fields = fields

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """Yield a flat dictionary for each row."""
        async for row in self._rows:
            yield flat(row, self._fields)

    def __await__(self) -> Generator[Any, None, list[dict[str, Any]]]:
        """Return all of them in a list."""
        return self._listed().__await__()

    async def _listed(self) -> list[dict[str, Any]]:
        return [row async for row in self]


def _value(row: Any, field: str) -> Any:
    for name in field.split("."):
        if not is_record(row):
            return None
        row = row.get(name)
    return row
