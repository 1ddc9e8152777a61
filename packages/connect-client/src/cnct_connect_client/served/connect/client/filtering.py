"""Filters of sets as programs of connect-openapi-client write them."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from connect.client.rql import R

from cnct.client.models.refinement import Refinable
from cnct.rql import R as NativeR

FilteringT = TypeVar("FilteringT", bound="Filtering")


class Filtering(Refinable):
    """A set whose filters as text are sent as written while they are alone."""

    def filter(self, *args: str | NativeR, **kwargs: Any) -> Self:
        """Return the resources of this set that also match.

        Args:
            *args: Filters as text, and R objects.
            **kwargs: Conditions as ``field__nested__op=value``.

        Raises:
            TypeError: If an argument is neither a string nor an R.
        """
        where: NativeR = self._query.where
        for arg in args:
            if not isinstance(arg, str | NativeR):
                raise TypeError(f"arguments must be string or R not {type(arg)}")
            where = _both(where, R(_expr=arg) if isinstance(arg, str) else arg)
        return self._with_query(self._query.replaced("where", _both(where, R(**kwargs))))

    def configure(self, **kwargs: Any) -> Self:
        """Return the set with these keyword arguments for its calls, in place of earlier ones."""
        return self._with_query(self._query.replaced("kwargs", kwargs))


def _both(left: NativeR, right: NativeR) -> NativeR:
    """Combine two filters; an empty one leaves the other as written."""
    if not right:
        return left
    return right if not left else R() & left & right
