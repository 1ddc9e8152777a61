"""What people try on ``R`` that RQL does not have, and the text to write that the error names."""

from __future__ import annotations

import warnings
from datetime import timedelta

import pytest

from cnct import LostConditionWarning, R, RQLError, RQLTypeError
from cnct.rql.filters import parse_filter

KEYWORDS = {
    "gte": "write a__b__ge='x'",
    "lte": "write a__b__le='x'",
    "equals": "write a__b='x'",
    "exact": "write a__b='x'",
    "iexact": "write a__b__ilike='x'",
    "not": "write a__b__ne='x'",
    "contains": "write a__b__ilike='*x*' (like, to match letter case)",
    "icontains": "write a__b__ilike='*x*'",
    "startswith": "write a__b__ilike='x*' (like, to match letter case)",
    "istartswith": "write a__b__ilike='x*'",
    "endswith": "write a__b__ilike='*x' (like, to match letter case)",
    "iendswith": "write a__b__ilike='*x'",
    "isnull": "write a__b__null=True",
    "range": "write a__b__ge=first, a__b__le=last",
    "regex": "write a pattern, since RQL has no regular expressions: a__b__ilike='*x*'",
    "iregex": "write a pattern, since RQL has no regular expressions: a__b__ilike='*x*'",
}


@pytest.mark.parametrize("op", KEYWORDS)
def test_an_operator_of_another_language_is_refused_where_it_is_written(op: str):
    with pytest.raises(RQLError) as caught:
        R(**{f"a__b__{op}": "x"})
    assert str(caught.value) == f"RQL has no operator {op!r}, as in a__b__{op}: {KEYWORDS[op]}"


@pytest.mark.parametrize(
    ("keywords", "remedy"),
    [
        ({"a__isnull": False}, "a__null=False"),
        ({"a__contains": "5*"}, "a__ilike=like_contains('5*')"),
        ({"a__startswith": "'"}, 'a__ilike=like_startswith("\'")'),
        ({"a__iexact": "*"}, "a__ilike=like_exact('*')"),
        ({"a__contains": 5}, "a__ilike='*text*'"),
        ({"a__contains": "x" * 50}, "a__ilike='*text*'"),
        ({"a__gte": timedelta(1)}, "a__ge=value"),
    ],
)
def test_the_remedy_has_the_value_where_that_is_short_and_plain(keywords, remedy: str):
    with pytest.raises(RQLError) as caught:
        R(**keywords)
    assert remedy in str(caught.value)


def test_a_field_may_be_named_like_an_operator_of_another_language():
    assert str(R(range=1)) == "eq(range,1)"
    assert str(R().n("a.gte").eq(1)) == str(R().a.gte.eq(1)) == "eq(a.gte,1)"
    assert str(R(a__gte__eq=1)) == "eq(a.gte,1)"


MISTAKES = [
    (lambda: R().a.gte(5), "as in R().a.gte(): write R().a.ge(5)"),
    (lambda: R().a.b.contains("x"), "write R().a.b.ilike('*x*')"),
    (lambda: R().a.isnull(True), "write R().a.null(True)"),
    (lambda: R().a.is_("x"), "write R().a.eq('x')"),
    (lambda: R().a.after("x"), "write R().a.gt('x')"),
    (R().a.lower, "write R().a.ilike('text')"),
    (R().a.isnull, "write R().a.null(True)"),
    (R().a.notnull, "write R().a.null(False)"),
    (lambda: R().a.between(1, 2), "write R().a.ge(first) & R().a.le(last)"),
    (lambda: R().a.isin(["x"]), "write R().a.in_([...])"),
    (lambda: R().a.nin(["x"]), "write R().a.out([...])"),
    (lambda: R().n("x-y").startswith("z"), "write R().n('x-y').ilike('z*')"),
    (lambda: R().contains("z"), "write R().field.ilike('*z*')"),
    (lambda: R().a == "x", "R().a == ... is no condition: write R().a.eq(value)"),
    (lambda: R().a != 5, "write R().a.ne(value)"),
    (lambda: R().a == None, "write R().a.null(True)"),  # noqa: E711 - the mistake
    (lambda: R().a != None, "write R().a.null(False)"),  # noqa: E711 - the mistake
    (lambda: R().a == ["x"], "write R().a.in_([...])"),
    (lambda: R().a != ("x",), "write R().a.out([...])"),
    (lambda: R().a.b > 5, "R().a.b > ... is no condition: write R().a.b.gt(value)"),
    (lambda: R().a >= 5, "write R().a.ge(value)"),
    (lambda: R().a < 5, "write R().a.lt(value)"),
    (lambda: R().a <= 5, "write R().a.le(value)"),
    (lambda: R().a > None, "write R().a.gt(value)"),
    (lambda: 5 < R().a, "R().a > ... is no condition: write R().a.gt(value)"),  # noqa: SIM300
    (lambda: R(a=["x", "y"]), "eq of 'a' takes one value, not a list: write a__in=[...] or R().a."),
    (lambda: R(a__b__ne=("x",)), "write a__b__out=[...] or R().a.b.out([...])"),
    (lambda: R(a__ge={1}), "ge of 'a' takes one value, not a set: write a condition for each"),
    (lambda: R().a.in_("x", "y"), "in_() takes one list of values: write in_(['x', 'y'])"),
    (lambda: R().a.out(1, "y" * 50), "write out([1, ...])"),
    (lambda: R().a.oneof("x", "y"), "write oneof(['x', 'y'])"),
    (lambda: R().a.in_("x"), "in of 'a' takes several values, not one str"),
    (lambda: R().a.null("yes"), "null of 'a' cannot take 'yes': write True or False"),
    (lambda: R().a.like(None), "like cannot compare with None: write null(True)"),
    (
        lambda: R(a={"id": "x"}),
        "no literal for a dict: write one of its members, such as row['id']",
    ),
    (lambda: R(a__notin=["x"]), "write a__out=[...] or R().a.out([...])"),
    (lambda: R(a__b__in_=["x"]), "write a__b__in=[...] or R().a.b.in_([...])"),
    (lambda: R("eq(a,x)"), "R() takes keywords alone: write R(field=value) or R.parse("),
    (lambda: R("a", "x"), "write R(field=value) or R().field.eq(value)"),
    (lambda: R(a=1) & "eq(b,1)", "& takes no text: write & R.parse('eq(field,value)')"),
    (lambda: R(a=1) | True, "| takes no bool: write R(field=value)"),
    (lambda: R(a=1) + R(b=1), "combined with & for both, | for either of them, not with +"),
    (lambda: R().a["b"], "R().a['b'] is no field: write R().a.b"),
    (lambda: R().a[0].b, "R().a has no items: a condition on a list holds if one of its members"),
    (lambda: [*R().a], "meets it, as in R().a.id.eq(value)"),
    (lambda: R(a=b"x"), "no literal for a bytes: write value.decode()"),
    (lambda: R(a=timedelta(1)), "datetime.now(UTC) - timedelta(days=1)"),
    (lambda: R(a=R().b), "RQL compares no fields with each other"),
    (lambda: R(a=object()), "no literal for a object: write a str, int"),
]


@pytest.mark.parametrize(("mistake", "remedy"), MISTAKES)
def test_a_mistake_is_answered_with_the_text_to_write(mistake, remedy: str):
    with pytest.raises(RQLError) as caught:
        mistake()
    assert remedy in str(caught.value)


@pytest.mark.parametrize("mistake", [m for m, _ in MISTAKES[13:]])
def test_a_value_of_a_wrong_type_is_a_type_error_too(mistake):
    with pytest.raises(TypeError) as caught:
        mistake()
    assert type(caught.value) is RQLTypeError
    assert isinstance(caught.value, ValueError)


def test_numbers_of_other_libraries_are_named_with_their_conversion():
    class Int64:
        def item(self):
            return 5

    with pytest.raises(RQLTypeError, match=r"no literal for a Int64: write value\.item\(\)"):
        R(a=Int64())


def test_the_class_has_no_fields():
    with pytest.raises(AttributeError) as caught:
        _ = R.status
    assert str(caught.value) == "R.status is no field, since R is a class: write R().status"
    assert (caught.value.name, R.AND) == (None, "and")
    assert not hasattr(R, "_status")


def test_fields_are_compared_with_each_other():
    assert R().a == R().a
    assert R().a != R().b
    assert R().a != R(a=1)
    assert R().a in {R().a: 1}
    assert R().a != object()
    with pytest.raises(TypeError, match="not supported"):
        _ = R().a < R().b


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("eq(a,1)&limit=5", "'limit' is a parameter of the call and no condition: .* limit(100)"),
        ("limit=5&offset=10", "'limit' is a parameter"),
        ("(a=1|offset=5)", "'offset' is a parameter .* write a slice: [100:]"),
        ("a=1|limit=5", "'limit' is a parameter"),
    ],
)
def test_parameters_of_paging_in_a_filter_are_refused(text: str, remedy: str):
    for read in (parse_filter, lambda text: R(_expr=text)):
        with pytest.raises(RQLError) as caught:
            read(text)
        for part in remedy.split(" .* "):
            assert part in str(caught.value)


def test_words_like_those_parameters_are_no_parameters():
    for text in ("eq(credit.limit,5)", "eq(a,limit)", "in(a,(offset,limit))"):
        assert str(parse_filter(text)) == text
    assert str(R(limit=5)) == "eq(limit,5)"


def combinations(fields):
    """Conditions that Python combines, with the text that does it, one in two lines."""
    return [
        (lambda: R(a=1) and R(b=2), "'and' keeps one", "write R(a=1) & R(b=2)"),
        (lambda: R(a=1) or R().b.eq(2), "'or' keeps one", "write R(a=1) | R().b.eq(2)"),
        (lambda: R(a="é") and ~R(b=2) and R(c=3), "'and' ", "write R(a='é') & ~R(b=2) & R(c=3)"),
        (lambda: R(a=1) | R(c=1) and R(b=2), "'and' keeps", "write (R(a=1) | R(c=1)) & R(b=2)"),
        (
            lambda: (
                fields.a.eq(1)
                and fields.b.eq(2)
            ),
            "'and' keeps one",
            "write fields.a.eq(1) & fields.b.eq(2)",
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(5))
def test_conditions_that_python_combines_are_warned_of(number: int):
    build, problem, remedy = combinations(R())[number]
    with pytest.warns(LostConditionWarning) as caught:
        build()
    message = str(caught[0].message)
    assert message.startswith(problem)
    assert "keeps one of these conditions and loses the others" in message
    assert message.endswith(remedy)
    assert caught[0].filename == __file__


def test_the_truth_of_a_condition_is_no_mistake():
    query, more = R(a=1), R(b=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [query and more] == [more]
        assert (query and "rows") == "rows"
        assert (query or R()) is query
        assert (R() or R(b=2)) == more
        assert (len("a") and R(b=2)) == more
        if R(a=1) and R(b=2):
            query = None
        assert (not R(a=1)) is False
        assert eval("R(a=1) and R(b=2)", {"R": R}) == more  # noqa: S307 - has no source
    assert query is None


def test_code_without_positions_is_left_alone():
    code = compile("R(first=1) and R(second=2)", __file__, "eval")
    with warnings.catch_warnings(record=True) as caught:
        assert eval(code.replace(co_linetable=b""), {"R": R}) == R(second=2)  # noqa: S307 - our own
    assert caught == []
