"""``R``: RQL conditions built in Python, combined with ``& | ~``.

Immutable. Knows no client and no field names of the API; values become literals (``literals``) as
soon as they are given, so that bad ones are refused where they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, ClassVar, NoReturn

from cnct.exceptions import RQLError
from cnct.rql.conditions import (
    AND,
    NONE,
    OPERATORS,
    OR,
    Condition,
    checked_field,
    joined,
    keyword_parts,
    negated,
    read,
    read_filter,
)
from cnct.rql.parser import parse
from cnct.rql.printer import operands_of


class RQLQuery:
    """A condition, or several combined, of a query; ``R`` for short.

    Written as keywords, ``R(status="draft", product__name__ilike="*saas*")``, or as a path,
    ``R().product.name.ilike("*saas*")``; combined with ``&``, ``|`` and ``~``; its ``str()`` is
    the RQL. ``R()`` is no condition at all: combined with others it leaves them as they are.

    Args:
        _op: ``expr`` for a single condition, or ``and``/``or`` of the ``_children``.
        _children: R objects to combine.
        _negated: Whether the whole is negated.
        _expr: A condition as RQL text.
        **kwargs: Conditions as ``field__nested__op=value``, combined with ``and``; without an
            operator, ``eq``.

    Raises:
        RQLError: If a field or a value cannot be written in RQL.
    """

    __slots__ = ("_condition",)

    # What ``_op`` may be.
    AND: ClassVar = "and"
    OR: ClassVar = "or"
    EXPR: ClassVar = "expr"

    _condition: Condition

    def __init__(
        self,
        *,
        _op: str = "expr",
        _children: Sequence[RQLQuery] | None = None,
        _negated: bool = False,
        _expr: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Combine everything given with ``and`` (the children with ``_op``)."""
        if _op not in ("expr", "and", "or"):
            raise RQLError(f"_op must be 'expr', 'and' or 'or', not {_op!r}")
        condition = NONE
        for child in _children or ():
            condition = joined(OR if _op == "or" else AND, condition, child.__rql__())
        if _expr is not None:
            condition = joined(AND, condition, read_filter(_expr))
        for keyword, value in kwargs.items():
            write, op, field = keyword_parts(keyword)
            condition = joined(AND, condition, write(op, field, value))
        _set_condition(self, negated(condition) if _negated else condition)

    @classmethod
    def parse(cls, text: str) -> RQLQuery:
        """Read RQL text, as the server's grammar has it.

        Raises:
            RQLSyntaxError: If it is not RQL; it names the position.
        """
        return _new(read(text))

    def __len__(self) -> int:
        """Count the conditions: 0 if empty, else 1, or the operands of the outer ``and``/``or``."""
        text, _, constant = self._condition
        node = parse(text) if constant is None else None
        return int(bool(text)) if node is None else len(operands_of(node)[1])

    def __bool__(self) -> bool:
        """Tell whether there is any condition."""
        return bool(self._condition[0])

    def __eq__(self, other: object) -> bool:
        """Compare by the RQL that is written."""
        return repr(self) == repr(other) if isinstance(other, RQLQuery) else NotImplemented

    def __hash__(self) -> int:
        """Hash as :meth:`__eq__` compares."""
        return hash(repr(self))

    def __and__(self, other: RQLQuery) -> RQLQuery:
        """Require both; an empty side changes nothing."""
        try:
            theirs = other.__rql__()
        except AttributeError:
            return NotImplemented
        return _new(joined(AND, self.__rql__(), theirs))

    def __or__(self, other: RQLQuery) -> RQLQuery:
        """Require either; an empty side changes nothing."""
        try:
            theirs = other.__rql__()
        except AttributeError:
            return NotImplemented
        return _new(joined(OR, self.__rql__(), theirs))

    def __invert__(self) -> RQLQuery:
        """Require the opposite; the opposite of no condition is no condition."""
        return _new(negated(self.__rql__()))

    def __getattr__(self, name: str) -> RQLQuery:
        """Step into the field ``name``."""
        try:
            return self.n(name)
        except RQLError:
            if name.startswith("_"):  # what looks for protocols wants this error
                raise AttributeError(name) from None
            raise

    def n(self, name: str) -> RQLQuery:
        """Set the current field by name, for names that Python cannot write as attributes.

        Args:
            name: A field, or a path with dots.

        Returns:
            A new R with that field, below the current one if there is one.

        Raises:
            AttributeError: If this R already is a condition.
            RQLError: If RQL has no such field name.
        """
        if self:
            raise AttributeError(f"{self!r} is a condition already: fields come before operators")
        return field_query("", name)

    def eq(self, value: Any) -> RQLQuery:
        """Require the field to equal ``value`` (see :func:`cnct.rql.encode` for the types)."""
        return self._with("eq", value)

    def ne(self, value: Any) -> RQLQuery:
        """Require the field to differ from ``value``; null does differ."""
        return self._with("ne", value)

    def lt(self, value: Any) -> RQLQuery:
        """Require the field to be less than ``value``."""
        return self._with("lt", value)

    def le(self, value: Any) -> RQLQuery:
        """Require the field to be at most ``value``."""
        return self._with("le", value)

    def gt(self, value: Any) -> RQLQuery:
        """Require the field to be greater than ``value``."""
        return self._with("gt", value)

    def ge(self, value: Any) -> RQLQuery:
        """Require the field to be at least ``value``."""
        return self._with("ge", value)

    def like(self, value: Any) -> RQLQuery:
        """Require the field to match a pattern; ``*`` stands for anything."""
        return self._with("like", value)

    def ilike(self, value: Any) -> RQLQuery:
        """Require the field to match a pattern in any letter case."""
        return self._with("ilike", value)

    def in_(self, value: Iterable[Any]) -> RQLQuery:
        """Require the field to be one of the values; of no values, nothing is."""
        return self._with("in", value)

    def oneof(self, value: Iterable[Any]) -> RQLQuery:
        """Require the field to be one of the values: another name of :meth:`in_`."""
        return self._with("oneof", value)

    def out(self, value: Iterable[Any]) -> RQLQuery:
        """Require the field to be none of the values; null is none of them."""
        return self._with("out", value)

    def null(self, value: bool) -> RQLQuery:
        """Require the field to be null (True) or not to be (False)."""
        return self._with("null", value)

    def empty(self, value: bool) -> RQLQuery:
        """Require the field to be the empty text (True) or not to be (False)."""
        return self._with("empty", value)

    def _with(self, op: str, value: Any) -> RQLQuery:
        if self:
            raise AttributeError(f"{self!r} is a condition already: combine it with & or |")
        call = f"{op}({value!r})"
        raise RQLError(f"{call} needs a field: R().field.{call} or R().n('field').{call}")

    def __rql__(self) -> Condition:
        """Return the condition; the name leaves every field name free.

        Raises:
            RQLError: If this is a field without an operator.
        """
        return self._condition

    def __str__(self) -> str:
        """Write the RQL; ``""`` if there is no condition."""
        return self._condition[0]

    def __repr__(self) -> str:
        """Show the RQL, or the field that waits for its operator."""
        return f"<R {self._condition[0] or '()'}>"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: R objects never change."""
        raise AttributeError(f"R objects are immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse: R objects never change."""
        raise AttributeError(f"R objects are immutable: cannot delete {name!r}")

    def __copy__(self) -> RQLQuery:
        """Return itself, which never changes."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> RQLQuery:
        """Return itself, which never changes."""
        return self

    def __reduce__(self) -> tuple[Callable[..., RQLQuery], tuple[Any, ...]]:
        """Pickle what it is made of."""
        return _new, (self._condition,)


R = RQLQuery

# Past ``__init__`` and ``__setattr__``, by the shortest way.
_make = R.__new__
_set_condition: Callable[[RQLQuery, Condition], None] = R.__dict__["_condition"].__set__


def _new(condition: Condition) -> RQLQuery:
    self = _make(RQLQuery)
    _set_condition(self, condition)
    return self


class Field(RQLQuery):
    """A field that waits for its operator; no condition so far.

    Args:
        path: Its name, with dots.

    Raises:
        RQLError: If RQL has no such field name.
    """

    __slots__ = ("_path",)

    _path: str

    def __init__(self, path: str) -> None:
        super().__init__()
        object.__setattr__(self, "_path", checked_field(path))

    def n(self, name: str) -> RQLQuery:
        """Step into a field of this one; see :meth:`RQLQuery.n`."""
        return field_query(self._path, name)

    def _with(self, op: str, value: Any) -> RQLQuery:
        return _new(OPERATORS[op](op, self._path, value))

    def __rql__(self) -> Condition:
        name = self._path
        raise RQLError(f"The field {name!r} has no operator: expected R().{name}.eq(...)")

    def __repr__(self) -> str:
        return f"<R {self._path}>"

    def __reduce__(self) -> tuple[Callable[..., RQLQuery], tuple[Any, ...]]:
        return Field, (self._path,)


@lru_cache(maxsize=1024)
def field_query(path: str, name: str) -> RQLQuery:
    """Return the R of a field: the same one to all who ask, as it never changes."""
    return Field(f"{path}.{name}" if path else name)


def matches_nothing(query: RQLQuery) -> bool:
    """Tell whether no row can match, as after ``in_([])``: such a query need not be sent."""
    return query.__rql__()[2] is False


def filter_text(query: RQLQuery) -> str:
    """Write the query as the server takes it: ``""`` where every row matches.

    Raises:
        RQLError: If the query is a field without an operator.
    """
    text, _, constant = query.__rql__()
    return text if constant is None else ""


def parse_filter(text: str) -> RQLQuery:
    """Read a filter that somebody wrote as text.

    Beside what :meth:`RQLQuery.parse` reads, it takes ``a=1|b=2`` and ``a=1;b=2``, which the
    server takes in parentheses only.

    Raises:
        RQLSyntaxError: If it is not RQL; it names the position.
    """
    return _new(read_filter(text))
