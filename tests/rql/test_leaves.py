"""The conditions of a query without the logic around them."""

from __future__ import annotations

import pytest

from cnct.rql import parse
from cnct.rql.leaves import FieldCondition, field_conditions, leaves
from cnct.rql.nodes import Comparison, Group, Listing, Literal, Negation


def test_leaves_come_in_the_order_of_the_text():
    query = parse("not(eq(a,1))&(eq(b,2)|t(eq(c,3)))&ordering(d)")
    assert [*leaves(query)] == [
        Comparison("eq", "a", Literal("1")),
        Comparison("eq", "b", Literal("2")),
        Group((Comparison("eq", "c", Literal("3")),)),
        Listing("ordering", ("d",)),
    ]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", []),
        ("asset=t(eq(id,1),eq(product,t(eq(id,2))))", ["asset.id", "asset.product.id"]),
        ("t(eq(a,1),eq(b,2))", ["a", "b"]),
        ("in(a,(1,t(eq(b,2)),t(eq(c,3))))", ["a", "a.b", "a.c"]),
    ],
)
def test_conditions_in_tuples_have_their_full_names(text, fields):
    assert [condition.field for condition in field_conditions(parse(text))] == fields


def test_a_membership_keeps_its_values_together():
    [condition] = field_conditions(parse("in(a,(1,2))"))
    assert condition == FieldCondition("in", "a", (Literal("1"), Literal("2")))


def test_deep_nesting_is_no_problem():
    query = parse("eq(a,1)")
    for _ in range(10_000):
        query = Negation(query)
    assert len([*leaves(query)]) == 1
