"""Documents of every kind: what is read, and what is said of one that cannot be."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from tests.conftest import Server

from cnct.openapi import OpenAPISpecs, SpecError, load_document

MINIMAL = {"openapi": "3.0.3", "info": {"title": "Ünïcode"}, "paths": {"/a": {"get": {}}}}
YAML = "openapi: 3.0.3\ninfo: {title: Ünïcode}\npaths: {/a: {get: {}}}\n"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{next_}: &{next_} [{','.join([f'*{name}'] * 10)}]\n" for name, next_ in pairwise("abcdefghi")
)
"""Ten billion values once every alias is written out."""


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(MINIMAL),
        json.dumps(MINIMAL, indent=2, ensure_ascii=False),
        YAML,
        f"---\n# a comment\n{YAML}...\n",
        YAML.replace("\n", "\r\n"),
        b"\xef\xbb\xbf" + YAML.encode(),
        "{openapi: 3.0.3, info: {title: Ünïcode}, paths: {/a: {get: {}}}}",
        f"x-shared: &empty {{}}\n{YAML.replace('get: {}', 'get: *empty')}",
    ],
    ids=["JSON", "indented", "YAML", "marked", "CRLF", "BOM", "flow", "anchors"],
)
@pytest.mark.parametrize("name", ["openapi.json", "openapi.yaml", "openapi"])
def test_yaml_and_json_are_read_whatever_the_name(write, content, name):
    path = write(content, name)
    assert load_document(path)["info"] == MINIMAL["info"]
    assert OpenAPISpecs(str(path)).exists("GET", "a")


def test_yaml_means_what_json_would_mean(write):
    document = load_document(
        write(
            f"{YAML}components: {{schemas: {{S: {{enum: [on, no, 2024-01-31, 010, 1_0, 12:30],"
            " example: 0x1f, properties: {200: {}, null: {}, true: {}, 1.5: {}}}}}\n"
        )
    )
    schema = document["components"]["schemas"]["S"]
    assert schema["enum"] == ["on", "no", "2024-01-31", 10, "1_0", "12:30"]
    assert schema["example"] == 31
    assert list(schema["properties"]) == ["200", "null", "true", "1.5"]


def test_what_nothing_can_store_is_brought_close_to_what_can(write):
    example = '{"half": "\\ud800", "\\udc00": 1, "big": 123456789012345678901234567890, "t": true}'
    content = f'{{"openapi": "3.0.0", "paths": {{}}, "x-example": [{example}]}}'
    assert load_document(write(content))["x-example"] == [
        {"half": "?", "?": 1, "big": 1.2345678901234568e29, "t": True}
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "is empty"),
        (" \n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("openapi: 3.0.0\npaths: [\n", "is not valid YAML: .*line 3"),
        ("openapi: 3.0.0\npaths:\n\t/a: {}\n", "is not valid YAML: .*line 3, column 2"),
        (
            '{"openapi": "3.0.0"\n "paths": {}}',
            "is not valid JSON: Expecting ',' .* line 2, column 2",
        ),
        (b"openapi: 3.0.0\ntitle: caf\xe9\n", "is not UTF-8: byte 0xe9 at line 2, column 11"),
        (b"\xff\xfeo\x00", "is not UTF-8: byte 0xff at line 1, column 1"),
        ("<!DOCTYPE html><p>Sign in</p>", "is HTML or XML, not an OpenAPI document"),
        ("just text", "is no OpenAPI 3 document: it is a string"),
        ("[1, 2]", "is no OpenAPI 3 document: it is an array"),
        ("true", "is no OpenAPI 3 document: it is a boolean"),
        ("null", "is no OpenAPI 3 document: it is null"),
        ("title: Pets", "is no OpenAPI 3 document: it has no 'openapi' at its top"),
        ("{swagger: '2.0', paths: {}}", "is no OpenAPI 3 document: its version is Swagger 2.0"),
        ("{openapi: 2.0, paths: {}}", "is no OpenAPI 3 document: its version is 2.0"),
        ("openapi: 3.0.0", "has no 'paths'"),
        ("{openapi: 3.0.0, paths: []}", "must have an object at paths, not an array"),
        ("{openapi: 3.0.0, paths: }", "must have an object at paths, not null"),
        ("{openapi: 3.0.0, paths: {/a: x}}", "must have an object at paths > /a, not a string"),
        (
            "{openapi: 3.0.0, paths: {/a: {get: 1}}}",
            "must have an object at paths > /a > get, not a number",
        ),
        ("{openapi: 3.0.0, paths: {}, info: x}", "must have an object at info, not a string"),
        (
            "{openapi: 3.0.0, paths: {}, components: {schemas: []}}",
            "at components > schemas, not an array",
        ),
        (f"{{openapi: 3.0.0, paths: {{{'/a' * 101}: {{}}}}}}", "a path of more than 100 segments"),
        ('{"a":' * 100_000, "is nested too deeply"),
        ("a: " + "[" * 1000 + "]" * 1000, "is not valid YAML: .*limit"),
        (BOMB, "is not valid YAML: .*limit"),
    ],
)
def test_a_broken_document_is_refused_with_what_is_wrong_and_where(write, content, problem):
    path = write(content)
    with pytest.raises(SpecError, match=problem) as caught:
        OpenAPISpecs(path).load()
    assert str(caught.value).startswith(str(path))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SpecError, match=r"missing\.yml cannot be read: No such file"):
        OpenAPISpecs(tmp_path / "missing.yml").load()


def test_a_directory_is_refused(tmp_path):
    with pytest.raises(SpecError, match="cannot be read: Is a directory"):
        load_document(tmp_path)


def test_other_schemes_are_refused():
    with pytest.raises(SpecError, match=r"ftp://h/x\.yml is neither a path nor an http\(s\) URL"):
        load_document("ftp://h/x.yml")


@pytest.mark.parametrize("name", ["a\0b.yml", "a\ud800b.yml"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name):
    specs = OpenAPISpecs(tmp_path / name)
    assert not specs.at_hand()
    with pytest.raises(SpecError, match=r"b\.yml' cannot be read: "):
        specs.load()


def test_a_document_can_be_at_a_url(server: Server):
    server.answer = lambda _: (200, {"Content-Type": "text/plain"}, YAML.encode())
    assert load_document(f"{server.endpoint}/openapi.yml") == MINIMAL
    assert server.got[0].path == "/public/v1/openapi.yml"


@pytest.mark.parametrize("status", [304, 404, 500])
def test_a_url_without_a_document_is_refused(server: Server, status):
    server.answer = lambda _: (status, {}, b"")
    with pytest.raises(SpecError, match=f"cannot be read: the server answers {status}"):
        load_document(f"{server.endpoint}/openapi.yml")


def test_a_server_that_hangs_up_is_named(server: Server):
    server.answer = lambda _: None
    with pytest.raises(SpecError, match=r"/openapi\.yml cannot be reached: ConnectionError"):
        load_document(f"{server.endpoint}/openapi.yml")


@pytest.mark.parametrize("url", ["http://[h/x.yml", "https://", "http://h:port/x"])
def test_a_url_that_is_none_is_refused(url):
    with pytest.raises(SpecError, match="cannot be reached: InvalidURL"):
        load_document(url)


@pytest.mark.parametrize("answer", [None, (404, {}, b""), (200, {}, b"a: [")])
def test_no_message_shows_what_is_secret_in_a_url(server: Server, answer):
    server.answer = lambda _: answer
    url = server.endpoint.replace("://", "://user:secret@") + "/openapi.yml?token=secret"
    with pytest.raises(SpecError) as caught:
        load_document(url)
    assert "secret" not in str(caught.value)
    assert str(caught.value).startswith(f"{server.endpoint}/openapi.yml ")


@pytest.mark.parametrize("scheme", ["ftp", "http"])
def test_a_url_that_cannot_be_read_is_shown_without_its_password(scheme):
    with pytest.raises(SpecError) as caught:
        load_document(f"{scheme}://user:secret@[h/x.yml?token=secret")
    assert str(caught.value).startswith(f"{scheme}://[h/x.yml ")
    assert "secret" not in str(caught.value)


def test_a_huge_document_is_looked_up_like_a_small_one(write):
    schema = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(20)}}
    paths = {
        f"/things-{n}/{{id}}/parts/{{part}}": {
            "get": {"tags": ["Things"], "responses": {"200": {"description": "x" * 100}}},
            "put": {"requestBody": {"content": {"application/json": {"schema": schema}}}},
        }
        for n in range(3000)
    }
    specs = OpenAPISpecs(write(json.dumps({"openapi": "3.1.0", "paths": paths})))
    assert len(specs.get_collections()) == 3000
    assert specs.exists("PUT", "things-2999/1/parts/2")
    assert specs.payload(specs.operation("PUT", "things-7/1/parts/2")) == schema
