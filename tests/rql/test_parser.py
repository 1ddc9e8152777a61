from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import shared_json

from cnct.rql import R, RQLSyntaxError, parse, to_text
from cnct.rql.filters import parse_filter
from cnct.rql.nodes import (
    Comparison,
    Constant,
    Group,
    Listing,
    Literal,
    Logical,
    Membership,
    Negation,
)
from cnct.rql.url import from_wire


def value_tree(value: Any, quote_key: str) -> Any:
    match value:
        case Literal(text, quote) if quote_key == "quote":
            return {"str": text} | ({"quote": quote} if quote else {})
        case Literal(text, quote):
            return {"str": text, "quoted": bool(quote), "raw": f"{quote}{text}{quote}"}
        case Constant(name):
            return {"const": name if quote_key == "quote" else name.removesuffix("()")}
        case _:
            return tree(value, quote_key)


def tree(node: Any, quote_key: str = "quote") -> Any:
    match node:
        case None:
            return None
        case Comparison(op, field, value):
            return {"op": op, "field": field, "value": value_tree(value, quote_key)}
        case Membership(op, field, values):
            trees = [value_tree(value, quote_key) for value in values]
            return {"op": op, "field": field, "values": trees}
        case Listing(op, fields):
            return {"op": op, "fields": list(fields)}
        case Logical(op, args):
            return {"op": op, "args": [tree(arg, quote_key) for arg in args]}
        case Negation(arg):
            return {"op": "not", "args": [tree(arg, quote_key)]}
        case Group(args):
            return {"op": "t", "args": [tree(arg, quote_key) for arg in args]}


def read(text: str, quote_key: str = "quote") -> tuple[bool, Any]:
    try:
        return True, tree(parse(text), quote_key)
    except RQLSyntaxError:
        return False, None


def test_every_vector_of_the_real_parser_agrees():
    vectors = shared_json("rql/parse_vectors.json")["vectors"]
    wrong = [v["expr"] for v in vectors if read(v["expr"]) != (v["valid"], v["tree"])]
    assert wrong == []


def test_every_query_string_reads_as_on_the_server():
    vectors = shared_json("rql/url_vectors.json")["vectors"]
    assert [v for v in vectors if from_wire(v["raw_query"]) != v["decoded"]] == []
    wrong = [v for v in vectors if read(v["decoded"], "raw") != (v["valid"], v["tree"])]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a=1",
        "a=gt=1,b=2",
        "a=1&b=2&c=3",
        "and(a=1,or(b=2,c=3))",
        "(a=1|b=2)",
        "(a=1;b=2)",
        "((a=1))",
        "not((t=1))",
        'eq(t,"t")',
        "in(a,(1,'x,y',null(),empty()))",
        "ordering(+a,-b)&select()",
        "category=t(name=x,like(code,*y))",
        "t(t=1)",
        "in(c,(t(a=1),t(b=2)))",
    ],
)
def test_a_query_survives_writing_and_reading(text: str):
    query = R.parse(text)
    assert R.parse(str(query)) == query


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("a", 1, "'='"),
        ("a=", 2, "a value"),
        ("a=1|b=2", 3, "',', '&' or the end"),
        ("(a=1,b=2|c=3)", 8, "a separator or ')'"),
        ("and(a=1)", 7, "a second argument of and()"),
        ("not(a=1,b=2)", 7, "')'"),
        ("not(and(a=1,b=2))", 16, "a single condition"),
        ("t=1", 1, "'(' (the field t"),
        ("foo(a,1)", 0, "an operator instead of 'foo'"),
        ("eq(a,1", 6, "')'"),
        ("eq(1a,1)", 3, "a field"),
        ("in(a,1)", 5, "'('"),
        ("ordering(a b)", 10, "')'"),
        ("a=t(in(b,(1)))", 4, "an operator instead of 'in'"),
        ("a=t(1)", 4, "a comparison"),
        ("a=t(t(b=1))", 4, "an operator instead of 't'"),
        ("(a=1", 4, "a separator or ')'"),
        ("a=1)", 3, "',', '&' or the end"),
        ("=1", 0, "a condition"),
    ],
)
def test_a_syntax_error_names_the_position_and_the_expectation(text, position, expected):
    with pytest.raises(RQLSyntaxError) as caught:
        parse(text)
    assert caught.value.position == position
    assert caught.value.expected.startswith(expected)
    assert f"position {position}" in str(caught.value)


def test_a_syntax_error_pickles():
    import pickle

    error = RQLSyntaxError("a=", 2, "a value")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000 + "a=1" + ")" * 20_000,
        "&".join(["a=1"] * 8_000),
        "and(b=2," * 8_000 + "a=1" + ")" * 8_000,
    ],
    ids=["parentheses", "ampersands", "ands"],
)
def test_no_depth_is_too_deep(text: str):
    query = R.parse(text)
    assert R.parse(str(query)) == query
    assert len(~query) == len(query)


def test_deeply_nested_tuples_are_refused_with_the_limit():
    with pytest.raises(RQLSyntaxError, match="at most 100 tuples"):
        parse("a=" + "t(a=" * 200 + "1" + ")" * 200)


def test_negating_a_tuple_negates_its_comparisons():
    assert str(~R.parse("t(a=1,like(b,x))")) == "or(not(eq(a,1)),not(like(b,x)))"
    assert str(~R.parse("t(a=1)")) == "not(eq(a,1))"
    assert str(~R.parse("a=t(b=1)")) == "not(eq(a,t(eq(b,1))))"


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("a=1|b=2", "or(eq(a,1),eq(b,2))"),
        ("a=1;b=2", "or(eq(a,1),eq(b,2))"),
        ("(a=1|b=2)", "or(eq(a,1),eq(b,2))"),
        ("a=1,b=2", "and(eq(a,1),eq(b,2))"),
        ('eq(name,"100%41")', 'eq(name,"100%41")'),
    ],
)
def test_a_raw_filter_is_read_as_a_condition(raw: str, meant: str):
    assert str(parse_filter(raw)) == meant


@pytest.mark.parametrize("raw", ["a=1|", "a=;b", "nonsense"])
def test_a_raw_filter_that_is_no_rql_is_refused(raw: str):
    with pytest.raises(RQLSyntaxError):
        parse_filter(raw)


def test_a_tree_without_its_logic_can_be_written():
    assert to_text(Negation(Negation(Comparison("eq", "a", Literal("1"))))) == "eq(a,1)"
