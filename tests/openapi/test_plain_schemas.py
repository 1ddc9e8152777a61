"""Composed schemas, reduced to one that records can be invented from."""

from __future__ import annotations

import pytest

from cnct.openapi.plain_schemas import plain
from cnct.openapi.shapes import as_record

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


@pytest.mark.parametrize(
    ("schema", "result"),
    [
        (TEXT, TEXT),
        ({"oneOf": [TEXT, NUMBER]}, TEXT),
        ({"nullable": True, "allOf": [TEXT]}, {"nullable": True, **TEXT}),
        (
            {
                "allOf": [
                    {"properties": {"a": TEXT}},
                    {"properties": {"b": TEXT}, "required": ["b"]},
                ]
            },
            {"properties": {"a": TEXT, "b": TEXT}, "required": ["b"]},
        ),
        (
            {
                "properties": {"a": TEXT, "b": TEXT},
                "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
            },
            {"properties": {"a": TEXT}, "required": ["a"]},
        ),
    ],
)
def test_a_composed_schema_becomes_one(schema, result):
    assert plain(schema, as_record) == result
