"""Schemas are walked in one way, whoever reads them."""

from __future__ import annotations

from functools import partial

import pytest

from cnct.openapi.references import dereference
from cnct.openapi.schemas import (
    composed,
    items,
    joined,
    parts,
    properties,
    required,
    type_name,
    variants,
)

DOCUMENT = {
    "Named": {"properties": {"name": {"type": "string"}}, "required": ["name"]},
    "Circle": {"allOf": [{"$ref": "#/Named"}, {"$ref": "#/Circle"}]},
    "List": {"items": {"$ref": "#/Circle"}},
    "Nest": {"items": {"$ref": "#/Nest"}},
}

resolve = partial(dereference, DOCUMENT)


def test_parts_are_those_of_all_compositions_or_of_some():
    schema = {"oneOf": [{"a": 1}], "allOf": [{"b": 2}, "odd"], "anyOf": [{"c": 3}]}
    assert parts(schema) == [{"b": 2}, {}, {"a": 1}, {"c": 3}]
    assert parts(schema, "anyOf") == [{"c": 3}]
    assert variants(schema) == [{"a": 1}]
    assert variants({"anyOf": [{"c": 3}], "oneOf": []}) == [{"c": 3}]
    assert variants({}) == []


def test_keywords_that_are_not_of_their_type_count_as_missing():
    assert properties({"properties": {"name": True}}) == {"name": {}}
    assert properties({"properties": []}) == {}
    assert required({"required": ["name", 1]}) == ["name"]
    assert required({"required": "name"}) == []
    assert items({"items": True}) == {}
    assert items({}) is None


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ({"type": "string"}, "string"),
        ({"properties": {}}, "object"),
        ({"items": {}}, "array"),
        ({"items": {}, "type": None}, "array"),
        ({}, ""),
    ],
)
def test_a_type_is_inferred_where_it_is_not_written(schema, name):
    assert type_name(schema) == name


def test_a_schema_is_walked_once_however_it_is_composed():
    assert [*composed({"$ref": "#/Circle"}, resolve)] == [DOCUMENT["Circle"], DOCUMENT["Named"]]
    assert [*composed({"$ref": "#/List"}, resolve)] == [DOCUMENT["List"]]


def test_the_walk_can_go_through_lists():
    walk = [*composed({"$ref": "#/List"}, resolve, through_items=True)]
    assert walk == [DOCUMENT["Circle"], DOCUMENT["Named"]]
    assert [*composed({"$ref": "#/Nest"}, resolve, through_items=True)] == []


def test_of_joined_schemas_the_last_word_counts_and_no_name_is_lost():
    other = {"type": "object", "properties": {"name": {}, "id": {}}, "required": ["id"]}
    assert joined([DOCUMENT["Named"], other]) == {
        "type": "object",
        "properties": {"name": {}, "id": {}},
        "required": ["name", "id"],
    }
    assert joined([]) == {"properties": {}, "required": []}
