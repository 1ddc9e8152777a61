"""Answers to mistakes with ``R`` that are valid Python: ``R.status``, ``field == value``.

Each is an error with the text to write instead; nothing is corrected silently.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Any, NoReturn, TypeVar

from cnct.exceptions import RQLError, RQLTypeError
from cnct.rql.foreign_operators import written_field
from cnct.rql.literals import is_decimal, is_uuid

KindT = TypeVar("KindT", bound=type)

_LISTS = (list, tuple, set, frozenset)
_VALUES = (str, int, float, date, Enum, type(None), *_LISTS)
_LONGEST = 40  # characters of a value that a message repeats


def unseen(**methods: Callable[..., Any]) -> Callable[[KindT], KindT]:
    """Add methods that refuse a mistake, unseen by type checkers, which report it as before."""

    def add(kind: KindT) -> KindT:
        for name, method in methods.items():
            setattr(kind, name, method)
        return kind

    return add


def _no_class_attribute(_: type, name: str) -> NoReturn:
    if name[0] == "_":
        raise AttributeError(name)
    # With a name, the interpreter would add a hint of its own (bpo-38530).
    text = f"R.{name} is no field, since R is a class: write R().{name}"
    raise AttributeError(text, name=None, obj=None)


@unseen(__getattr__=_no_class_attribute)
class FieldAnswer(type):
    """The type of ``R``: answers ``R.status``, which leaves out the parentheses."""


def _not_implemented(*_: object) -> Any:
    return NotImplemented


def comparison(
    sign: str, method: str, otherwise: Callable[[Any, object], Any] = _not_implemented
) -> Callable[[Any, object], Any]:
    """Return a method that refuses a sign between a field and a value, and names the operator.

    Args:
        sign: As in ``field > value``.
        method: Method of R that builds the condition.
        otherwise: Compares with any other object: tests and dictionaries compare two R.
    """
    several = {"eq": "in_([...])", "ne": "out([...])"}.get(method, f"{method}(value)")
    nothing = {"eq": "null(True)", "ne": "null(False)"}.get(method, f"{method}(value)")

    def compare(self: Any, other: object) -> Any:
        if not (isinstance(other, _VALUES) or is_decimal(other) or is_uuid(other)):
            return otherwise(self, other)
        call = several if isinstance(other, _LISTS) else f"{method}(value)"
        call = nothing if other is None else call
        field = written_field(self._path)
        raise RQLTypeError(f"{field} {sign} ... is no condition: write {field}.{call}")

    return compare


def no_operand(sign: str) -> Callable[[Any, object], Any]:
    """Return a method that refuses a sign between a condition and anything but a condition.

    Args:
        sign: As in ``condition & other``.
    """

    def combine(_: Any, other: object) -> Any:
        if isinstance(other, str):
            raise RQLTypeError(f"{sign} takes no text: write {sign} R.parse('eq(field,value)')")
        kind = type(other)
        if kind in (bool, dict):
            raise RQLTypeError(f"{sign} takes no {kind.__name__}: write R(field=value)")
        return NotImplemented

    return combine


def sum_of_conditions(*_: object) -> NoReturn:
    """Refuse ``condition + condition``."""
    raise RQLTypeError("Conditions are combined with & for both, | for either of them, not with +")


def no_item(self: Any, key: object) -> NoReturn:
    """Refuse ``field[key]``, and a loop over a field, which Python reads as ``field[0]``."""
    field = written_field(self._path)
    if isinstance(key, str) and key.isidentifier():
        raise RQLTypeError(f"{field}[{key!r}] is no field: write {field}.{key}")
    raise RQLTypeError(
        f"{field} has no items: a condition on a list holds if one of its members meets it, "
        f"as in {field}.id.eq(value)"
    )


def refuse_positional(args: tuple[Any, ...]) -> NoReturn:
    """Refuse ``R("eq(status,draft)")``."""
    text = "R.parse('eq(field,value)')" if len(args) == 1 else "R().field.eq(value)"
    raise RQLTypeError(f"R() takes keywords alone: write R(field=value) or {text}")


def refuse_field(query: Any, name: str) -> NoReturn:
    """Refuse a field after a condition."""
    # With a name, the interpreter would add a hint of its own (bpo-38530).
    raise AttributeError(
        f"{query!r} is already a condition and has no field {name!r}: "
        "combine it with & or | with a condition on that field",
        name=None,
        obj=None,
    )


def refuse_operator(query: Any, op: str, value: Any) -> NoReturn:
    """Refuse an operator after a condition, or without a field."""
    if query:
        raise AttributeError(
            f"{query!r} is already a condition and takes no operator {op!r}: "
            "combine it with & or | with another condition"
        )
    call = f"{op}({value!r})"
    raise RQLError(f"{call} has no field: write R().field.{call} or R().n('field').{call}")


def one_list(method: str, value: Any, more: tuple[Any, ...]) -> Any:
    """Return the list of values of an operator.

    Raises:
        RQLTypeError: If the values came as several arguments.
    """
    if more:
        texts = [repr(part) for part in (value, *more)]
        values = ", ".join(text if len(text) <= _LONGEST else "..." for text in texts)
        raise RQLTypeError(f"{method}() takes one list of values: write {method}([{values}])")
    return value
