"""Schemas with slips, and those of OpenAPI 3.1, are read as OpenAPI 3.0 would write them."""

from __future__ import annotations

import json

import pytest

from cnct.openapi import OpenAPISpecs
from cnct.openapi.checks import check_payload
from cnct.openapi.repairs import repaired

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("slip", "schema"),
    [
        ({"type": "object", "required": True}, {"type": "object"}),
        ({"required": "id"}, {}),
        ({"required": ["id", 5, None]}, {"required": ["id"]}),
        ({"allOf": None}, {}),
        ({"oneOf": []}, {}),
        ({"anyOf": [None, True, TEXT]}, {"anyOf": [{}, {}, TEXT]}),
        ({"properties": None}, {}),
        ({"properties": {"p": None, "q": {"required": True}}}, {"properties": {"p": {}, "q": {}}}),
        ({"items": None}, {"items": {}}),
        ({"items": [TEXT]}, {"items": {}}),
        ({"items": {"minItems": "1"}}, {"items": {"minItems": 1}}),
        ({"minLength": "1.0", "maxLength": 2.0}, {"minLength": 1, "maxLength": 2}),
        ({"minItems": -1, "maxItems": "many", "minLength": True}, {}),
        ({"minimum": "0", "maximum": "1.5"}, {"minimum": 0, "maximum": 1.5}),
        ({"minimum": float("inf"), "maximum": "1e999", "multipleOf": None}, {}),
        (
            {"exclusiveMinimum": True, "exclusiveMaximum": "9"},
            {"exclusiveMinimum": True, "exclusiveMaximum": 9},
        ),
        ({"enum": None, "format": 5, "pattern": 5}, {}),
        ({"enum": []}, {}),
        (
            {"nullable": "true", "readOnly": "False", "writeOnly": "no"},
            {"nullable": True, "readOnly": False},
        ),
        ({"type": "any"}, {}),
        ({"type": "String"}, TEXT),
        ({"type": 5, "not": None}, {"not": {}}),
        ({"additionalProperties": "no"}, {}),
        ({"additionalProperties": {"type": "file"}}, {"additionalProperties": {}}),
        ({"additionalProperties": False}, {"additionalProperties": False}),
    ],
)
def test_a_slip_is_repaired_or_dropped(slip, schema):
    assert repaired(slip, is_schema=True) == schema


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": ["null"]}, {"nullable": True}),
        ({"type": "null"}, {"nullable": True}),
        ({"type": ["string", "integer", "odd"]}, {"type": ["string", "integer"]}),
        ({"type": ["odd"]}, {}),
        ({"anyOf": [TEXT, {"type": "null"}]}, {"anyOf": [TEXT], "nullable": True}),
        ({"oneOf": [{"type": ["null"]}]}, {"nullable": True}),
        ({"const": "a"}, {"const": "a", "enum": ["a"]}),
        (
            {"patternProperties": {"^x-": {"type": ["array", "null"]}}},
            {"patternProperties": {"^x-": {"type": "array", "nullable": True}}},
        ),
    ],
)
def test_openapi_3_1_is_written_as_3_0(new, old):
    assert repaired(new, is_schema=True) == old


def test_values_are_no_schemas():
    part = {
        "example": {"required": True},
        "examples": {"a": {"value": {"schema": 1}}},
        "x-note": {"schema": 1},
        "schema": {"default": {"required": True}, "enum": [{"type": 1}], "$comment": {"type": 1}},
        "content": {"application/json": {"schema": None}},
    }
    before = json.loads(json.dumps(part))
    before["content"]["application/json"]["schema"] = {}
    assert repaired(part, is_schema=False) == before


def test_a_reference_has_nothing_beside_it_and_depth_does_not_matter():
    reference = {"$ref": "#/x", "required": True}
    assert repaired(reference, is_schema=True) == reference
    deep: dict = {"minItems": "1"}
    for _ in range(5_000):
        deep = {"items": deep}
    node = repaired(deep, is_schema=True)
    while "items" in node:
        node = node["items"]
    assert node == {"minItems": 1}


def test_a_document_is_checked_by_the_repaired_schemas_and_shown_as_written(write):
    payload = {
        "type": "object",
        "properties": {
            "tags": {"type": ["array", "null"], "items": TEXT, "maxItems": "1"},
            "name": {"type": "string", "required": True},
        },
        "patternProperties": {"^x-": {"type": "integer"}},
    }
    post = {"requestBody": {"content": {"application/json": {"schema": payload}}}}
    listing = {"200": {"content": {"application/json": {"schema": {"type": ["array", "null"]}}}}}
    item = {"post": post, "get": {"responses": listing}}
    paths = {"/things": item, "/things/{id}": {"get": {}}, "/things/{id}/parts": {**item}}
    document = {"openapi": "3.1.0", "paths": paths}
    specs = OpenAPISpecs(write(json.dumps(document)))
    assert check_payload(specs, "POST", "things", {"tags": None, "name": "x", "x-rank": 5}) == ()
    bad = {"tags": ["a", "b"], "x-rank": "high"}
    paths_of_problems = {problem.path for problem in check_payload(specs, "POST", "things", bad)}
    assert paths_of_problems == {"tags", "x-rank"}
    assert specs.get_collection("things") == item
    assert specs.kind("things/1/parts") == "collection"
