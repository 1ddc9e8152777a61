from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnct import R, RQLError
from cnct.rql.base import RQLQuery
from cnct.rql.filters import filter_text, matches_nothing
from cnct.rql.nodes import Comparison, Literal, Logical, Membership, Negation
from cnct.rql.parser import parse


def test_the_documented_texts_stay():
    query = R(status__in=("draft", "published"))
    saas = R().product.category.name.ilike('"*saas services*"')
    assert str(saas & query) == (
        'and(ilike(product.category.name,"*saas services*"),in(status,(draft,published)))'
    )
    assert str(~R(a=1)) == "not(eq(a,1))"
    assert str(R(a=1) & R(b=2)) == "and(eq(a,1),eq(b,2))"
    assert str(R(a=1) | R(b=2)) == "or(eq(a,1),eq(b,2))"


@pytest.mark.parametrize("op", ["eq", "ne", "lt", "le", "gt", "ge", "like", "ilike"])
def test_each_comparison_is_a_method_and_a_keyword(op: str):
    assert str(getattr(R().a.b, op)("x")) == f"{op}(a.b,x)"
    assert R(**{f"a__b__{op}": "x"}) == getattr(R().a.b, op)("x")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (R().a.in_(["x", "y"]), "in(a,(x,y))"),
        (R().a.oneof({"x"}), "in(a,(x))"),
        (R().a.out(str(n) for n in range(2)), "out(a,(0,1))"),
        (R(a__oneof=["x"]), "in(a,(x))"),
        (R(a__out=("x",)), "out(a,(x))"),
        (R().a.null(True), "eq(a,null())"),
        (R(a__null=False), "ne(a,null())"),
        (R().a.empty(True), "eq(a,empty())"),
        (R(a__empty=False), "ne(a,empty())"),
        (R().n("x-y.z").eq(1), "eq(x-y.z,1)"),
        (R().a.n("b").eq(1), "eq(a.b,1)"),
        (R(t=1), "eq(t,1)"),
        (R(a=1, b=2), "and(eq(a,1),eq(b,2))"),
        (R(_expr="a=1"), "eq(a,1)"),
        (R(_op=R.OR, _children=[R(a=1), R(b=2)]), "or(eq(a,1),eq(b,2))"),
        (R(_op=R.AND, _children=[R(a=1), R(b=2)], _negated=True), "or(not(eq(a,1)),not(eq(b,2)))"),
        (~(R(a=1) | R(b=2)) & R(c=3), "and(not(eq(a,1)),not(eq(b,2)),eq(c,3))"),
    ],
)
def test_each_way_of_building_writes_the_same_rql(query: R, text: str):
    assert str(query) == text
    assert R.parse(text) == query


def test_an_empty_r_is_no_condition():
    assert not R()
    assert len(R()) == 0
    assert str(~R()) == ""
    for negated in (R() & ~R(a=1), ~R(a=1) & R(), R() | ~R(a=1), ~R(a=1) | R()):
        assert str(negated) == "not(eq(a,1))"


def test_the_length_counts_conditions():
    assert len(R(a=1)) == 1
    assert len(R(a=1) & R(b=2) & R(c=3)) == 3
    assert len(~(R(a=1) | R(b=2))) == 2


def test_equal_queries_are_equal_and_hash_alike():
    assert R(a=1) == R().a.eq(1)
    assert hash(R(a=1)) == hash(R().a.eq(1))
    assert R(a=1) != R(a=2)
    assert R(a=1) != "eq(a,1)"
    assert ~~R(a=1) == R(a=1)
    assert R().a != R().b


def test_an_r_never_changes():
    query = R(a=1)
    with pytest.raises(AttributeError):
        query.x = 1
    with pytest.raises(AttributeError):
        del query._node
    base = R().a
    assert str(base.b.eq(1)) == "eq(a.b,1)"
    assert str(base.c.eq(1)) == "eq(a.c,1)"


@pytest.mark.parametrize("query", [R(), R().a.b, R(a=1) | R(b=2), R().a.in_([]), R().a.out([])])
def test_copies_and_pickles_are_equal(query: R):
    for twin in (copy.copy(query), copy.deepcopy(query), pickle.loads(pickle.dumps(query))):
        assert twin == query
        assert repr(twin) == repr(query)


def test_probes_for_protocols_find_no_field():
    for name in ("_repr_html_", "_ipython_canary_method_should_not_exist_", "__wrapped__", "_x"):
        assert not hasattr(R(), name)


def test_fields_that_were_looked_up_are_no_attributes_for_others():
    assert R().product.id.eq(1) == R().product.id.eq(1)
    assert "product" not in dir(R())
    assert "id" not in dir(R().product)
    with pytest.raises(AttributeError, match="already a condition"):
        _ = R(a=1).product


def test_any_number_of_fields_can_be_looked_up():
    texts = [str(getattr(R().wide, f"field{number}").eq(1)) for number in range(1500)]
    assert texts == [f"eq(wide.field{number},1)" for number in range(1500)]


def test_the_repr_shows_the_query_or_the_field():
    assert repr(R(a=1)) == "<R eq(a,1)>"
    assert repr(R().a.b) == "<R a.b>"
    assert repr(R()) == "<R ()>"


@pytest.mark.parametrize(
    "build",
    [
        lambda: R().eq(1),
        lambda: R().n("1a"),
        lambda: R().ß.eq(1),
        lambda: R().n("a),eq(b"),
        lambda: R(**{"a b": 1}),
        lambda: R().a & R(b=1),
        lambda: R(b=1) | R().a,
        lambda: ~R().a,
        lambda: filter_text(R().a),
        lambda: R().a.in_("abc"),
        lambda: R(a__in=5),
        lambda: R().a.null(1),
        lambda: R(a__empty="yes"),
        lambda: R().a.eq(["x"]),
        lambda: R(_op="xor"),
        lambda: R(_expr="a="),
    ],
)
def test_a_mistake_is_refused_where_it_is_written(build):
    with pytest.raises(RQLError):
        build()


def test_a_condition_takes_no_more_fields():
    for build in (lambda: R(a=1).b, lambda: R(a=1).n("b"), lambda: R(a=1).eq(2)):
        with pytest.raises(AttributeError, match="already"):
            build()


@pytest.mark.parametrize("op", ["__and__", "__or__"])
def test_only_queries_combine(op: str):
    assert getattr(R(a=1), op)(5) is NotImplemented


def test_no_values_match_nothing_or_everything():
    nothing, everything, x = R().a.in_([]), R().a.out([]), R(x=1)
    assert matches_nothing(nothing)
    assert matches_nothing(nothing & x)
    assert matches_nothing(~everything)
    assert nothing | x == x
    assert everything & x == x
    assert x & everything == x
    assert not matches_nothing(everything | x)
    assert filter_text(everything) == ""
    assert str(nothing) == "in(a,())"
    assert str(everything) == "out(a,())"


def test_long_and_deep_trees_work():
    query = R(a=0)
    for number in range(5_000):
        query = ~(query & R(a=number)) | R(b=number)
    assert pickle.loads(pickle.dumps(query)) == query
    flat = R(a=0)
    for number in range(2_000):
        flat &= R(b=number)
    assert len(flat) == 2_001


# The law of logic: the RQL selects the same rows as the tree does in Python.

FIELDS = "abc"
trees = st.recursive(
    st.builds(lambda field, value: ("is", field, value), st.sampled_from(FIELDS), st.booleans()),
    lambda inner: st.one_of(
        st.tuples(st.just("&"), inner, inner),
        st.tuples(st.just("|"), inner, inner),
        st.tuples(st.just("~"), inner),
    ),
    max_leaves=12,
)


def built(tree) -> R:
    match tree:
        case ("is", field, value):
            return R(**{field: value})
        case ("&", left, right):
            return built(left) & built(right)
        case ("|", left, right):
            return built(left) | built(right)
        case (_, inner):
            return ~built(inner)


def meant(tree, row) -> bool:
    match tree:
        case ("is", field, value):
            return row[field] == value
        case ("&", left, right):
            return meant(left, row) and meant(right, row)
        case ("|", left, right):
            return meant(left, row) or meant(right, row)
        case (_, inner):
            return not meant(inner, row)


def evaluated(node, row) -> bool:
    match node:
        case Comparison("eq", field, Literal(text)):
            return row[field] == (text == "true")
        case Logical("and", args):
            return all(evaluated(arg, row) for arg in args)
        case Logical("or", args):
            return any(evaluated(arg, row) for arg in args)
        case Negation(arg):
            return not evaluated(arg, row)


@given(trees)
def test_the_rql_has_the_meaning_of_the_tree(tree):
    query = built(tree)
    read = parse(str(query))
    for number in range(8):
        row = {field: bool(number >> bit & 1) for bit, field in enumerate(FIELDS)}
        assert evaluated(read, row) == meant(tree, row)
    assert ~~query == query
    assert R.parse(str(query)) == query


def test_the_long_name_is_the_same_class():
    assert RQLQuery is R
    assert isinstance(parse("in(a,(1))"), Membership)
