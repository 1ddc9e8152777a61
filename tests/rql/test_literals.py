from __future__ import annotations

import enum
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import unquote, urlsplit
from uuid import UUID

import httpx2
import pytest
import requests
from hypothesis import assume, given
from hypothesis import strategies as st
from py_rql.parser import RQLParser as parser

from cnct import R, RQLError
from cnct.rql import (
    escape_like,
    like_contains,
    like_endswith,
    like_exact,
    like_startswith,
    quote_literal,
    search_literal,
)
from cnct.rql.patterns import search_term
from cnct.rql.url import from_wire, params_to_wire, to_wire


class Status(enum.Enum):
    DRAFT = "draft"


class Text(enum.StrEnum):
    PLAIN = "plain"


class Shouted(str):
    """A text that shows itself otherwise."""

    __slots__ = ()

    def __repr__(self) -> str:
        return self.upper()


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("plain", "plain"),
        ("AS-1-2", "AS-1-2"),
        ("-", "-"),
        ("-t", "-t"),
        ("two words", "two words"),
        ("*x*", "*x*"),
        ("t", '"t"'),
        ("", '""'),
        (" lead", '" lead"'),
        ("a,b", '"a,b"'),
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ('"hi"', '"hi"'),
        ("null()", '"null()"'),
        ("ü", '"ü"'),
        ("😀", '"😀"'),
        (7, "7"),
        (-5, "-5"),
        (10**400, "1" + "0" * 400),
        (True, "true"),
        (False, "false"),
        (None, "null()"),
        (1.5, "1.5"),
        (1e22, "10000000000000000000000"),
        (1e-7, "0.0000001"),
        (Decimal("1E+3"), "1000"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+400"), "1" + "0" * 400),
        (date(2020, 1, 2), "2020-01-02"),
        (datetime(2020, 1, 2, tzinfo=UTC), "2020-01-02T00:00:00+00:00"),
        (
            datetime(2020, 1, 2, tzinfo=timezone(timedelta(seconds=30))),
            "2020-01-01T23:59:30+00:00",
        ),
        (Status.DRAFT, "draft"),
        (Text.PLAIN, "plain"),
        (Shouted("plain"), "plain"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_values_are_written_as_the_server_reads_them(value, literal: str):
    assert str(R().f.eq(value)) == f"eq(f,{literal})"
    assert str(R().f.in_([value])) == f"in(f,({literal}))"
    assert str(R().f.in_(["AS-1", value])) == f"in(f,(AS-1,{literal}))"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("both ' and \"", "both kinds of quotes"),
        ("\ud800", "surrogates"),
        ('"\ud800"', "surrogates"),
        ("empty()", "empty"),
        ('"empty()"', "empty"),
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (Decimal("NaN"), "finite"),
        (b"bytes", "bytes"),
        ({"a": 1}, "dict"),
        (object(), "object"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(seconds=30))), "calendar"),
        (timedelta(1), "timedelta"),
        (Decimal("1E+1000000"), "too long"),
        (Decimal("1E-1000000"), "too long"),
    ],
)
def test_a_value_without_a_literal_is_refused_with_the_reason(value, why: str):
    with pytest.raises(RQLError, match=why):
        R().f.eq(value)
    with pytest.raises(RQLError, match=why):
        R(f__in=[value])


def test_an_integer_longer_than_python_converts_is_refused():
    with pytest.raises(RQLError, match="too long"):
        R().f.eq(10**5000)


def test_like_reads_the_text_empty_as_a_text():
    assert str(R().f.like("empty()")) == 'like(f,"empty()")'


def raw_queries(text: str) -> list[str]:
    """Return the query strings that both HTTP libraries send."""
    url = f"http://localhost/public/v1/products?{to_wire(text)}"
    by_requests = requests.Request("GET", url).prepare().url
    by_httpx = httpx2.Request("GET", url).url.raw_path.decode().partition("?")[2]
    return [urlsplit(by_requests).query, by_httpx]


def received(text: str) -> list:
    """Return the real parser's trees of the decoded query strings."""
    return [parser.parse(unquote(raw)) for raw in raw_queries(text)]


def literals(text: str) -> list[list[str]]:
    """Return the values in the real parser's tree, quotes removed as the server does."""
    return [
        [unquoted(str(token)) for token in tree.scan_values(lambda _: True)][2:]
        for tree in received(text)
    ]


def unquoted(token: str) -> str:
    return token[1:-1] if token[:1] in ("'", '"') else token


def looks_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" and text[0] not in text[1:-1]


# Near the ends of the calendar an instant has no date in another zone.
YEAR_2, YEAR_9998 = datetime(2, 1, 1), datetime(9998, 1, 1)  # noqa: DTZ001 - hypothesis wants them so

texts = st.one_of(
    st.text(),
    st.text(alphabet="a t,()\"'\\*%&=;|#+:@.-_~/?\n\0é😀0"),
    st.sampled_from(["a),eq(b,c", "a%41", "x)#", "100%", "a%26b", "t", "null()", "a&limit=1"]),
)


@given(texts)
def test_every_text_arrives_as_itself_or_is_refused(text: str):
    assume(not looks_quoted(text))
    try:
        query = str(R().f.eq(text))
    except RQLError:
        assert (
            ("'" in text and '"' in text) or text == "empty()" or "\ud800" <= max(text) <= "\udfff"
        )
        return
    assert literals(query) == [[text], [text]]


@given(st.lists(texts, min_size=1, max_size=4))
def test_every_list_arrives_as_itself_or_is_refused(values: list[str]):
    assume(not any(looks_quoted(value) for value in values))
    try:
        query = str(R().f.in_(values))
    except RQLError:
        return
    assert literals(query) == [values, values]


@given(
    st.one_of(
        st.integers(),
        st.booleans(),
        st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9),
        st.floats(allow_nan=False, allow_infinity=False),
        st.dates(),
        st.datetimes(YEAR_2, YEAR_9998, timezones=st.timezones()),
    )
)
def test_every_other_value_arrives_as_itself(value):
    first, second = literals(str(R().f.eq(value)))
    assert first == second
    (text,) = first
    match value:
        case bool():
            assert text == str(value).lower()
        case datetime():
            assert datetime.fromisoformat(text).astimezone(UTC) == value.astimezone(UTC)
        case date():
            assert date.fromisoformat(text) == value
        case _:
            assert type(value)(text) == value


@given(texts)
def test_a_quoted_literal_keeps_its_quotes(text: str):
    try:
        query = str(R().f.like(quote_literal(text)))
    except RQLError:
        return
    assert literals(query) == [[text], [text]]


@given(texts)
def test_a_search_adds_no_filter(text: str):
    try:
        term = search_term(text)
    except RQLError:
        return
    expected = unquoted(text) if looks_quoted(text) else text
    for tree in received(term):
        assert tree.data == "start"
        values = [str(token) for token in tree.scan_values(lambda _: True)]
        assert values[0] == "search"
        assert unquoted(values[-1]) == expected


def test_patterns_are_made_of_literal_text():
    assert escape_like("a*b\\c") == "a\\*b\\\\c"
    assert like_exact('"hi"') == "'\"hi\"'"
    assert like_startswith("50*") == '"50\\**"'
    assert like_endswith("x") == '"*x"'
    assert like_contains("x") == '"*x*"'
    assert like_contains("") == "*"
    assert search_literal("a*b") == '"a\\*b"'
    assert search_literal("ends*") == '"ends\\**"'


def test_the_wire_carries_any_text_but_surrogates():
    assert to_wire('eq(a,"100% ü")') == "eq(a,%22100%25%20%C3%BC%22)"
    assert from_wire("a+b%20c%zz") == "a+b c%zz"
    with pytest.raises(RQLError, match="surrogates"):
        to_wire("\ud800")


@pytest.mark.parametrize(
    ("params", "wire"),
    [
        ("a=1&b=x%20y", "a=1&b=x%20y"),
        (b"a=1", "a=1"),
        (
            {"a": "x y", "b": [1, 2], "c": None, "d": True, "e": False},
            "a=x%20y&b=1&b=2&d=true&e=false",
        ),
        ([("a", 1), ("a", 2)], "a=1&a=2"),
    ],
)
def test_params_are_written_in_one_way(params, wire: str):
    assert params_to_wire(params) == wire
