"""Filters of Spark as RQL: pushed only where no row can be lost."""

from __future__ import annotations

from collections import namedtuple
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from cnct.data.columns import Column
from cnct.openapi.fields import FilterField
from cnct.spark.layout import Layout
from cnct.spark.pushdown import pushed

Compared = {
    name: namedtuple(name, ["attribute", "value"])  # noqa: PYI024 - as the classes of pyspark
    for name in (
        *("EqualTo", "EqualNullSafe", "GreaterThan", "GreaterThanOrEqual", "LessThan"),
        *("LessThanOrEqual", "In", "StringStartsWith", "StringEndsWith", "StringContains"),
    )
}
Null = {name: namedtuple(name, ["attribute"]) for name in ("IsNull", "IsNotNull")}  # noqa: PYI024 - same
Not = namedtuple("Not", ["child"])  # noqa: PYI024 - same

TEXT = frozenset({"eq", "ne", "in", "out", "like", "ilike", "null"})
RANGE = frozenset({"eq", "ne", "in", "out", "ge", "le", "gt", "lt", "null"})
FIELDS = [
    FilterField("name", TEXT),
    FilterField("status", TEXT, enum=("active", "draft")),
    FilterField("owner.name", TEXT),
    FilterField("owner.kind", TEXT, enum=("a", "b")),
    FilterField("contract", TEXT, null_words=frozenset({"CRD-0"})),
    FilterField("plain", frozenset({"like"})),
    FilterField("size", RANGE, "integer"),
    FilterField("price", RANGE, "decimal"),
    FilterField("rate", RANGE, "float"),
    FilterField("live", frozenset({"eq", "ne"}), "boolean"),
    FilterField("created", RANGE, "datetime"),
    FilterField("day", RANGE, "date"),
    FilterField("odd", RANGE, "integer"),
    *(FilterField(f"text_{kind}", RANGE) for kind in ("size", "price", "rate", "created")),
]
TYPES = {
    "size": "integer",
    "price": "decimal",
    "rate": "float",
    "live": "boolean",
    "day": "date",
    "created": "datetime",
}
LAYOUT = Layout(
    (
        *(
            Column(
                field.name.replace(".", "__"),
                tuple(field.name.split(".")),
                TYPES.get(field.name.removeprefix("text_"), "string"),
            )
            for field in FIELDS
        ),
        Column("tags", ("tags",), "json"),
        Column("_extra", (), "json"),
    )
)
MOMENT = datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
NOON = "2024-01-01T10:00:00+00:00"


def rql(*filters):
    return str(pushed(filters, LAYOUT, {field.name: field for field in FIELDS}))


def compared(kind, name, value):
    return Compared[kind]((name,), value)


@pytest.mark.parametrize(
    ("kind", "name", "value", "expected"),
    [
        ("EqualTo", "name", "A", "eq(name,A)"),
        ("EqualNullSafe", "name", "A", "eq(name,A)"),
        ("EqualTo", "name", '"quoted"', "eq(name,'\"quoted\"')"),
        ("EqualTo", "owner__name", "A b", "eq(owner.name,A b)"),
        ("EqualTo", "status", "draft", "eq(status,draft)"),
        ("EqualTo", "live", True, "eq(live,true)"),
        ("EqualTo", "size", 7, "eq(size,7)"),
        ("EqualTo", "day", date(2024, 1, 1), "eq(day,2024-01-01)"),
        ("EqualTo", "created", MOMENT, f"and(ge(created,{NOON}),lt(created,{NOON[:17]}01+00:00))"),
        ("In", "size", [1, 2, None], "in(size,(1,2))"),
        ("In", "name", ("A", "B"), "in(name,(A,B))"),
        ("In", "live", [True], "eq(live,true)"),
        ("EqualTo", "text_size", 7, "eq(text_size,7)"),
        ("LessThan", "size", 7, "le(size,7)"),  # the server cuts digits of other numbers
        ("GreaterThan", "price", Decimal("1.255"), "ge(price,1.255)"),
        ("LessThanOrEqual", "rate", 0.5, "le(rate,0.5)"),
        ("GreaterThanOrEqual", "created", MOMENT, f"ge(created,{NOON})"),
        ("LessThan", "created", MOMENT, f"le(created,{NOON[:17]}01+00:00)"),
        ("StringStartsWith", "name", "a*", r'like(name,"a\**")'),
        ("StringEndsWith", "plain", "a", 'like(plain,"*a")'),
        ("StringContains", "name", "a", 'like(name,"*a*")'),
    ],
)
def test_a_filter_is_pushed(kind, name, value, expected):
    assert rql(compared(kind, name, value)) == expected


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("EqualTo", "status", "nonsense"),  # refused by the server; Spark finds no row
        ("EqualTo", "name", ""),  # may be shown for null
        ("EqualTo", "name", "empty()"),  # a constant even in quotes
        ("EqualTo", "name", "nul\0"),
        ("EqualTo", "name", "both \" and '"),
        ("EqualTo", "name", '"both" and \''),
        ("EqualTo", "name", None),
        ("EqualTo", "contract", "CRD-0"),
        ("EqualTo", "unknown", "A"),
        ("EqualTo", "tags", "[]"),
        ("EqualTo", "odd", "A"),  # a text in rows, an integer in filters
        ("EqualTo", "size", True),
        ("EqualTo", "live", 1),
        ("EqualTo", "plain", "A"),
        ("EqualTo", "rate", float("nan")),
        ("EqualTo", "created", datetime(2024, 1, 1)),  # noqa: DTZ001 - Spark's timestamp_ntz
        ("EqualTo", "created", date(2024, 1, 1)),
        ("EqualTo", "created", datetime.max.replace(tzinfo=UTC)),
        ("EqualTo", "day", MOMENT),
        ("In", "name", []),
        ("In", "name", [None]),
        ("In", "live", [True, False]),
        ("In", "name", ["x" * 100] * 50),  # too long for a URL
        ("EqualTo", "name", "я" * 700),
        ("LessThan", "name", "A"),  # collations differ
        ("LessThan", "live", True),
        ("LessThan", "text_size", 10),  # as texts, 9 is above 10
        ("EqualTo", "text_price", Decimal("1.5")),  # and 1.50 is another one
        ("EqualTo", "text_rate", 1.5),
        ("LessThan", "text_created", MOMENT),  # and times of other zones are not in order
        ("LessThan", "size", "7"),
        ("StringContains", "name", ""),
        ("StringContains", "size", "7"),
    ],
)
def test_a_filter_is_left_to_spark(kind, name, value):
    assert rql(compared(kind, name, value)) == ""


def test_all_filters_together_fit_into_a_url():
    filters = [compared("In", "name", [letter * 100] * 25) for letter in "abc"]
    assert rql(*filters) == rql(filters[0])


def test_ranges_need_their_operators():
    fields = {"size": FilterField("size", frozenset({"eq"}), "integer")}
    filters = [compared("LessThan", "size", 7)]
    assert str(pushed(filters, LAYOUT, fields)) == ""


def test_nulls_are_left_to_spark_and_values_are_pushed():
    assert rql(Null["IsNull"](("name",))) == ""  # a value of another type is null for Spark
    assert rql(Null["IsNotNull"](("name",))) == "ne(name,null())"
    assert rql(Null["IsNotNull"](("contract",))) == ""  # has a value that means null
    assert rql(Null["IsNotNull"](("owner__name",))) == ""


@pytest.mark.parametrize(
    ("child", "expected"),
    [
        (compared("EqualTo", "size", 7), "ne(size,7)"),
        (compared("EqualTo", "live", True), "ne(live,true)"),
        (compared("EqualTo", "status", "draft"), "ne(status,draft)"),
        (compared("In", "status", ["draft", "active"]), "out(status,(draft,active))"),
        (compared("In", "live", [True, False]), ""),
        (compared("In", "status", ["draft", None]), ""),
        (compared("EqualTo", "status", "nonsense"), ""),
        (compared("EqualTo", "name", "A"), ""),  # databases may ignore letter case
        (compared("EqualTo", "price", Decimal("1.255")), ""),
        (compared("EqualTo", "owner__kind", "a"), ""),  # negations of relations lose rows
        (compared("StringContains", "status", "a"), ""),
        (Null["IsNull"](("name",)), ""),
    ],
)
def test_a_negation_is_pushed_where_equality_is_certain(child, expected):
    assert rql(Not(child)) == expected


def test_filters_are_combined_and_nested_columns_are_left():
    filters = [
        compared("EqualTo", "name", "A"),
        compared("EqualTo", "unknown", "A"),
        compared("LessThan", "size", 7),
        Compared["EqualTo"](("owner", "name"), "A"),
    ]
    assert rql(*filters) == "and(eq(name,A),le(size,7))"
