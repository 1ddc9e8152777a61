"""``R``: RQL conditions built in Python, combined with ``& | ~``.

An R is immutable and knows neither a client nor the fields of the API. Values are converted to
literals at once, so that an error shows the line with the bad value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, wraps
from typing import Any, ClassVar, NoReturn

from cnct.exceptions import RQLError
from cnct.rql.answers import (
    FieldAnswer,
    comparison,
    no_item,
    no_operand,
    one_list,
    refuse_field,
    refuse_operator,
    refuse_positional,
    sum_of_conditions,
    unseen,
)
from cnct.rql.conditions import (
    AND,
    NONE,
    OPERATORS,
    OR,
    Condition,
    all_of,
    checked_field,
    joined,
    negated,
    of_parts,
    read,
)
from cnct.rql.foreign_operators import CALLED_OPERATORS, refuse_call
from cnct.rql.parser import parse
from cnct.rql.printer import operands_of
from cnct.text import clean


class R(metaclass=FieldAnswer):
    """A filter condition, or several of them combined; ``RQLQuery`` is the same.

    Conditions are keywords, ``R(status="draft", product__name__ilike="*saas*")``, or paths,
    ``R().product.name.ilike("*saas*")``. Combine them with ``&``, ``|`` and ``~``; ``str()``
    returns the RQL. ``R()`` has no condition and leaves others unchanged when combined with them.

    Args:
        _op: ``and`` or ``or`` to combine the ``_children``; ``expr`` for a single condition.
        _children: R objects to combine.
        _negated: Whether to negate the result.
        _expr: A condition as RQL text.
        **kwargs: Conditions as ``field__nested__op=value``, combined with ``and``. Without an
            operator, ``eq`` is used.

    Raises:
        RQLError: If a field or a value cannot be written in RQL.
    """

    __slots__ = ("__dict__", "_condition")

    # Values of ``_op``.
    AND: ClassVar = "and"
    OR: ClassVar = "or"
    EXPR: ClassVar = "expr"

    _condition: Condition

    _steps_without_io: ClassVar = frozenset[str]()
    """Completion may look at the names of any field: no step makes a call."""

    def __init__(
        self,
        *,
        _op: str = "expr",
        _children: Sequence[R] | None = None,
        _negated: bool = False,
        _expr: str | None = None,
        **kwargs: Any,
    ) -> None:
        _set_condition(self, of_parts(_op, _children or (), _expr, kwargs, negate=_negated))

    @classmethod
    def parse(cls, text: str) -> R:
        """Return the R for RQL text, read by the server's grammar.

        Raises:
            RQLSyntaxError: If the text is not RQL; the message names the position.
        """
        return _new(read(text))

    def __len__(self) -> int:
        """Return the number of operands of the outer ``and`` or ``or``, 1 without, 0 if empty."""
        text, _, constant = self._condition
        node = parse(text) if constant is None else None
        return int(bool(text)) if node is None else len(operands_of(node)[1])

    def __bool__(self) -> bool:
        """Return whether there is a condition.

        Warns of ``R(a=1) and R(b=2)``: Python keeps one of them, and asks only this method.
        """
        text, _, _ = self._condition
        if text:
            from cnct.rql.lost_conditions import warn_of_lost_condition  # noqa: PLC0415 - seldom

            warn_of_lost_condition()
        return bool(text)

    def __eq__(self, other: object) -> bool:
        """Return whether both write the same RQL."""
        return self._shown() == other._shown() if isinstance(other, R) else NotImplemented

    def __hash__(self) -> int:
        """Return the same hash for the same RQL."""
        return hash(self._shown())

    def __and__(self, other: R) -> R:
        """Require both conditions; an ``R()`` on one side is left out."""
        return _combined(AND, self, other)

    def __or__(self, other: R) -> R:
        """Require one of the conditions; an ``R()`` on one side is left out."""
        return _combined(OR, self, other)

    def __invert__(self) -> R:
        """Negate the condition; ``~R()`` is ``R()``."""
        return _new(negated(self.__rql__()))

    def __getattr__(self, name: str) -> R:
        """Return the field ``name``, below the current one if there is one.

        Fields are kept as attributes of ``R()``, whose dictionary all share, and of the field
        above: looking up a missing attribute takes the interpreter longer than anything else here.

        Raises:
            AttributeError: If the name starts with an underscore: ``copy``, ``pickle``, notebooks,
                numpy and pandas probe for such names. `n` takes them within a path.
        """
        if name[0] == "_":
            raise AttributeError(name)
        field = self.n(name)
        if type(field) is FieldQuery and next(_room, None) is not None:
            vars(self)[name] = field
        return field

    def __dir__(self) -> list[str]:
        """Return the methods, without the fields that were looked up."""
        return dir(type(self))

    def n(self, name: str) -> R:
        """Return a field by name, for names that are no Python attributes, such as ``x-field``.

        Args:
            name: A field, or a path with dots.

        Returns:
            A new R for that field, below the current one if there is one.

        Raises:
            AttributeError: If this R already has a condition.
            RQLError: If the name cannot be a field in RQL.
        """
        if self._condition[0]:
            refuse_field(self, name)
        return _field_query("", name)

    def eq(self, value: Any) -> R:
        """Require the field to equal ``value`` (types: see `cnct.rql.encode`)."""
        return _compared(self, "eq", value)

    def ne(self, value: Any) -> R:
        """Require the field to differ from ``value``; null counts as different."""
        return _compared(self, "ne", value)

    def lt(self, value: Any) -> R:
        """Require the field to be less than ``value``."""
        return _compared(self, "lt", value)

    def le(self, value: Any) -> R:
        """Require the field to be at most ``value``."""
        return _compared(self, "le", value)

    def gt(self, value: Any) -> R:
        """Require the field to be greater than ``value``."""
        return _compared(self, "gt", value)

    def ge(self, value: Any) -> R:
        """Require the field to be at least ``value``."""
        return _compared(self, "ge", value)

    def like(self, value: Any) -> R:
        """Require the field to match a pattern, in which ``*`` stands for any text."""
        return _compared(self, "like", value)

    def ilike(self, value: Any) -> R:
        """Require the field to match a pattern, ignoring letter case."""
        return _compared(self, "ilike", value)

    def in_(self, value: Iterable[Any], *more: Any) -> R:
        """Require the field to be one of the values of a list; no row matches an empty one."""
        return _compared(self, "in", one_list("in_", value, more))

    def oneof(self, value: Iterable[Any], *more: Any) -> R:
        """Require the field to be one of the values of a list: an alias of `in_`."""
        return _compared(self, "oneof", one_list("oneof", value, more))

    def out(self, value: Iterable[Any], *more: Any) -> R:
        """Require the field to be none of the values of a list; rows with null match."""
        return _compared(self, "out", one_list("out", value, more))

    def null(self, value: bool) -> R:
        """Require the field to be null (True) or not null (False)."""
        return _compared(self, "null", value)

    def empty(self, value: bool) -> R:
        """Require the field to be the empty string (True) or another value (False)."""
        return _compared(self, "empty", value)

    def __rql__(self) -> Condition:
        """Return the condition.

        A protocol method, since any other method name would hide a field of that name.

        Raises:
            RQLError: If this R is a field without an operator.
        """
        return self._condition

    def __str__(self) -> str:
        """Return the RQL; ``""`` if there is no condition."""
        return self._condition[0]

    def __repr__(self) -> str:
        """Return ``<R RQL>``, or ``<R path>`` for a field that has no operator yet."""
        return clean(f"<R {self._shown()}>")

    def _shown(self) -> str:
        text, _, _ = self._condition
        return text or "()"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse every assignment, so that a shared R cannot change."""
        raise AttributeError(
            f"R objects are immutable, so {name!r} cannot be set: "
            "write a condition, such as R().field.eq(value)"
        )

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse every deletion, so that a shared R cannot change."""
        raise AttributeError(f"R objects are immutable, so {name!r} cannot be deleted")

    def __copy__(self) -> R:
        """Return this R, which is immutable."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> R:
        """Return this R, which is immutable."""
        return self

    def __reduce__(self) -> tuple[Callable[..., R], tuple[Any, ...]]:
        """Pickle the condition, since ``__init__`` takes keywords only."""
        return _new, (self._condition,)


_with_parts = R.__init__


@wraps(_with_parts)
def _construct(self: R, *args: Any, **kwargs: Any) -> None:
    """Build conditions alone in half of the time; answer ``R("eq(status,draft)")``."""
    if args:
        refuse_positional(args)
    if not kwargs:
        _set_condition(self, NONE)
        if type(self) is R:
            _set_dict(self, _fields)
    elif "_op" in kwargs or "_children" in kwargs or "_negated" in kwargs or "_expr" in kwargs:
        _with_parts(self, **kwargs)
    else:
        _set_condition(self, all_of(kwargs))


unseen(__init__=_construct, __add__=sum_of_conditions)(R)
RQLQuery = R  # editors show the name of the class
"""The name of `R` in full, for programs that have it."""

# Building an R is measured (benchmarks/cases/queries.py): this skips the parsing of keywords in
# ``__init__`` and the refusal in ``__setattr__``.
_make = R.__new__
_set_condition: Callable[[R, Condition], None] = R.__dict__["_condition"].__set__
_set_dict: Callable[[R, dict[str, R]], None] = R.__dict__["__dict__"].__set__
_NO_OPERAND: dict[str, Callable[[R, object], R]] = {AND: no_operand("&"), OR: no_operand("|")}
_fields: dict[str, R] = {}  # that were looked up in ``R()``
_room = iter(range(1024))  # for fields that are kept, in all


def _new(condition: Condition) -> R:
    self = _make(R)
    _set_condition(self, condition)
    return self


def _combined(call: str, left: R, right: R) -> R:
    """Return two conditions combined with ``AND`` or ``OR``."""
    if type(left) is R is type(right):  # without a method, whose lookup takes longer
        condition = joined(call, left._condition, right._condition)
    elif hasattr(right, "__rql__"):
        condition = joined(call, left.__rql__(), right.__rql__())
    else:
        return _NO_OPERAND[call](left, right)
    query = _make(R)
    _set_condition(query, condition)
    return query


@unseen(
    __lt__=comparison("<", "lt"),
    __le__=comparison("<=", "le"),
    __gt__=comparison(">", "gt"),
    __ge__=comparison(">=", "ge"),
    __eq__=comparison("==", "eq", R.__eq__),
    __ne__=comparison("!=", "ne", object.__ne__),
    __getitem__=no_item,
)
class FieldQuery(R):
    """A field without an operator: not yet a condition.

    Args:
        path: The name of the field, with dots.

    Raises:
        RQLError: If the name cannot be a field in RQL.
    """

    __slots__ = ("_path",)

    _path: str

    def __init__(self, path: str) -> None:
        super().__init__()
        object.__setattr__(self, "_path", checked_field(path))

    def n(self, name: str) -> R:
        """Return a field below this one by name; see `R.n`."""
        return _field_query(self._path, name)

    def __rql__(self) -> Condition:
        name = self._path
        raise RQLError(f"The field {name!r} has no operator: write R().n({name!r}).eq(value)")

    def _shown(self) -> str:
        return self._path

    def __reduce__(self) -> tuple[Callable[..., R], tuple[Any, ...]]:
        return FieldQuery, (self._path,)


class _ForeignOperator(FieldQuery):
    """A field that is named like an operator of another language: only a call is a mistake.

    A class of its own, since completion at a prompt adds a parenthesis to anything callable.
    """

    __slots__ = ()

    def __call__(self, *args: Any, **_: Any) -> NoReturn:
        """Refuse the call, and name the operator of RQL."""
        refuse_call(self._path, args)


def _compared(field: R, op: str, value: Any) -> R:
    """Return the condition of an operator; a function, since looking up a method takes longer."""
    if not isinstance(field, FieldQuery):
        refuse_operator(field, op, value)
    query = _make(R)
    _set_condition(query, OPERATORS[op](op, field._path, value))
    return query


@lru_cache(maxsize=1024)
def _field_query(path: str, name: str) -> R:
    kind = _ForeignOperator if name.rpartition(".")[2] in CALLED_OPERATORS else FieldQuery
    return kind(f"{path}.{name}" if path else name)


def of_keywords(keywords: Mapping[str, Any]) -> R:
    """Return ``R(**keywords)``.

    Raises:
        RQLError: If a field or a value cannot be written in RQL.
    """
    query = _make(R)
    _set_condition(query, all_of(keywords))
    return query
