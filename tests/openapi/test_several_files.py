"""Documents in several files, with extensions, or without paths."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.conftest import Server

from cnct import ConnectClient, NotFoundError
from cnct.openapi import OpenAPISpecs, SpecError, load_document
from cnct.openapi.checks import check_payload

LISTING = {"get": {"responses": {"200": {"description": ""}}}}

MAIN = """
openapi: 3.0.3
info: {title: Several}
paths:
  /things: {$ref: paths/things.yaml}
  /things/{id}: {$ref: "paths/things.yaml#/x-one"}
  /parts: {$ref: "./paths/parts.json"}
components:
  schemas:
    Note: {type: object, properties: {text: {type: string}}}
    Whole: {$ref: "schemas/thing.yaml"}
"""
THINGS = """
get: {responses: {"200": {$ref: "../responses.yaml#/Listing"}}}
post:
  requestBody:
    content: {application/json: {schema: {$ref: "../schemas/thing.yaml"}}}
x-one: {get: {responses: {"200": {description: one}}}}
"""
RESPONSES = """
Listing:
  description: all
  content:
    application/json:
      schema: {type: array, items: {$ref: "schemas/thing.yaml"}}
"""
THING = """
type: object
properties:
  rank: {$ref: "#/x~1y/0"}
  note: {$ref: "../openapi.yml#/components/schemas/Note"}
  parent: {$ref: "thing.yaml"}
  tilde: {$ref: "odd ~%names.yaml#"}
example: {$ref: "not/followed.yaml"}
x/y: [{type: integer}]
"""


@pytest.fixture
def several(write, tmp_path) -> Path:
    (tmp_path / "paths").mkdir()
    (tmp_path / "schemas").mkdir()
    write(THINGS, "paths/things.yaml")
    write(json.dumps(LISTING), "paths/parts.json")
    write(RESPONSES, "responses.yaml")
    write(THING, "schemas/thing.yaml")
    write("type: boolean", "schemas/odd ~%names.yaml")
    return write(MAIN)


def test_a_document_in_several_files_is_one(several):
    specs = OpenAPISpecs(several)
    assert specs.get_collections() == ["parts", "things"]
    assert specs.kind("things/1") == "resource"
    assert specs.exists("GET", "things/1")
    listing = specs.operation("GET", "things")
    assert listing is not None
    assert specs.success(listing).schema["type"] == "array"
    good = {"rank": 1, "note": {"text": "x"}, "parent": {"parent": {"rank": 2}}, "tilde": True}
    assert check_payload(specs, "POST", "things", good) == ()
    bad = {"rank": "x", "note": {"text": 1}, "parent": {"parent": {"rank": "x"}}, "tilde": 0}
    problems = {problem.path for problem in check_payload(specs, "POST", "things", bad)}
    assert problems == {"rank", "note.text", "parent.parent.rank", "tilde"}


def test_a_change_in_any_of_the_files_is_read(several, write):
    assert OpenAPISpecs(several).get_collections() == ["parts", "things"]
    assert OpenAPISpecs(several).at_hand()
    file = write(THINGS.replace("post:", "put:"), "paths/things.yaml")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    assert not OpenAPISpecs(several).at_hand()
    assert OpenAPISpecs(several).exists("PUT", "things")
    assert not OpenAPISpecs(several).exists("POST", "things")
    assert OpenAPISpecs(several).at_hand()


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("missing.yaml", "'missing.yaml'"),
        ("responses.yaml#/Missing", "'responses.yaml#/Missing'"),
        ("/etc/hostname", "'/etc/hostname'"),
        ("https://u:p@example.com/a.yaml?key=1", "'https://example.com/a.yaml'"),
        ("schemas", "'schemas'"),
    ],
)
def test_parts_that_cannot_be_read_are_named(several, write, reference, named):
    write(MAIN.replace("./paths/parts.json", reference))
    with pytest.raises(SpecError, match="refers to parts that cannot be read") as refused:
        OpenAPISpecs(several).load()
    assert named in str(refused.value)
    assert "p@" not in str(refused.value)


def test_a_file_that_cannot_be_parsed_is_named(several, write):
    file = write("<html>", "responses.yaml")
    with pytest.raises(SpecError) as refused:
        load_document(several)
    assert str(refused.value) == f"{file} is HTML or XML, not an OpenAPI document"


def test_a_document_on_the_network_names_the_files_that_it_lacks(server: Server):
    server.answer = lambda _: (200, {}, MAIN.encode())
    with pytest.raises(SpecError) as refused:
        load_document(f"{server.endpoint}/openapi.yml")
    for name in ("paths/things.yaml", "paths/things.yaml#/x-one", "schemas/thing.yaml"):
        assert repr(name) in str(refused.value)


def test_a_schema_on_the_network_allows_anything(write):
    remote = {"$ref": "https://example.com/schema.json"}
    post = {"requestBody": {"content": {"application/json": {"schema": remote}}}}
    document = {"openapi": "3.0.0", "paths": {"/a": {"post": post}}}
    specs = OpenAPISpecs(write(json.dumps(document)))
    assert check_payload(specs, "POST", "a", {"b": 1}) == ()


def test_extensions_are_allowed_everywhere(write):
    document = {
        "openapi": "3.0.3",
        "x-top": None,
        "info": {"title": "T", "x-logo": {"url": 1}},
        "paths": {"x-note": "hello", "/items": {**LISTING, "x-a": 1, "post": None}, "/null": None},
        "components": {"x-order": ["a"], "schemas": None},
    }
    specs = OpenAPISpecs(write(json.dumps(document)))
    assert specs.get_collections() == ["items"]
    assert [place.template for place in specs.places()] == ["items"]
    assert OpenAPISpecs(
        write(json.dumps({**document, "components": None}), "null.json")
    ).get_collections() == ["items"]


@pytest.mark.parametrize("other", ["webhooks", "components"])
def test_a_document_without_paths_has_nothing_to_call(write, other):
    specs = OpenAPISpecs(write(json.dumps({"openapi": "3.1.0", other: {}})))
    assert specs.get_collections() == []
    assert [*specs.places()] == []
    assert specs.find("anything") == []


def test_a_number_without_end_is_no_document(write):
    with pytest.raises(SpecError, match="more digits than Python reads"):
        load_document(write(f'{{"openapi": "3.0.0", "paths": {{}}, "x-a": {"1" * 5000}}}'))
    document = load_document(write(f'{{"openapi": "3.0.0", "paths": {{}}, "x-a": -{"1" * 400}}}'))
    assert document["x-a"] == float("-inf")


NAMES = ("@me", "things:search", "a(b)", "a,b;c=d", "größe", "[x]", "100%", "x'y!*+$&")


def test_every_name_of_a_document_can_be_called(write):
    paths = {f"/{name}": LISTING for name in NAMES}
    paths |= {f"/users/{{id}}/{name}": {"post": LISTING["get"]} for name in NAMES}
    specs = write(json.dumps({"openapi": "3.0.3", "paths": paths}))
    client = ConnectClient("ApiKey x", "http://127.0.0.1:9", specs_location=specs)
    OpenAPISpecs(specs).load()
    with pytest.raises(NotFoundError):
        client.collection("@you")
    for name in NAMES:
        assert client.collection(name)
        assert client.users["1"](name)
    assert "@me" in repr(client.collection("@me"))


def test_signs_that_may_stand_in_a_path_are_sent_as_they_are(server: Server):
    client = ConnectClient("ApiKey x", server.endpoint, use_specs=False)
    client.collection("things:search@me(a=1)").create({})
    assert server.got[0].path.endswith("/things:search@me(a=1)")
