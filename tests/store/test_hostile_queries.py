"""Queries that are deep, long or slow to match, and databases with two users."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnct import QueryError
from cnct.rql import parse
from cnct.store import FilterField, Storage, Table, read
from cnct.store.storage import _MOST_COUNTS
from cnct.store.wildcards import ANY, Step, encoded, matches

TEXT = frozenset({"eq", "ne", "like", "ilike", "null"})
FIELDS = (FilterField("id", TEXT), FilterField("name", TEXT), FilterField("tags.name", TEXT))
THINGS = Table("things", fields={f.name: f for f in FIELDS}, many={"tags.name": "tags"})


@pytest.fixture
def storage():
    with_three = Storage()
    rows = [{"id": name, "name": name, "tags": [{"name": name}]} for name in "abc"]
    with_three.insert(THINGS, "", [*rows, {"id": "z"}])
    yield with_three
    with_three.close()


def ids(storage: Storage, query: str) -> list[str]:
    page = storage.page(THINGS, "", read(parse(query), THINGS))
    return [record["id"] for record in page.records]


def nested(pairs: int, leaf: str) -> str:
    start = "and(ne(name,x),or(eq(name,y)," * pairs
    return f"{start}{leaf}{'))' * pairs}"


@pytest.mark.parametrize("pairs", [1, 3, 15, 200])
@pytest.mark.parametrize("field", ["name", "tags.name"])
def test_a_query_means_the_same_at_any_depth(storage, pairs, field):
    assert ids(storage, nested(pairs, f"eq({field},b)")) == ["b"]
    assert ids(storage, nested(pairs, f"ne({field},b)")) == ["a", "c", "z"]


def test_a_deep_query_has_rows_without_a_value_on_the_side_of_false(storage):
    assert ids(storage, nested(20, "or(eq(name,b),like(name,a*))")) == ["a", "b"]


@pytest.mark.parametrize("width", [2, 100, 700, 3000])
def test_a_deep_query_can_be_wide(storage, width):
    wide = ",".join(["eq(name,b)"] * width)
    assert ids(storage, nested(12, f"or({wide})")) == ["b"]


@pytest.mark.parametrize(
    "query",
    [
        nested(3000, "eq(name,b)"),
        f"in(name,({','.join(['x'] * 40_000)}))",
        "&".join(["like(name,a*)"] * 20_000),
    ],
    ids=["deep", "many values", "long"],
)
def test_a_query_beyond_the_database_is_refused(query):
    table = Table("things", fields={"name": FilterField("name", TEXT | {"in"})})
    with pytest.raises(QueryError, match="Bad filter query"):
        read(parse(query), table)


def test_many_stars_are_matched_in_linear_time(storage):
    name = "a" * 3000
    storage.insert(THINGS, "", [{"id": "long", "name": name}, {"id": "end", "name": f"{name}b"}])
    stars = "a*" * 40
    assert ids(storage, f"like(name,{stars}b)") == ["end"]
    assert ids(storage, f"ilike(name,{stars}b)") == ["end"]
    repeated = "*a\\*" * 40
    assert ids(storage, f"like(name,{repeated}*b)") == ["b", "end"]


STEPS = st.lists(
    st.one_of(st.just(ANY), st.builds(Step, st.sampled_from("ab.*"), st.booleans())), max_size=8
)


@given(STEPS, STEPS, st.text("ab.*\n", max_size=8))
def test_a_pattern_matches_like_the_regular_expression(before, after, text):
    steps = [*before, ANY, *after]
    expression = "".join(
        f"{re.escape(step.letter)}{'*' * step.repeated}" if step.letter else "(.*)"
        for step in steps
    )
    expected = re.compile(expression, re.DOTALL).fullmatch(text) is not None
    assert matches(encoded(steps), text) is expected


def test_counts_of_many_queries_are_not_kept(storage):
    for number in range(3 * _MOST_COUNTS):
        ids(storage, f"ne(name,{number})&limit=1")
    assert len(storage._counts) <= _MOST_COUNTS


def test_two_users_of_one_file_count_each_others_records(tmp_path):
    one, other = Storage(tmp_path / "records.db"), Storage(tmp_path / "records.db")
    one.insert(THINGS, "", [{"id": "1"}])
    assert (one.count(THINGS, ""), other.count(THINGS, "")) == (1, 1)
    other.insert(THINGS, "", [{"id": "2"}])
    assert (one.count(THINGS, ""), other.count(THINGS, "")) == (2, 2)
    one.delete(THINGS, "", "1")
    page = other.page(THINGS, "", read(parse("limit=1"), THINGS))
    assert (page.total, page.records) == (1, [{"id": "2"}])
    with other.transaction():
        other.insert(THINGS, "", [{"id": "3"}])
        assert other.page(THINGS, "", read(None, THINGS)).total == 2
    one.close()
    other.close()
