"""What the parameters of a list say of its filters."""

from __future__ import annotations

import pytest

from cnct.openapi.fields import FilterField, filter_field
from cnct.rql.nodes import Constant, Group, Literal


@pytest.mark.parametrize(
    ("schema", "type_"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date"}, "date"),
        ({"type": "string", "format": "date-time"}, "datetime"),
        ({"type": "string", "format": "datetime"}, "datetime"),
        ({"type": "string", "format": "decimal"}, "decimal"),
        ({"type": "number"}, "float"),
        ({"type": "integer"}, "integer"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "array"}, "string"),
        (None, "string"),
    ],
)
def test_a_filter_has_the_type_of_its_schema(schema, type_):
    described = {"name": "a", "in": "query", "description": "**lookups:** eq", "schema": schema}
    assert filter_field(described).type == type_


def test_the_notes_of_a_filter_say_what_it_can_do():
    text = (
        "Day of the bill.\n\n**lookups:** eq, ne , null\n\n**null:** NULL_ID, null()\n\n"
        "**ordering:** true\n\n**search:** true\n\n**default:** *hidden*"
    )
    schema = {"type": "string", "enum": ["a", 1]}
    described = {"name": "day", "in": "query", "description": text, "schema": schema}
    assert filter_field(described) == FilterField(
        name="day",
        lookups=frozenset({"eq", "ne", "null"}),
        enum=("a", "1"),
        orderable=True,
        searchable=True,
        hidden=True,
        null_words=frozenset({"NULL_ID"}),
        description="Day of the bill.",
    )


@pytest.mark.parametrize(
    "parameter",
    [
        {"name": "limit", "in": "query"},
        {"name": "id", "in": "path", "description": "**lookups:** eq"},
        {"name": "q", "in": "query", "description": "**search:** true"},
    ],
)
def test_a_parameter_without_lookups_is_no_filter(parameter):
    assert filter_field(parameter) is None


@pytest.mark.parametrize(
    ("value", "is_null"),
    [
        (Constant("null()"), True),
        (Constant("empty()"), False),
        (Literal("NULL_ID"), True),
        (Literal("NULL_ID", '"'), False),
        (Literal("null()", '"'), False),
        (Literal("x"), False),
        (Group(()), False),
    ],
)
def test_a_value_means_null_as_the_constant_or_as_a_word_of_the_field(value, is_null):
    field = FilterField("id", frozenset(), null_words=frozenset({"NULL_ID"}))
    assert field.means_null(value) is is_null
