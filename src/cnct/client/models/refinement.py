"""Refinement of sets: filtering, ordering, paging. Each step returns a new set; no I/O."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, TypeVar

from cnct.client._core.arguments import checked_bool, checked_int
from cnct.client.models.has_fields import HasFields
from cnct.client.models.query import Query, combined, signed_fields
from cnct.rql import R

RefinableT = TypeVar("RefinableT", bound="Refinable")
"""Instead of ``Self``, which jedi takes for `Refinable`: it would complete the steps alone."""


class Refinable(HasFields):
    """A query that can be refined; each step returns a new object."""

    _query: Query

    @abstractmethod
    def _with_query(self: RefinableT, query: Query) -> RefinableT:
        """Return a new object with another query and no rows.

        Callers look it up on the class, which is faster than on objects with ``__getattr__``.
        """

    @property
    def query(self) -> R:
        """The filter."""
        return self._query.where

    def all(self: RefinableT) -> RefinableT:
        """Return a copy that has read nothing yet."""
        return self._with_query(self._query)

    def filter(self: RefinableT, *args: str | R, **kwargs: Any) -> RefinableT:
        """Return the resources of this set that also match.

        Args:
            *args: RQL strings or R objects, combined with ``and``.
            **kwargs: Conditions as ``field__nested__op=value``, combined with ``and``.

        Raises:
            TypeError: If an argument is neither a string nor an R.
            RQLError: If a condition cannot be parsed or written.

        Examples:
            ``rs.filter(R().product.name.ilike("*saas*"), status__in=("active", "suspended"))``
        """
        query = self._query.copied()
        query.where &= combined(args, kwargs, self)
        return type(self)._with_query(self, query)

    def order_by(self: RefinableT, *fields: str) -> RefinableT:
        """Return the set ordered by these fields, after those of earlier calls.

        Args:
            *fields: Names, with ``-`` before them for descending.
        """
        query = self._query.copied()
        query.ordering += signed_fields(fields, "order_by")
        return type(self)._with_query(self, query)

    def select(self: RefinableT, *fields: str) -> RefinableT:
        """Return the set with hidden fields added, or fields removed.

        Args:
            *fields: Names of fields to add, with ``-`` before those to remove.
        """
        query = self._query.full()
        query.selection += signed_fields(fields, "select")
        return type(self)._with_query(self, query)

    def search(self: RefinableT, term: str) -> RefinableT:
        """Return the resources of this set that contain the words of ``term``.

        Raises:
            TypeError: If ``term`` is not a string.
        """
        query = self._query.full()
        query.search = _checked_term(term)
        return type(self)._with_query(self, query)

    def limit(self: RefinableT, limit: int) -> RefinableT:
        """Return the set with another number of rows fetched at once.

        Raises:
            TypeError: If ``limit`` is not an int.
            ValueError: If ``limit`` is less than 1.
        """
        query = self._query.copied()
        query.size = checked_int("limit", limit, 1)
        return type(self)._with_query(self, query)

    def concurrency(self: RefinableT, pages: int) -> RefinableT:
        """Return the set with another number of pages fetched at a time.

        The first page is fetched alone, for the total. From the moment that a second one is
        needed, ``pages`` calls run at a time while there are rows to fetch, and at most twice as
        many pages are in memory, however slow the consumer.

        Raises:
            TypeError: If ``pages`` is not an int.
            ValueError: If ``pages`` is less than 1.
        """
        query = self._query.copied()
        query.concurrency = checked_int("pages", pages, 1)
        return type(self)._with_query(self, query)

    def overlap(self: RefinableT, overlap: bool) -> RefinableT:
        """Return the set with or without pages that overlap by a row.

        Overlapping pages, the default, lose no row and repeat none while others insert and delete
        rows. With ``False``, pages follow each other by offset, for tests that mock exact URLs.

        Raises:
            TypeError: If ``overlap`` is not a bool.
        """
        query = self._query.copied()
        query.overlap = checked_bool("overlap", overlap)
        return type(self)._with_query(self, query)

    def configure(self: RefinableT, **kwargs: Any) -> RefinableT:
        """Return the set with keyword arguments for its calls; see `ConnectClient.execute`.

        Arguments of earlier calls stay unless passed again.
        """
        query = self._query.full()
        query.kwargs = {**query.kwargs, **kwargs}
        return type(self)._with_query(self, query)


def _checked_term(term: Any) -> str:
    if not isinstance(term, str):
        raise TypeError(f"term must be of type str, not {type(term).__name__}")
    return term


def _columns(key: object) -> str:
    """Return the remedy for ``rs[["id", "name"]]``, as pandas selects columns."""
    return ": write values_list('id', 'name') for some fields" if isinstance(key, list) else ""


def checked_index(key: Any) -> int:
    """Check an index.

    Raises:
        TypeError: If it is not an int.
        ValueError: If it is negative.
    """
    if isinstance(key, str):
        raise TypeError(
            f"An index of a set must be an int, not {key!r}: write values_list({key!r}) for a "
            f"field of all rows, or client.collection[{key!r}] for an id"
        )
    if not isinstance(key, int) or isinstance(key, bool):
        kind = type(key).__name__
        raise TypeError(f"An index of a set must be an int or a slice, not {kind}{_columns(key)}")
    if key < 0:
        raise ValueError(
            f"Negative indexes are not supported: {key}. Write order_by('-created')[0] for the "
            "last one, with a field of the rows"
        )
    return key


def bounds(key: slice) -> tuple[int, int | None]:
    """Return start and stop of a slice.

    Raises:
        TypeError: If a bound is not an int.
        ValueError: If a bound is negative, or there is a step.
    """
    if key.step is not None:
        raise ValueError(
            f"Slices with a step are not supported: {key.step}. Write [*rs[0:100]][::{key.step}]"
        )
    start = 0 if key.start is None else checked_index(key.start)
    return start, None if key.stop is None else checked_index(key.stop)
