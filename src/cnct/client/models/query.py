"""The query of a set: filters, order, selection, search, window and page size. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cnct.client._core.paging import Window
from cnct.client.models.known_fields import KnownFields
from cnct.exceptions import RQLError
from cnct.rql.base import R, of_keywords
from cnct.rql.conditions import PAGING, refuse_paging
from cnct.rql.filters import filter_text, matches_nothing, parse_filter
from cnct.rql.foreign_operators import written_field
from cnct.rql.parser import is_field
from cnct.rql.patterns import search_term
from cnct.rql.url import to_wire

if TYPE_CHECKING:
    from cnct.client.models.has_fields import HasFields


_NO_KWARGS: Mapping[str, Any] = {}


class Query:
    """The part of a list call that users refine. Sets share it: only fresh copies are changed.

    Made by `first_query`, `copied` and `full`: building a set is measured
    (benchmarks/cases/queries.py), and a class with a constructor takes longer to call.

    Attributes:
        where: Filter.
        ordering: Fields, with ``-`` for descending order.
        size: Rows of a page.
        concurrency: Pages fetched at a time.
        overlap: Whether pages overlap by a row.
        selection: Fields to add, with ``-`` before those to remove.
        search: Term to search for.
        window: Range of rows.
        kwargs: Keyword arguments of the calls.
        dates: Whether moments in rows are datetimes.
        decoder: Decodes the pages; ``None`` for JSON.
    """

    __slots__ = ("_texts", "concurrency", "ordering", "overlap", "size", "where")

    where: R
    ordering: tuple[str, ...]
    size: int
    concurrency: int
    overlap: bool
    _texts: tuple[str, str] | None

    # Few sets change these, so that they are attributes of `FullQuery` alone.
    selection: tuple[str, ...] = ()
    search: str | None = None
    window: Window = Window()
    kwargs: Mapping[str, Any] = _NO_KWARGS
    dates: bool = False
    decoder: Callable[[bytes], Any] | None = None

    def copied(self) -> Query:
        """Return a copy, to be changed before others see it."""
        query = Query()
        query.where = self.where
        query.ordering = self.ordering
        query.size = self.size
        query.concurrency = self.concurrency
        query.overlap = self.overlap
        query._texts = None
        return query

    def full(self) -> FullQuery:
        """Return a copy, all parts of which can be changed before others see it."""
        query = FullQuery()
        query.where = self.where
        query.ordering = self.ordering
        query.size = self.size
        query.concurrency = self.concurrency
        query.overlap = self.overlap
        query._texts = None
        query.selection = self.selection
        query.search = self.search
        query.window = self.window
        query.kwargs = self.kwargs
        query.dates = self.dates
        query.decoder = self.decoder
        return query

    def replaced(self, name: str, value: Any) -> Query:
        """Return a query with one part replaced."""
        query = self.full()
        setattr(query, name, value)
        return query

    @property
    def empty(self) -> bool:
        """Whether no row can match, so that no call is needed."""
        return matches_nothing(self.where) or not self.window.covers(0)

    @property
    def text(self) -> str:
        """The RQL, without limit and offset."""
        return (self._texts or self._write())[0]

    def at(self, limit: int, offset: int) -> str:
        """Return the query string for some rows, ready for a URL."""
        return f"{(self._texts or self._write())[1]}limit={limit}&offset={offset}"

    def _write(self) -> tuple[str, str]:
        """Write the RQL and the beginning of the query string, once per query."""
        pieces = [filter_text(self.where)]
        pieces += [f"ordering({','.join(self.ordering)})"] if self.ordering else []
        pieces += [f"select({','.join(self.selection)})"] if self.selection else []
        pieces += [search_term(self.search)] if self.search is not None else []
        text = "&".join(piece for piece in pieces if piece)
        texts = self._texts = (text, f"{to_wire(text)}&" if text else "")
        return texts


class FullQuery(Query):
    """A query with parts that few sets have."""

    __slots__ = ("dates", "decoder", "kwargs", "search", "selection", "window")

    def copied(self) -> Query:
        """Return a copy, to be changed before others see it."""
        return self.full()


_EVERYTHING = R()


def first_query(
    where: R | None = None, size: int = 100, concurrency: int = 1, overlap: bool = True
) -> Query:
    """Return the query of a set before any refinement.

    Args:
        where: Filter, if any.
        size: Rows of a page.
        concurrency: Pages fetched at a time.
        overlap: Whether pages overlap by a row.
    """
    query = Query()
    query.where = _EVERYTHING if where is None else where
    query.ordering = ()
    query.size = size
    query.concurrency = concurrency
    query.overlap = overlap
    query._texts = None
    return query


def combined(args: Sequence[Any], kwargs: Mapping[str, Any], node: HasFields) -> R:
    """Combine the arguments of ``filter()`` with ``and``.

    Args:
        args: RQL strings and R objects.
        kwargs: Conditions as keywords.
        node: The node to filter. A field of its document may be named like an operator of another
            language.

    Raises:
        TypeError: If an argument is neither a string nor an R.
        RQLError: If a condition cannot be parsed or written.
    """
    if "limit" in kwargs or "offset" in kwargs:  # of PAGING; faster than isdisjoint
        _refuse_paging(kwargs, node)
    try:
        where = of_keywords(kwargs)
    except RQLError:
        fields = node._field_names()
        keywords = {
            f"{name}__eq" if name.replace("__", ".") in fields else name: value
            for name, value in kwargs.items()
        }
        if keywords == kwargs:
            raise
        where = of_keywords(keywords)
    return _with_args(args, where) if args else where


def _with_args(args: Sequence[Any], where: R) -> R:
    for arg in reversed(args):
        if isinstance(arg, str):
            where = parse_filter(arg) & where
        elif isinstance(arg, R | KnownFields):
            where = arg & where
        else:
            kind = "R itself" if arg is R else type(arg).__name__
            raise TypeError(
                f"filter() takes RQL strings and R objects, not {kind}{_filter_remedy(arg)}"
            )
    return where


def _refuse_paging(kwargs: Mapping[str, Any], node: HasFields) -> None:
    for name in PAGING:
        if name in kwargs and name not in node._field_names():
            refuse_paging(name)


def _filter_remedy(arg: Any) -> str:
    if isinstance(arg, bool):
        return (
            ": Python's ==, and, or, not build no conditions; write R().field.eq(value) and & | ~"
        )
    if isinstance(arg, Mapping):
        return ": write filter(**conditions)"
    if isinstance(arg, list | tuple):
        return ": write filter(*conditions)"
    if isinstance(getattr(arg, "__self__", None), R):
        field = written_field(str(arg.__self__._shown()))
        return f": write {field}.{arg.__name__}(value)"
    if callable(arg) and arg is not R:
        return ": for a function of the rows, write [row for row in rs if function(row)]"
    return ": write filter(field=value) or filter(R().field.eq(value))"


def signed_fields(fields: tuple[Any, ...], method: str) -> tuple[str, ...]:
    """Check the fields of ``order_by`` or ``select``: names, with or without a sign.

    A text with commas stands for several fields.

    Raises:
        TypeError: If a field is not a string.
        RQLError: If a field is not a field name.
    """
    try:
        return _checked_fields(fields, method)
    except TypeError:  # of an unhashable field
        return _checked_fields.__wrapped__(fields, method)


@lru_cache(maxsize=256)
def _checked_fields(fields: tuple[Any, ...], method: str) -> tuple[str, ...]:
    for name in fields:
        if not isinstance(name, str):
            raise TypeError(
                f"{method}() takes field names, not {type(name).__name__}: "
                f"write {method}('created', 'id')"
            )
    checked: list[str] = []
    for name in [name.strip() for text in fields for name in text.split(",")]:
        plain = name.removeprefix("+")
        if not is_field(plain.removeprefix("-")):
            raise RQLError(f"{name!r} is no field for {method}(): expected one like '-created'")
        checked.append(plain)
    return tuple(checked)
