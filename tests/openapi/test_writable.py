"""The fields that an update can set, by the document."""

from __future__ import annotations

import json

from cnct.openapi import OpenAPISpecs
from cnct.openapi.writable import writable_fields

TEXT = {"type": "string"}
READ_ONLY = {"type": "string", "readOnly": True}


def obj(**properties):
    return {"type": "object", "properties": properties}


def array(items):
    return {"type": "array", "items": items}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def body(schema):
    return {"content": {"application/json": {"schema": schema}}}


def get(schema):
    return {"get": {"responses": {"200": body(schema)}}}


def put(schema):
    return {"put": {"requestBody": body(schema), "responses": {"200": {"description": ""}}}}


DOCUMENT = json.dumps(
    {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "paths": {
            "/hats": get(array(ref("Row"))),
            "/hats/{id}": get(ref("Hat")) | put(ref("Payload")),
            "/open/{id}": get(ref("Hat")) | put(obj(name=TEXT) | {"additionalProperties": True}),
            "/vague/{id}": put({"type": "object"}),
        },
        "components": {
            "schemas": {
                "Maker": obj(id=READ_ONLY, name=READ_ONLY, note=TEXT),
                "Row": obj(rank={"type": "integer"}),
                "Hat": obj(
                    id=TEXT,
                    name=TEXT,
                    status=TEXT,
                    maker=ref("Maker"),
                    sizes=array(obj(unit=TEXT, stock={"type": "integer"})),
                ),
                "Payload": {
                    "oneOf": [
                        obj(name=TEXT, maker=ref("Maker")),
                        obj(id=READ_ONLY, price=TEXT, sizes=array(obj(unit=TEXT))),
                    ]
                },
            }
        },
    }
)


def writable(fields, name):
    for part in name.split("."):
        fields = fields and fields.below(part)
    return fields is not None


def test_the_server_sets_what_is_read_only_or_in_the_response_alone(write):
    fields = writable_fields(OpenAPISpecs(write(DOCUMENT)), "hats/HAT-1")
    names = [
        "name",
        "price",
        "maker",
        "maker.id",
        "maker.note",
        "sizes",
        "sizes.unit",
        "unheard.of",
    ]
    assert [name for name in names if not writable(fields, name)] == []
    for name in ("id", "status", "rank", "maker.name", "sizes.stock"):
        assert not writable(fields, name)


def test_a_payload_that_takes_any_field_is_not_narrowed(write):
    fields = writable_fields(OpenAPISpecs(write(DOCUMENT)), "open/1")
    assert writable(fields, "status")


def test_without_a_description_nothing_is_known(write):
    specs = OpenAPISpecs(write(DOCUMENT))
    assert writable_fields(specs, "vague/1") is None
    assert writable_fields(specs, "hats") is None
    assert writable_fields(specs, "nowhere/1") is None
