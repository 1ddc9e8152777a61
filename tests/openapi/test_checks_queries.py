"""Queries against the fields of a list; a message alone suffices to mend the mistake."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.openapi.shop import FILTERS, shop

from cnct.openapi.checks import check_query
from cnct.openapi.filter_values import read_value
from cnct.rql import R


def said(query: str, path: str = "products") -> list[str]:
    return [problem.message for problem in check_query(shop(), path, query)]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "limit=100&offset=0",
        "limit=abc",
        "format=xlsx",
        "name=any thing",
        "in(name,(a,b))&out(id,(null(),x))",
        "not(like(name,*a*))",
        r"like(name,a\**)",
        "ne(name,empty())",
        'name="null()"',
        "status=draft",
        'in(status,("draft",published))',
        "like(status,dra*)",
        "level=1",
        "gt(quantity,+7),ne(quantity,null())",
        "eq(price,12.50)",
        "eq(rating,1e3)",
        "featured=true",
        "released=20240131",
        "events.created.at=ge=2024-01-31T00:00:00+00:00",
        "contract.id=CRD-00000",
        "ne(archived,null())",
        "category=t(name=Cloud)",
        "t(name=a)",
        "in(category,(t(id=CAT-1)))",
        "search=words",
        "in(search,(a,b))",
        "ordering(-name,+id,quantity,released,events.created.at)",
        "ordering()",
        "select(owner,-category,-events.created,name)",
        "or(select(owner),name=a)",
    ],
)
def test_what_the_server_honours_passes(query):
    assert said(query) == []


def test_conditions_made_in_python_pass():
    moment = datetime(2024, 1, 31, tzinfo=UTC)
    query = (
        R(name="a,b", quantity__in=[1, 2], featured=True, price=Decimal("1.50"), rating__gt=1.5)
        & R().events.created.at.ge(moment)
        & R(released__lt=moment.date(), contract__id__null=True)
    )
    assert said(str(query)) == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("category.nme=x", "Unknown field 'category.nme'. Did you mean 'category.name'?"),
        ("not(in(Name,(a)))", "Unknown field 'Name'. Did you mean 'name'?"),
        (
            "created.at=2024-01-31",
            "Unknown field 'created.at'. Did you mean 'events.created.at'?",
        ),
        ("category=t(nme=x)", "Unknown field 'category.nme'. Did you mean 'category.name'?"),
        (
            "in(category,(x,t(nme=a)))",
            "Unknown field 'category'. Did you mean 'category.id' or 'category.name'?",
        ),
        (
            "zzz=1",
            (
                "Unknown field 'zzz'. There are archived, category.id, category.name, contract.id, "
                "events.created.at, featured, id, level, name, price, quantity, rating and 3 more."
            ),
        ),
        ("ordering=-id", "Unknown field 'ordering': write ordering(...), not ordering=..."),
        ("owner=x", "Field 'owner' is for select() alone, not for conditions."),
        ("like(sku,x*)", "Field 'sku' does not take like: use eq or in."),
        ("archived=x", "Field 'archived' does not take eq: it only takes null()."),
        ("eq(name,null())", "Field 'name' is never null: it does not take null()."),
        ("gt(quantity,null())", "Field 'quantity' does not take null() with gt: use eq or ne."),
        (
            "like(name,null())",
            "Field 'name' takes a pattern such as *text* with like, not null().",
        ),
        (
            "ilike(name,a**b)",
            (
                "Field 'name' does not take ** with ilike, as in 'a**b': "
                r"write * once, or \* for a star."
            ),
        ),
        (
            "status=publshed",
            (
                "Field 'status' takes one of draft, published, not 'publshed'. "
                "Did you mean 'published'?"
            ),
        ),
        ("status=empty()", "Field 'status' takes one of draft, published, not empty()."),
        ("level=3", "Field 'level' takes one of 1, 2, not '3'."),
        ("in(quantity,(7,7.0))", "Field 'quantity' takes an integer such as 10, not '7.0'."),
        ('quantity=""', "Field 'quantity' takes an integer such as 10, not ''."),
        ("quantity=empty()", "Field 'quantity' takes an integer such as 10, not empty()."),
        ("price=1.5E+3", "Field 'price' takes a decimal number such as 12.50, not '1.5E+3'."),
        ("price=NaN", "Field 'price' takes a decimal number such as 12.50, not 'NaN'."),
        ("rating=abc", "Field 'rating' takes a number such as 1.5, not 'abc'."),
        ("featured=True", "Field 'featured' takes true or false, not 'True'."),
        ("released=today", "Field 'released' takes a date such as 2024-01-31, not 'today'."),
        (
            "events.created.at=2024-02-30",
            (
                "Field 'events.created.at' takes a date and time such as "
                "2024-01-31T00:00:00+00:00, not '2024-02-30'."
            ),
        ),
        (
            "eq(released.greater,2024-01-31)",
            "Unknown operator 'greater' of field 'released': use eq, ne, lt, le, gt, ge, in or out.",  # noqa: E501 - a message
        ),
        (
            "eq(events.created.at.year.day,5)",
            (
                "Unknown operator 'year.day' of field 'events.created.at': "
                "use eq, ne, lt, le, gt, ge, in or out."
            ),
        ),
        ("eq(category.nme,x)", "Unknown field 'category.nme'. Did you mean 'category.name'?"),
        ("ne(search,x)", "search does not take ne: write search=words."),
        ("ordering(nme)", "Cannot order by unknown field 'nme'. Did you mean 'name'?"),
        (
            "ordering(-featured)",
            (
                "Cannot order by 'featured'. "
                "There are events.created.at, id, name, quantity, released."
            ),
        ),
        (
            "ordering(name,id,quantity,released,-events.created.at,-id)",
            "Ordering takes at most 5 fields, not 6.",
        ),
        ("ordering(id)&ordering(name)", "There are two orderings: put all fields into one."),
        ("order_by=name", "'order_by' is no field: write order_by('-field')."),
        ("page=2", "'page' is no field: write a slice: [100:200]."),
        ("category__name=x", "Unknown field 'category__name'. Did you mean 'category.name'?"),
        ("select(ownr)", "Cannot select unknown field 'ownr'. Did you mean 'owner'?"),
        ("select(owner)&select(-id)", "There are two selects: put all fields into one."),
        ("select(owner,-owner)", "Field 'owner' is both selected and excluded: drop one."),
        (
            "name=a,b",
            (
                "Bad RQL at position 8: expected '=' (write b=value or eq(b,value)), "
                "found the end in 'name=a,b'."
            ),
        ),
    ],
)
def test_a_mistake_is_told_with_what_would_be_right(query, message):
    assert message in said(query)


def test_all_mistakes_are_told_at_once_and_each_only_once():
    query = "or(a_status=draft,featured=1)&featured=1&ordering(nme)&limit=100&offset=200"
    assert said(query) == [
        "Unknown field 'a_status'. Did you mean 'status'?",
        "Field 'featured' takes true or false, not '1'.",
        "Cannot order by unknown field 'nme'. Did you mean 'name'?",
    ]


def test_long_queries_are_checked_too():
    ids = ",".join(f"PRD-{number}" for number in range(1000))
    assert said(f"in(id,({ids}))") == []
    assert said(f"in(ids,({ids}))") == ["Unknown field 'ids'. Did you mean 'id'?"]


def test_an_object_takes_the_query_of_its_list():
    assert said("select(owner)", "products/PRD-1") == []
    assert said("nme=x", "/products/PRD-1/") == ["Unknown field 'nme'. Did you mean 'name'?"]


def test_a_list_without_filters_has_no_fields():
    assert said("name=x&ordering(name)&select(name)&search=x", "products/PRD-1/notes") == [
        "Unknown field 'name'. The document has no filters here.",
        "No field is searchable here: use filter() instead of search.",
        "Cannot order by unknown field 'name'. No field is orderable here.",
        "Cannot select unknown field 'name'. No field is selectable here.",
    ]


def test_parameters_that_are_no_filters_pass():
    assert said("search=x", "sales/orders") == []
    assert said("colour=red", "shelves") == []
    assert said("color=red", "shelves") == ["Unknown field 'color'. Did you mean 'colour'?"]


def test_what_is_no_rql_passes_where_the_document_has_no_filters():
    assert said("colour=red,blue", "shelves") == []


@pytest.mark.parametrize("path", ["status", "sales", "nowhere", "products/P/publish"])
def test_nothing_is_said_where_the_document_does_not_tell(path):
    assert said("whatever=x", path) == []


RIGHT = st.one_of(
    st.builds(lambda text: R(name=f"{text}."), st.text("ab, ()&;|=", max_size=5)),
    st.builds(lambda numbers: R(quantity__in=numbers), st.lists(st.integers(), min_size=1)),
    st.builds(lambda number: R(rating__le=number), st.floats(-1e9, 1e9)),
    st.builds(lambda day: R(released__gt=day), st.dates()),
    st.builds(lambda state: ~R(status=state), st.sampled_from(["draft", "published"])),
    st.builds(lambda none: R(contract__id__null=none), st.booleans()),
)


@given(
    st.recursive(
        RIGHT,
        lambda trees: (
            st.builds(lambda a, b: a & b, trees, trees)
            | st.builds(lambda a, b: ~(a | b), trees, trees)
        ),
        max_leaves=6,
    )
)
def test_right_conditions_are_right_in_any_combination(query):
    assert said(str(query)) == []
    wrong = str(query | R(nme="x"))
    assert said(wrong) == ["Unknown field 'nme'. Did you mean 'name'?"]


TEXTS = {
    "integer": st.integers().map(str),
    "float": st.floats().map(str),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False).map(lambda d: format(d, "f")),
    "boolean": st.sampled_from(["true", "false"]),
    "date": st.dates().map(date.isoformat),
    "datetime": st.datetimes(timezones=st.timezones() | st.none()).map(
        lambda moment: moment.replace(fold=0).isoformat()
    ),
}


@given(st.sampled_from(sorted(TEXTS)).flatmap(lambda kind: st.tuples(st.just(kind), TEXTS[kind])))
def test_every_value_that_python_writes_can_be_read(kind_and_text):
    assert read_value(*kind_and_text) is not None


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", " 1_0 ", 10),
        ("decimal", "12.009", Decimal("12.00")),
        ("decimal", "1.25e1", Decimal("1.25")),
        ("date", "2020-1-1", date(2020, 1, 1)),
        ("datetime", "2020-1-1 3:04", datetime(2020, 1, 1, 3, 4, tzinfo=UTC)),
        ("datetime", "2020-1-1T3:04:05,5+0300", datetime(2020, 1, 1, 0, 4, 5, 500000, tzinfo=UTC)),
        ("datetime", "2020-1-1T3:04:05 -03", datetime(2020, 1, 1, 6, 4, 5, tzinfo=UTC)),
        ("datetime", "2020-1-1T3:04Z", datetime(2020, 1, 1, 3, 4, tzinfo=UTC)),
        ("datetime", "2020-1-1", datetime(2020, 1, 1, tzinfo=UTC)),
        ("string", "any", "any"),
    ],
)
def test_values_are_read_as_the_server_reads_them(kind, text, value):
    assert read_value(kind, text) == value


@pytest.mark.parametrize("name", [item["name"] for item in FILTERS])
def test_a_field_that_is_known_is_never_called_unknown(name):
    assert not any("Unknown" in message for message in said(f"{name}=x"))
