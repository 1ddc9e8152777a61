"""Picks dotted fields of rows into flat dictionaries. No I/O."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, NoReturn

from cnct.openapi.shapes import is_record
from cnct.rql.answers import unseen

if TYPE_CHECKING:
    from cnct.client.models.picking import Picking


def flat(row: Any, fields: Iterable[str]) -> dict[str, Any]:
    """Return a flat dictionary of dotted fields; ``None`` where a part is missing."""
    return {field: _value(row, field) for field in fields}


def _no_attribute(self: object, name: str) -> NoReturn:
    if name[0] == "_":
        raise AttributeError(name)
    # With a name, the interpreter would append its own hint (bpo-38530).
    raise AttributeError(_sentence(self, name), name=None, obj=None)


def _count(self: list[Any], *values: Any) -> int:
    if not values:
        raise TypeError(_sentence(self, "count"))
    return list[Any].count(self, *values)


def _sentence(values: object, name: str) -> str:
    start = "values_list() returns a list" + ("" if isinstance(values, list) else ", to be awaited")
    remedy = {"count": "len(values), or count() of the set", "first": "values[0]"}.get(
        name, "the methods of the set before it"
    )
    first = "" if isinstance(values, list) else "values = await rs.values_list(...), then "
    return f"{start}, which has no {name}() of a set: write {first}{remedy}"


@unseen(__getattr__=_no_attribute, count=_count)
class FlatRows(list[dict[str, Any]]):
    """The list that ``values_list()`` returns; names of a set are answered."""

    __slots__ = ()


@unseen(__getattr__=_no_attribute)
class AsyncValues:
    """Flat rows of an asynchronous set: ``await`` them as a list, or read with ``async for``."""

    def __init__(
        self, rows: Callable[[], AsyncIterable[dict[str, Any]]], picking: Callable[[], Picking]
    ) -> None:
        self._rows = rows
        self._picking = picking

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """Yield a flat dictionary for each row."""
        picking = self._picking()
        async for row in self._rows():
            yield picking.of(row)
        picking.finish()

    def __await__(self) -> Generator[Any, None, list[dict[str, Any]]]:
        """Return all flat dictionaries in a list."""
        return self._listed().__await__()

    async def _listed(self) -> list[dict[str, Any]]:
        return FlatRows([row async for row in self])


def _value(row: Any, field: str) -> Any:
    for name in field.split("."):
        if not is_record(row):
            return None
        row = row.get(name)
    return row
