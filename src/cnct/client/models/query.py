"""The query of a set: filters, order, selection, search, window and page size. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from cnct.client._core.paging import Window
from cnct.exceptions import RQLError
from cnct.rql.base import R, filter_text, matches_nothing, parse_filter
from cnct.rql.parser import is_field
from cnct.rql.patterns import search_term
from cnct.rql.url import to_wire


class Query:
    """The part of a list call that users refine. Immutable: `replaced` returns a new one.

    Args:
        where: Filter.
        ordering: Fields, with ``-`` before those in descending order.
        selection: Fields to add, with ``-`` before those to remove.
        search: Term to search for.
        window: Range of rows.
        size: Rows of a page.
        concurrency: Pages fetched at a time.
        kwargs: Keyword arguments of the calls.
        overlap: Whether pages overlap by a row.
    """

    def __init__(
        self,
        where: R,
        ordering: tuple[str, ...] = (),
        selection: tuple[str, ...] = (),
        search: str | None = None,
        window: Window = Window(),  # noqa: B008 - a tuple
        size: int = 100,
        concurrency: int = 1,
        kwargs: Mapping[str, Any] | None = None,
        overlap: bool = True,
    ) -> None:
        self.where = where
        self.ordering = ordering
        self.selection = selection
        self.search = search
        self.window = window
        self.size = size
        self.concurrency = concurrency
        self.kwargs: Mapping[str, Any] = kwargs or {}
        self.overlap = overlap

    def replaced(self, **changes: Any) -> Query:
        """Return a query with some parts replaced."""
        return Query(**{**{name: getattr(self, name) for name in _PARTS}, **changes})

    @property
    def empty(self) -> bool:
        """Whether no row can match, so that no call is needed."""
        return matches_nothing(self.where) or not self.window.covers(0)

    @cached_property
    def text(self) -> str:
        """The RQL, without limit and offset."""
        pieces = [filter_text(self.where)]
        pieces += [f"ordering({','.join(self.ordering)})"] if self.ordering else []
        pieces += [f"select({','.join(self.selection)})"] if self.selection else []
        pieces += [search_term(self.search)] if self.search is not None else []
        return "&".join(piece for piece in pieces if piece)

    @cached_property
    def _prefix(self) -> str:
        return f"{to_wire(self.text)}&" if self.text else ""

    def at(self, limit: int, offset: int) -> str:
        """Return the query string for some rows, ready for a URL."""
        return f"{self._prefix}limit={limit}&offset={offset}"


_PARTS = (
    *("where", "ordering", "selection", "search"),
    *("window", "size", "concurrency", "kwargs", "overlap"),
)


def combined(args: Iterable[Any], kwargs: Mapping[str, Any]) -> R:
    """Combine the arguments of ``filter()`` with ``and``.

    Raises:
        TypeError: If an argument is neither a string nor an R.
        RQLError: If a condition cannot be read, or written.
    """
    where = R()
    for arg in args:
        if isinstance(arg, str):
            where &= parse_filter(arg)
        elif isinstance(arg, R):
            where &= arg
        else:
            raise TypeError(f"filter() takes RQL strings and R objects, not {type(arg).__name__}")
    return where & R(**kwargs)


def signed_fields(fields: Iterable[Any], method: str) -> tuple[str, ...]:
    """Check the fields of ``order_by`` or ``select``: names, with or without a sign.

    Raises:
        TypeError: If a field is not a string.
        RQLError: If a field is not a field name.
    """
    checked: list[str] = []
    for name in fields:
        if not isinstance(name, str):
            raise TypeError(f"{method}() takes field names, not {type(name).__name__}")
        plain = name.removeprefix("+")
        if not is_field(plain.removeprefix("-")):
            raise RQLError(f"{name!r} is no field for {method}(): expected one like '-created'")
        checked.append(plain)
    return tuple(checked)
