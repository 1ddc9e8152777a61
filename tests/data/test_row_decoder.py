"""Both ways from the JSON of a row to its cells lead to the same cells and counts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnct.data.column_types import TEXT_CONVERTERS
from cnct.data.columns import Column, Columns
from cnct.data.json_rows import decoded_row

TYPES = ("string", "integer", "decimal", "float", "boolean", "datetime", "date", "json")
COLUMNS = Columns(
    [Column(name, (name,), name) for name in TYPES]
    + [Column(f"a.{name}", ("a", name), name) for name in TYPES]
    + [Column("a.b.c", ("a", "b", "c"), "string")]
)
WAYS = [
    (columns.flattener(converters), columns.decoder(converters))
    for choice in (None, ["a"], ["integer"], ["_extra"], ["a.b", "_extra", "date"], ["json"])
    for columns in [COLUMNS.chosen(choice)]
    for converters in (None, TEXT_CONVERTERS)
]

values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(2**62, 2**65),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from(["5", "-1.50", "2026-01-31", "2026-02-31", "\ud800", "=1"]),
    st.datetimes().map(lambda moment: f"{moment.isoformat()}+00:00"),
    st.datetimes().map(lambda moment: f"{moment.isoformat()}-05:30"),
    st.lists(st.integers() | st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    st.dictionaries(st.sampled_from(["c", "x"]), st.none() | st.text(), max_size=2),
)
names = st.sampled_from([*TYPES, "a", "b", "c", "unknown"])
objects = st.dictionaries(names, values | st.dictionaries(names, values, max_size=5), max_size=6)


@given(objects)
@settings(max_examples=25)  # each goes twelve ways
def test_rows_of_any_kind_have_the_same_cells(row):
    text = json.dumps(row).encode()
    for flatten, decode in WAYS:
        odd, counted = {}, {}
        cells = flatten(decoded_row(text), odd)
        assert decode(text, counted) == cells
        assert counted == odd


@pytest.mark.parametrize("row", ["5", '["a"]', '{"a": null, "string": "x"}', '{"a": {"b": null}}'])
def test_rows_without_objects_have_the_same_cells(row):
    cells = COLUMNS.values(decoded_row(row.encode()))
    assert COLUMNS.decoder()(row.encode()) == cells


def test_a_list_of_odd_rows_is_read_the_other_way():
    decoder = COLUMNS.decoder()
    assert {decoder(b'{"unknown": 1}')[-1] for _ in range(150)} == {'{"unknown":1}'}
    assert decoder(b'{"string": "x"}')[0] == "x"
