"""Documents unlike Connect's: recursive, wrapped in objects, with slips. None ends in a 500."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.emulator.conftest import Http

from cnct.emulator import Emulator

TEXT = {"type": "string"}
ITSELF = {"$ref": "#/components/schemas/S"}
Serve = Callable[..., Http]


def an(**properties: object) -> dict:
    return {"type": "object", "properties": properties}


def body(schema: object, media: str = "application/json") -> dict:
    return {"content": {media: {"schema": schema}}}


def answer(schema: object, status: str = "200", media: str = "application/json") -> dict:
    return {"responses": {status: body(schema, media)}}


def listing(schema: object) -> dict:
    return answer({"type": "array", "items": schema})


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    with ExitStack() as stack:

        def serve(paths: dict, **schemas: object) -> Http:
            file = tmp_path / "openapi.json"
            document = {"openapi": "3.0.3", "paths": paths, "components": {"schemas": schemas}}
            file.write_text(json.dumps(document), encoding="utf-8")
            connect = stack.enter_context(Emulator(spec=file))
            return stack.enter_context(Http(connect.endpoint))

        yield serve


def test_a_schema_in_itself_is_served(serve):
    schemas = [
        ITSELF,
        {"oneOf": [ITSELF, TEXT]},
        {"anyOf": [TEXT, {"type": "array", "items": ITSELF}]},
        {"allOf": [ITSELF, an(a=ITSELF)]},
        an(friend={"allOf": [ITSELF]}, best={"oneOf": [ITSELF, an()]}),
        an(kids={"type": "array", "items": {"allOf": [ITSELF]}}),
        {**an(next=ITSELF), "required": ["next"]},
        {"type": "object", "additionalProperties": ITSELF},
        {"not": ITSELF},
    ]
    paths, parts = {}, {}
    for number, schema in enumerate(schemas):
        own = f"#/components/schemas/S{number}"
        parts[f"S{number}"] = json.loads(json.dumps(schema).replace(ITSELF["$ref"], own))
        post = {"requestBody": body({"$ref": own}), **answer({"$ref": own}, "201")}
        paths[f"/things{number}"] = {"get": listing({"$ref": own}), "post": post}
    http = serve(paths, **parts)
    for path in paths:
        assert http.get(path[1:]).status_code == 200
        assert http.post(path[1:], json={"a": {}}).status_code < 500


def test_schemas_that_refer_to_each_other_make_rows_of_a_sane_size(serve):
    names = [f"S{number}" for number in range(12)]
    schemas = {
        name: an(
            name=TEXT,
            **{
                other: {"$ref": f"#/components/schemas/{other}"} for other in names if other != name
            },
            many={"type": "array", "items": {"$ref": f"#/components/schemas/{names[-1]}"}},
        )
        | {"required": ["name", names[0]]}
        for name in names
    }
    http = serve({"/things": {"get": listing({"$ref": "#/components/schemas/S1"})}}, **schemas)
    row = http.get("things?limit=1")
    assert row.json()[0]["name"]
    assert len(row.content) < 200_000


def test_schemas_that_double_are_reduced_once_each(serve):
    schemas: dict[str, object] = {
        f"S{n}": {"allOf": [{"$ref": f"#/components/schemas/S{n + 1}"}] * 2} for n in range(40)
    }
    schemas["S40"] = an(name=TEXT)
    http = serve({"/things": {"get": listing({"$ref": "#/components/schemas/S0"})}}, **schemas)
    assert http.get("things?limit=1").json()[0]["name"]


def test_schemas_nested_hundreds_deep_are_cut(serve):
    objects: dict = TEXT
    compositions: dict = TEXT
    for _ in range(300):
        objects, compositions = an(below=objects), {"allOf": [compositions]}
    http = serve({"/things": {"get": listing(an(name=TEXT, deep=objects, all=compositions))}})
    assert http.get("things?limit=1").json()[0]["name"]


def test_a_schema_with_a_slip_is_served(serve):
    slips = [
        None,
        {"type": "object", "required": True},
        {"allOf": None},
        {"type": "array", "minItems": "1", "items": TEXT},
        {"type": "array", "minItems": 10**9, "items": TEXT},
        {"type": "integer", "minimum": 10, "maximum": 9},
        {"type": "integer", "minimum": 10**400},
        {"type": "string", "maxLength": "3"},
        {"type": "string", "enum": None},
        {"type": "any", "nullable": "true"},
    ]
    paths = {}
    for number, slip in enumerate(slips):
        schema = an(id=TEXT, p=slip)
        post = {"requestBody": body(schema), **answer(schema, "201")}
        paths[f"/things{number}"] = {"get": listing(schema), "post": post}
    http = serve(paths)
    for path in paths:
        assert http.get(path[1:]).status_code == 200
        assert http.post(path[1:], json={}).status_code == 201


def test_a_limit_that_is_no_number_limits_nothing(serve):
    limits = [
        {"default": "20 - summary", "maximum": "none"},
        {"default": -5, "maximum": 0},
        {"default": None, "maximum": [1]},
        {"default": float("inf")},
    ]
    paths = {}
    for number, limit in enumerate(limits):
        parameters = [{"name": "limit", "in": "query", "schema": {"type": "string", **limit}}]
        paths[f"/things{number}"] = {"get": {"parameters": parameters, **listing(an(id=TEXT))}}
    http = serve(paths)
    assert [len(http.get(path[1:]).json()) for path in paths] == [20] * len(limits)


def test_every_status_of_a_document_is_answered(serve):
    statuses = [
        ("2XX", 200, True),
        ("2xx", 200, True),
        ("20X", 200, True),
        ("299", 299, True),
        ("default", 201, True),
        ("204", 204, False),
        ("205", 205, False),
        ("304", 201, True),
        ("", 201, True),
        ("99", 201, True),
        ("101", 201, True),
        ("2", 201, True),
    ]
    paths = {}
    for key, _, _ in statuses:
        action = answer(an(done={"type": "boolean"}), key)
        paths |= {f"/things/{{id}}/go{key}": {"post": action}, f"/one{key}": {"get": action}}
    http = serve(paths)
    for key, status, has_body in statuses:
        for _ in range(2):  # a body that does not belong there would be taken for the next answer
            done = http.post(f"things/1/go{key}")
            assert (key, done.status_code, bool(done.content)) == (key, status, has_body)
        assert http.get(f"one{key}").status_code == (200 if status == 201 else status)


@pytest.mark.parametrize(
    "media",
    ["application/json; charset=utf-8", "application/vnd.api+json", "*/*", "text/json"],
)
def test_json_by_another_name_is_json(serve, media):
    thing = an(id={**TEXT, "readOnly": True}, name=TEXT)
    post = {"requestBody": body(thing, media), **answer(thing, "201", media)}
    http = serve(
        {
            "/things": {"get": listing(thing), "post": post},
            "/one": {"get": answer(thing, media=media)},
        }
    )
    kind = "application/json" if "*" in media else media
    made = http.post("things", data='{"name": "x"}', headers={"Content-Type": kind})
    assert made.json()["name"] == "x"
    assert made.headers["Content-Type"].startswith(kind)
    assert http.get("one").json()["name"]


ROW = an(id=TEXT, name=TEXT)
ROWS = {"type": "array", "items": ROW}
COUNTS = {name: {"type": "integer"} for name in ("total_count", "page-size")}


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        (an(data=ROWS), ["data"]),
        (an(things=ROWS, errors={"type": "array", "items": an(text=TEXT)}), ["things"]),
        (an(warnings={"type": "array", "items": TEXT}, anything=ROWS), ["anything"]),
        ({"allOf": [an(items=ROWS), an(total=TEXT)]}, ["items"]),
        (an(meta=an(page=TEXT), _embedded=an(things=ROWS)), ["_embedded", "things"]),
    ],
)
def test_a_list_in_an_object_has_its_rows_there(serve, schema, path):
    whole = {"allOf": [schema, an(hasMore={"type": "boolean"}, next=TEXT, **COUNTS)]}
    things = {
        "/things": {"get": answer(whole), "post": {"requestBody": body(ROW), **answer(ROW, "201")}},
        "/things/{id}": {"get": answer(ROW), "delete": {"responses": {"204": {}}}},
    }
    http = serve(things)
    first = http.get("things?limit=15")
    rows = first.json()
    for name in path:
        rows = rows[name]
    assert len(rows) == 15
    assert http.get(f"things/{rows[0]['id']}").json() == rows[0]
    numbers = {name: first.json()[name] for name in ("total_count", "page-size", "hasMore", "next")}
    assert numbers == {"total_count": 20, "page-size": 15, "hasMore": True, "next": None}
    assert first.headers["Content-Range"] == "items 0-14/20"
    assert http.get("things?limit=15&offset=15").json()["hasMore"] is False
    assert http.post("things", json={"name": "x"}).status_code == 201
    assert http.get("things").json()["total_count"] == 21


@pytest.mark.parametrize(
    "schema",
    [
        an(id=TEXT, parts=ROWS),
        an(name=TEXT, left=ROWS, right=ROWS),
        an(parts={"type": "array", "items": TEXT}),
        an(first=an(second=an(third=ROWS))),
    ],
)
def test_an_object_that_wraps_no_list_is_one_object(serve, schema):
    http = serve({"/things": {"get": answer(schema)}, "/things/{id}": {"get": answer(ROW)}})
    assert isinstance(http.get("things").json(), dict)


def test_a_document_that_describes_a_list_as_one_of_its_rows_has_no_wrapper(serve):
    row = an(code=TEXT, parts=ROWS)
    http = serve({"/things": {"get": answer(row)}, "/things/{code}": {"get": answer(row)}})
    assert http.get("things").json().keys() == {"code", "parts"}


@pytest.mark.parametrize("path", ["", "/"])
def test_an_operation_at_the_root_is_served(serve, path):
    http = serve({"/": {"get": answer(an(version=TEXT)), "post": answer(an(done=TEXT), "200")}})
    with Http(http.endpoint.removesuffix("/v1")) as above:
        assert above.get(f"v1{path}").json()["version"]
        assert above.post(f"v1{path}", json={"done": "x"}).json() == {"done": "x"}
        assert above.delete(f"v1{path}").status_code == 405


def test_a_list_at_the_root_is_served(serve):
    thing = an(id=TEXT)
    http = serve(
        {
            "/": {
                "get": listing(thing),
                "post": {"requestBody": body(thing), **answer(thing, "201")},
            },
            "/{id}": {"get": answer(thing)},
        }
    )
    rows = http.get("").json()
    assert len(rows) == 20
    assert http.get(rows[3]["id"]).json() == rows[3]
    assert http.post("", json={}).status_code == 201


def test_without_an_operation_at_the_root_it_is_not_found(serve):
    assert serve({"/things": {"get": listing(ROW)}}).get("").status_code == 404


@pytest.mark.parametrize("name", ["@me", "things:search", "a(b)", "größe", "100%", "a%20b"])
def test_every_name_of_a_document_is_served(serve, name):
    http = serve({f"/{name}": {"get": answer(ROW)}, f"/x/{{id}}/{name}": {"post": answer(ROW)}})
    for spelling in (
        {quote(name, safe="@:()"), quote(name, safe="")} if "%2" not in name else {name}
    ):
        assert http.get(spelling).status_code == 200
        assert http.post(f"x/1/{spelling}").status_code == 200


def test_an_unlisted_collection_of_the_same_ids_is_as_large(tmp_path):
    thing = {"get": listing(ROW)}
    paths = {"/subscriptions/assets": thing, "/assets": thing, "/other": thing}
    for path in (*paths,):
        paths[f"{path}/{{id}}"] = {"get": answer(ROW)}
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps({"openapi": "3.0.3", "paths": paths}), encoding="utf-8")
    sizes = {"subscriptions/assets": 30}
    with Emulator(spec=file, generate=sizes) as connect, Http(connect.endpoint) as http:
        last = http.get("subscriptions/assets?limit=100").json()[-1]["id"]
        assert http.get(f"assets/{last}").status_code == 200
        assert len(http.get("assets?limit=100").json()) == 30
        assert len(http.get("other?limit=100").json()) == 20
