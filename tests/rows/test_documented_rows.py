"""Rows by the document: cells with its types, and the fields that a create can set."""

from __future__ import annotations

import json

import pytest

from cnct.openapi import OpenAPISpecs
from cnct.rows.differences import changes_of, writable_payload
from cnct.rows.documented_rows import DocumentedRows

TEXT = {"type": "string"}
OBJECT = {"type": "object"}
READ_ONLY = {"type": "string", "readOnly": True}
MEMBER = {"type": "object", "properties": {"id": TEXT, "name": TEXT}, "required": ["id"]}
THING = {
    "type": "object",
    "properties": {
        "id": {**TEXT, "readOnly": True},
        "name": TEXT,
        "locale": {**OBJECT, "readOnly": True},
        "status": {**TEXT, "readOnly": True},
        "size": {"type": "integer"},
        "price": {"type": "number"},
        "is_open": {"type": "boolean"},
        "tags": {"type": "array", "items": TEXT},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Member"}},
        "extent": {"anyOf": [{"$ref": "#/components/schemas/Limits"}, MEMBER]},
        "contact": {**OBJECT, "properties": {"phone": READ_ONLY, "fax": READ_ONLY}},
        "lines": {"type": "array", "items": {**OBJECT, "properties": {"sum": READ_ONLY}}},
        "limits": {"allOf": [{"$ref": "#/components/schemas/Limits"}]},
    },
}
CHANGE = {"type": "object", "properties": {"reason": TEXT}}
LIMITS = {"type": "object", "properties": {"most": {"type": "integer"}}}


CREATED = {
    "id": "T-1",
    "locale": {"id": "EN"},
    "contact": {"phone": "1"},
    "lines": [{"name": "a"}, {"sum": "1"}],
}


def calls(schema, example=None):
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    written = {"content": {"application/json": {**content, "example": example}}}
    rows = {"application/json": {"schema": {"type": "array", "items": content["schema"]}}}
    filters = [
        {"name": name, "in": "query", "description": "**lookups:** eq"}
        for name in ("owner.name", "limits.least", "limits__none")
    ]
    return {
        "get": {
            "parameters": filters,
            "responses": {"200": {"description": "", "content": rows}},
        },
        "post": {
            "requestBody": written,
            "responses": {"201": {"description": "", "content": {"application/json": content}}},
        },
    }


@pytest.fixture(scope="module")
def specs(tmp_path_factory):
    reads = {"get": {"responses": {"200": {"description": ""}}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "paths": {
            "/things": calls("Thing", CREATED),
            "/things/{id}": {"put": calls("Change", {"size": 5})["post"]},
            "/things/{id}/members": calls("Member"),
            "/notes": {
                "post": {"requestBody": {"content": {"application/json": {"schema": OBJECT}}}}
            },
            "/logs": {**reads, "post": {"responses": {"201": {"description": ""}}}},
        },
        "components": {
            "schemas": {"Thing": THING, "Member": MEMBER, "Limits": LIMITS, "Change": CHANGE}
        },
    }
    path = tmp_path_factory.mktemp("document") / "things.json"
    path.write_text(json.dumps(document))
    return OpenAPISpecs(path)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ({"size": "-5", "name": "5"}, {"size": -5, "name": "5"}),
        ({"size": "5.0"}, {"size": "5.0"}),
        ({"price": "5", "size": "", "name": ""}, {"price": 5, "size": None, "name": ""}),
        ({"locale": '{"id": "EN"}', "tags": '["a"]'}, {"locale": {"id": "EN"}, "tags": ["a"]}),
        ({"tags": "[", "locale": "EN"}, {"tags": "[", "locale": "EN"}),
        ({"price": "5.25"}, {"price": 5.25}),
        ({"price": "1e5"}, {"price": "1e5"}),
        ({"is_open": "TRUE"}, {"is_open": True}),
        ({"is_open": "no"}, {"is_open": "no"}),
        ({"limits": {"most": "7", "id": "7"}}, {"limits": {"most": 7, "id": "7"}}),
        ({"parts": '[{"name": "7"}]'}, {"parts": [{"name": "7"}]}),
        ({"limits": ["7"], "size": 7}, {"limits": ["7"], "size": 7}),
    ],
)
def test_cells_are_read_with_the_types_of_the_document(specs, cells, values):
    assert DocumentedRows(specs, "things", is_strict=True).read(cells, "rows[0]") == values


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"nmae": 1}, r"rows\[0\] has the field 'nmae', which things does not .* mean 'name'\?"),
        ({"limits": {"msot": 1}}, r"field 'limits.msot', .* mean 'most'\?"),
        ({"parts": [{"name": "a"}, {"nmae": "a"}]}, r"'parts.nmae', .* mean 'name'\?"),
        ({"parts": '[{"nmae": "a"}]'}, r"'parts.nmae'"),
        ({"extent": {"other": "a"}}, r"'extent.other', .*There are id, most, name"),
    ],
)
def test_an_unknown_field_is_an_error_on_any_level(specs, row, message):
    with pytest.raises(ValueError, match=message):
        DocumentedRows(specs, "things", is_strict=True).read(row, "rows[0]")
    DocumentedRows(specs, "things", is_strict=False).read(row, "rows[0]")


@pytest.mark.parametrize(
    "row",
    [
        {"owner": {"name": "a", "anything": 1}},
        {"owner": {"of": {"anything": 1}}},
        {"locale": {"anything": 1}},
        {"extent": {"most": 1, "name": "a"}},
        {"reason": "of an update"},
        {"limits": {"least": 1, "none": 1}},
        {"name": {"anything": 1}},
    ],
)
def test_fields_are_those_of_all_schemas_and_filters(specs, row):
    assert DocumentedRows(specs, "things", is_strict=True).read(row, "rows[0]") == row


def left_out(path, specs):
    rows = DocumentedRows(specs, path, is_strict=True)
    return [name for name in sorted(rows.names) if rows.create_fields.below(name) is None]


def test_a_create_can_set_what_its_example_sets_and_an_id_that_it_needs(specs):
    assert left_out("things", specs) == ["id", "status"]
    assert left_out("things/T-1/members", specs) == []
    members = DocumentedRows(specs, "things/T-1/members", is_strict=True)
    assert changes_of({"id": "M-1"}, {}, members.create_fields).as_payload() == {"id": "M-1"}


def test_writes_can_set_what_their_examples_set_on_all_levels(specs):
    rows = DocumentedRows(specs, "things", is_strict=True)
    payload = {"contact": {"phone": "1", "fax": "2"}, "lines": [{"sum": "2"}], "size": 6}
    created = writable_payload(payload, rows.create_fields)
    assert created == {"contact": {"phone": "1"}, "lines": [{"sum": "2"}], "size": 6}
    assert writable_payload({"size": 6, "price": 5}, rows.update_fields) == {"size": 6}


def test_fields_of_a_key_stay_in_the_payload_of_a_create(specs):
    fields = DocumentedRows(specs, "things", is_strict=True).create_fields
    payload = {"id": "T-1", "status": "new", "name": "A", "limits": {"id": "L-1"}}
    assert writable_payload(payload, fields) == {"name": "A", "limits": {"id": "L-1"}}
    assert writable_payload(payload, fields, ["status"]).keys() == {"status", "name", "limits"}


@pytest.mark.parametrize("path", ["logs", "notes", "nothing"])
def test_a_path_without_a_description_allows_every_field(specs, path):
    rows = DocumentedRows(specs, path, is_strict=True)
    assert (rows.create_fields, rows.update_fields) == (None, None)
    assert rows.read({"anything": "5"}, "rows[0]") == {"anything": "5"}
