"""No object can write more than a value, and an open field poses as nothing else."""

from __future__ import annotations

import copy
import operator
import os
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest

from cnct import R, RQLError
from cnct.rql import escape_like, like_contains, quote_literal

INJECTION = "2020),eq(injected,1"
OPERATORS = ["eq", "ne", "lt", "le", "gt", "ge", "like", "ilike"]


class Text(str):
    """A text whose methods lie."""

    __slots__ = ()

    def __str__(self) -> str:
        return Text(INJECTION)

    def __format__(self, spec: str) -> str:
        return INJECTION

    def __contains__(self, part: object) -> bool:
        return False

    def replace(self, *_: object) -> str:
        return INJECTION


class Day(date):
    def isoformat(self) -> str:
        return INJECTION


class Tuple(date):
    def isoformat(self) -> str:
        return "t"


class Odd(date):
    def isoformat(self) -> int:
        return 5


class Formatted(date):
    def isoformat(self) -> str:
        return Text("2020-01-01")


class Moment(datetime):
    def isoformat(self, *_: object) -> str:
        return INJECTION


class Number(Decimal):
    def __format__(self, *_: object) -> str:
        return INJECTION

    def __str__(self) -> str:
        return INJECTION


class Float(float):
    def __repr__(self) -> str:
        return INJECTION


class Integer(int):
    def __str__(self) -> str:
        return INJECTION


class Id(UUID):
    def __str__(self) -> str:
        return INJECTION


class Choice(Enum):
    DAY = Day(2020, 1, 1)


LIARS = [
    Text("x"),
    Day(2020, 1, 1),
    Tuple(2020, 1, 1),
    Odd(2020, 1, 1),
    Formatted(2020, 1, 1),
    Moment(2020, 1, 1, tzinfo=UTC),
    Number("1.5"),
    Float(1.5),
    Integer(5),
    Id(int=1),
    Choice.DAY,
]


@pytest.mark.parametrize("value", LIARS, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("op", [*OPERATORS, "in_"])
def test_no_value_writes_a_second_condition(value, op):
    try:
        query = getattr(R().a, op)([value] if op == "in_" else value)
    except RQLError as error:
        assert type(value).__name__ in str(error) or isinstance(value, Enum)  # noqa: PT017
        return
    assert len(query) == 1
    assert len(R.parse(str(query))) == 1
    assert len(R.parse(str(~query))) == 1


@pytest.mark.parametrize("write", [quote_literal, like_contains])
def test_no_text_writes_more_than_a_pattern(write):
    assert len(R.parse(str(R().a.like(write(Text('x"y')))))) == 1
    assert len(R.parse(str(R().a.like(escape_like(Text("x")))))) == 1


def test_no_name_of_a_field_writes_a_second_condition():
    assert str(R().n(Text("f1")).eq(1)) == "eq(f1,1)"
    for write in (lambda: R().a.n(Text("f2")), lambda: R(**{Text("f3"): 1})):
        with pytest.raises(RQLError, match="cannot be a field name"):
            write()


@pytest.mark.parametrize("op", ["lt", "le", "gt", "ge", "like", "ilike"])
def test_none_is_refused_where_no_server_compares_with_null(op):
    with pytest.raises(RQLError, match=rf"{op} cannot compare with None: write null\(True\)"):
        getattr(R().a, op)(None)
    with pytest.raises(RQLError, match="None"):
        R(**{f"a__{op}": None})


def test_none_is_null_where_servers_compare_with_null():
    assert str(R().a.eq(None) & R(b__ne=None)) == "and(eq(a,null()),ne(b,null()))"


@pytest.mark.parametrize(
    "name",
    [
        *("__wrapped__", "__array__", "__fspath__", "__float__", "__index__", "__iter__"),
        *("__array_interface__", "__dataframe__", "__html__", "__rich__", "__await__"),
        *("_repr_html_", "_repr_mimebundle_", "_ipython_display_", "_x"),
    ],
)
@pytest.mark.parametrize("query", [R(), R().a, R().a.b.c, R(a=1)], ids=str)
def test_an_open_field_claims_no_protocol(query, name):
    assert not hasattr(query, name)
    with pytest.raises(AttributeError):
        getattr(query, name)


@pytest.mark.parametrize("convert", [float, int, os.fspath, list, operator.index])
def test_an_open_field_is_no_number_path_or_list(convert: Callable[[object], object]):
    with pytest.raises(TypeError):
        convert(R().a)


def test_open_fields_are_compared_copied_and_pickled():
    query = R().a.b
    assert copy.deepcopy(query) == pickle.loads(pickle.dumps(query)) == query != R().a
    assert hash(query) == hash(R().a.b)
    assert {R(a=1), R().a.eq(1)} == {R(a=1)}


def test_a_repr_shows_control_characters_as_escapes():
    query = R().a.eq("\x1b[2J\u202e\n")
    assert repr(query) == r'<R eq(a,"\x1b[2J\u202e\n")>'
    assert query != R().a.eq(r"\x1b[2J\u202e\n")
    assert str(query) == 'eq(a,"\x1b[2J\u202e\n")'
