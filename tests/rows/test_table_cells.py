"""Cells of tables: empty ones are no values, and exports disarm formulas."""

from __future__ import annotations

import pytest

from cnct.rows.table_cells import cells_of


@pytest.mark.parametrize(
    ("row", "resource", "filled"),
    [
        ({"a": "", "b": None, "c": 0, "d": False}, {}, {"c": 0, "d": False}),
        ({"a": ""}, {"a": None}, {}),
        ({"a": ""}, {"a": "x"}, {"a": ""}),
        ({"a": None}, {"a": "x"}, {"a": None}),
        ({"a": {}, "b": []}, {}, {"a": {}, "b": []}),
        ({"unit": {"id": "u", "name": ""}}, {"unit": {"id": "u"}}, {"unit": {"id": "u"}}),
        ({"unit": {"id": "u", "name": ""}}, {"unit": "u"}, {"unit": {"id": "u"}}),
        ({"unit": {"id": "", "of": {"id": None}}}, {}, {}),
        ({"a": "'-5"}, {"a": "-5"}, {"a": "-5"}),
        ({"a": "'-5"}, {"a": "-6"}, {"a": "'-5"}),
        ({"a": "'a"}, {"a": "a"}, {"a": "'a"}),
        ({"unit": {"id": "", "of": {"id": None}}}, {"unit": {"id": "u"}}, {"unit": None}),
    ],
)
def test_a_cell_is_read_as_the_value_of_the_resource_that_it_stands_for(row, resource, filled):
    assert cells_of(row, resource) == filled
