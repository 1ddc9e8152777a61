"""``R`` as programs of connect-openapi-client expect it.

Differs from cnct's in two points: datetimes without a time zone and filters that are given as text
are sent as written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

from cnct.exceptions import RQLSyntaxError
from cnct.rql import base as _native
from cnct.rql.conditions import Condition


class RQLQuery(_native.RQLQuery):
    """A filter condition, or several of them combined.

    Args:
        _op: ``and`` or ``or`` to combine the ``_children``; ``expr`` for a single condition.
        _children: R objects to combine.
        _negated: Whether to negate the result.
        _expr: A condition as text, sent as written.
        **kwargs: Conditions as ``field__nested__op=value``, combined with ``and``.

    Raises:
        RQLError: If a field or a value cannot be written in RQL.
    """

    __slots__ = ()

    def __init__(
        self,
        *,
        _op: str = "expr",
        _children: Sequence[_native.RQLQuery] | None = None,
        _negated: bool = False,
        _expr: str | None = None,
        **kwargs: Any,
    ) -> None:
        conditions = {keyword: _as_written(value) for keyword, value in kwargs.items()}
        query = _native.RQLQuery(_op=_op, _children=_children, **conditions)
        if _expr:
            written = _of((_expr, f"not({_expr})", None))
            query = written & query if query else written
        _set_condition(self, (~query if _negated else query).__rql__())

    @classmethod
    def parse(cls, text: str) -> RQLQuery:
        """Return the R for RQL text, read by the server's grammar."""
        return _of(super().parse(text).__rql__())

    def __len__(self) -> int:
        """Return the number of conditions; 1 for a text that is no RQL."""
        try:
            return super().__len__()
        except RQLSyntaxError:
            return 1

    def __and__(self, other: _native.RQLQuery) -> RQLQuery:
        """Require both conditions."""
        return _of(super().__and__(other).__rql__())

    def __or__(self, other: _native.RQLQuery) -> RQLQuery:
        """Require one of the conditions."""
        return _of(super().__or__(other).__rql__())

    def __invert__(self) -> RQLQuery:
        """Negate the condition."""
        return _of(super().__invert__().__rql__())

    def n(self, name: str) -> RQLQuery:
        """Return a field by name, below the current one if there is one."""
        return Field(super().n(name)._shown())

    def __reduce__(self) -> tuple[Callable[..., RQLQuery], tuple[Any, ...]]:
        """Pickle the condition."""
        return _of, (self.__rql__(),)


def _operator(method: Callable[..., _native.RQLQuery]) -> Callable[..., RQLQuery]:
    """Return a method of fields that sends datetimes as written."""

    @wraps(method)
    def operator(self: Field, value: Any, *more: Any) -> RQLQuery:
        return _of(method(self, _as_written(value), *map(_as_written, more)).__rql__())

    return operator


class Field(RQLQuery, _native.FieldQuery):
    """A field without an operator: not yet a condition."""

    __slots__ = ()

    def __init__(self, path: str) -> None:
        _native.FieldQuery.__init__(self, path)

    eq = _operator(_native.RQLQuery.eq)
    ne = _operator(_native.RQLQuery.ne)
    lt = _operator(_native.RQLQuery.lt)
    le = _operator(_native.RQLQuery.le)
    gt = _operator(_native.RQLQuery.gt)
    ge = _operator(_native.RQLQuery.ge)
    like = _operator(_native.RQLQuery.like)
    ilike = _operator(_native.RQLQuery.ilike)
    in_ = _operator(_native.RQLQuery.in_)
    oneof = _operator(_native.RQLQuery.oneof)
    out = _operator(_native.RQLQuery.out)
    null = _operator(_native.RQLQuery.null)
    empty = _operator(_native.RQLQuery.empty)

    def __reduce__(self) -> tuple[Callable[..., RQLQuery], tuple[Any, ...]]:
        return Field, (self._shown(),)


R = RQLQuery

_set_condition: Callable[[_native.RQLQuery, Condition], None] = _native.RQLQuery.__dict__[
    "_condition"
].__set__


def _of(condition: Condition) -> RQLQuery:
    query = RQLQuery.__new__(RQLQuery)
    _set_condition(query, condition)
    return query


def _as_written(value: Any) -> Any:
    """Return a datetime without a time zone as text, which the server takes as UTC."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_as_written(item) for item in value]
    return value
