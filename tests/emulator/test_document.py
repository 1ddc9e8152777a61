"""Any document: records from its schemas, answers in its shapes, payloads by its rules."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
import requests
from tests.emulator.conftest import Http

from cnct.emulator import Clock, Emulator

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = {"type": "string"}
ID = {"type": "string", "readOnly": True}


def an(**properties: dict) -> dict:
    return {"type": "object", "properties": properties}


def ref(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


def answers(schema: dict | None = None, status: str = "200", media: str = "application/json"):
    content = {} if schema is None else {"content": {media: {"schema": schema}}}
    return {"responses": {status: content}}


def takes(schema: dict, media: str = "application/json") -> dict:
    return {"requestBody": {"content": {media: {"schema": schema}}}}


def lists(schema: dict) -> dict:
    return answers({"type": "array", "items": schema})


PRODUCT = an(
    id=ID,
    name={**TEXT, "maxLength": 20},
    status={**TEXT, "enum": ["draft", "published"]},
    secret={**TEXT, "writeOnly": True},
    owner=ref("Account"),
    category=an(id=TEXT, name=TEXT),
    logo={**TEXT, "format": "binary"},
    contact={**TEXT, "format": "email"},
    homepage={**TEXT, "format": "uri"},
    key={**TEXT, "format": "uuid"},
    price={**TEXT, "format": "decimal"},
    launched={**TEXT, "format": "date"},
    amount=TEXT,
    host={**TEXT, "format": "ipv4"},
    website=TEXT,
    help_url=TEXT,
    external_id=TEXT,
    external_uid=TEXT,
    country=TEXT,
    rank={"type": "integer", "minimum": 5, "maximum": 6},
    public={"type": "boolean"},
    note={**TEXT, "nullable": True},
    tags={"type": "array", "minItems": 1, "items": TEXT},
    plans={"type": "array", "items": {**TEXT, "enum": ["s", "m", "l"]}},
    partners={"type": "array", "items": an(id=TEXT, name=TEXT)},
    limits={"allOf": [an(low={"type": "integer"}), an(high={"type": "integer"})]},
    source={
        "oneOf": [
            {"required": ["id"]},
            {"required": ["url"]},
        ],
        **an(id=TEXT, url=TEXT),
    },
    parent={"$ref": "#/components/schemas/Node"},
    anything={},
    odd={**TEXT, "enum": [None]},
    events=an(created=an(at={**TEXT, "format": "datetime"}), updated=an()),
) | {"required": ["name", "status", "undescribed"]}

DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/accounts": {"get": lists(ref("Account"))},
        "/accounts/{id}": {"get": answers(ref("Account"))},
        "/partners": {"get": lists(an(id=TEXT, name=TEXT))},
        "/assets": {
            "get": lists(
                an(
                    id=TEXT,
                    product=an(id=TEXT, name=TEXT),
                    items={"type": "array", "items": an(id=TEXT, name=TEXT)},
                )
            )
        },
        "/products": {
            "get": lists(ref("Product")),
            "post": answers(ref("Product"), "201") | takes(ref("Product")),
            "put": lists(ref("Product")) | takes({"type": "array", "items": ref("Product")}),
            "delete": answers(None, "204"),
        },
        "/products/{id}": {
            "get": answers(ref("Product")),
            "put": answers(ref("Product")) | takes(ref("Product")),
            "patch": answers(ref("Product")) | takes(ref("Product")),
            "delete": answers(ref("Product")),
        },
        "/products/{id}/publish": {"post": answers(an(link=TEXT) | {"required": ["link"]})},
        "/products/{id}/touch": {"post": answers(lists(ref("Product"))["responses"]["200"] and {})},
        "/products/{id}/logs/level/{level}": {"post": answers(None, "204")},
        "/products/{id}/document": {"get": answers(None, "302")},
        "/products/{id}/readme": {"get": answers(TEXT, "200", "text/markdown")},
        "/products/{id}/po": {"get": answers(TEXT, "200", "text/x-gettext-translation")},
        "/products/{id}/sheet": {"get": answers(TEXT, "200", XLSX)},
        "/products/{id}/upload": {
            "post": answers(None, "204") | takes({**TEXT, "format": "binary"}, XLSX)
        },
        "/products/{id}/items": {
            "get": lists(an(id=ID, name=TEXT, product=an(id=TEXT, name=TEXT))),
            "post": answers(an(id=ID, name=TEXT), "201"),
        },
        "/products/{id}/items/{item_id}": {"get": answers(an(id=ID, name=TEXT))},
        "/products/{id}/items/{item_id}/notes": {
            "get": lists(an(id=TEXT, item=an(id=TEXT, name=TEXT)))
        },
        "/products/{id}/accounts": {
            "get": lists(an(id=TEXT, name=TEXT)),
            "post": answers(an(id=TEXT, name=TEXT), "201")
            | takes(an(id={**TEXT, "writeOnly": True}) | {"required": ["id"]}),
        },
        "/products/{id}/versions": {"get": lists(an(id=TEXT, version={"type": "integer"}))},
        "/products/{id}/versions/{version}": {
            "get": answers(an(id=TEXT, version={"type": "integer"}))
        },
        "/products/{id}/locales": {"get": lists(an(locale=an(id=TEXT, name=TEXT)))},
        "/products/{id}/locales/{locale}": {"get": answers(an(locale=an(id=TEXT, name=TEXT)))},
        "/products/{id}/templates": {"get": lists(an(id=TEXT))},
        "/products/{id}/templates/{template__key}": {"get": answers(an(id=TEXT))},
        "/products/{id}/attributes": {
            "get": lists(an(data=TEXT)),
            "put": lists(an(data=TEXT)) | takes(an(data=TEXT)),
        },
        "/products/{id}/texts": {
            "get": lists(an(id=ID, text=TEXT)),
            "put": lists(an(id=ID, text=TEXT)) | takes({**TEXT, "format": "binary"}, XLSX),
        },
        "/products/{id}/media": {
            "get": lists(an(id=ID, file=TEXT, name=TEXT)),
            "post": answers(an(id=ID, file=TEXT, name=TEXT), "201")
            | takes(an(file={**TEXT, "format": "binary"}, name=TEXT), "multipart/form-data"),
        },
        "/products/{id}/media/{media_id}": {
            "get": answers(an(id=ID, file=TEXT, name=TEXT)),
            "put": answers(an(id=ID, file=TEXT, name=TEXT))
            | takes(an(file={**TEXT, "format": "binary"}), "multipart/form-data"),
        },
        "/products/{id}/media/{media_id}/download": {"get": answers(TEXT, "200", XLSX)},
        "/products/{id}/media/{media_id}/{filename}": {"get": answers(TEXT, "200", XLSX)},
        "/settings": {
            "get": answers(an(mode={**TEXT, "enum": ["on", "off"]}, ttl={"type": "integer"})),
            "put": answers(an(mode=TEXT)) | takes(an(mode=TEXT, ttl={"type": "integer"})),
            "delete": answers(None, "204"),
        },
        "/brand": {
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {}, "example": {"color": "blue"}}
                        }
                    }
                }
            }
        },
        "/users/{id}/flags/{flag}": {
            "get": lists(an(on={"type": "boolean"})),
            "put": lists(an(on={"type": "boolean"}))
            | takes({"type": "array", "items": an(on={"type": "boolean"})}),
        },
        "/singles": {"get": answers(an(id=TEXT, name=TEXT))},
        "/singles/{id}": {"get": lists(an(id=TEXT, name=TEXT))},
        "/domains/{id}": {"get": answers(an(id=TEXT, name=TEXT)), "delete": answers(None, "204")},
        "/stats/{granularity}": {"get": answers(an(total={"type": "integer"}))},
        "/tags": {
            "post": answers({"type": "array", "items": an(id=TEXT)}, "206")
            | takes({"type": "array", "items": an(id=TEXT)})
        },
    },
    "components": {
        "schemas": {
            "Account": an(id=TEXT, name=TEXT, icon=TEXT),
            "Product": PRODUCT,
            "Node": an(name=TEXT, below={"type": "array", "items": ref("Node")}, up=ref("Node")),
        }
    },
}


@pytest.fixture(scope="module")
def spec(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("shop") / "spec.json"
    path.write_text(json.dumps(DOCUMENT))
    return str(path)


@pytest.fixture
def shop(spec) -> Iterator[Http]:
    with Emulator(spec=spec) as connect, Http(connect.endpoint) as http:
        yield http


def test_every_collection_has_readable_records(shop):
    answer = shop.get("products?limit=2")
    assert answer.headers["Content-Range"] == "items 0-1/20"
    first, second = answer.json()
    assert (first["id"], first["name"]) == ("PRD-000-000-001", "Cloud Backup")
    assert second["name"] == "Mail Suite"
    assert first.keys() == {*PRODUCT["properties"], "undescribed"} - {"secret"}
    assert first["status"] in {"draft", "published"}
    assert first["rank"] in {5, 6}
    assert "@" in first["contact"]
    assert (first["external_id"], first["website"]) == ("10001", "https://example.com/website/1")
    assert len(first["external_uid"]) == 36
    assert float(first["amount"]) > 0
    assert first["host"].startswith("192.0.2.")
    assert first["source"].keys() == {"id"}
    assert first["limits"].keys() == {"low", "high"}
    assert first["tags"]
    assert set(first["plans"]) <= {"s", "m", "l"}
    assert first["anything"] == {}
    assert datetime.fromisoformat(first["events"]["created"]["at"]).tzinfo


def test_relations_hold(shop):
    product = shop.get("products/PRD-000-000-003").json()
    owner = shop.get(f"accounts/{product['owner']['id']}").json()
    assert product["owner"] == owner
    partners = {row["id"]: row for row in shop.get("partners").json()}
    assert all(partners[partner["id"]] == partner for partner in product["partners"])
    asset = shop.get("assets").json()[0]
    items = shop.get(f"products/{asset['product']['id']}/items").json()
    assert {item["id"] for item in asset["items"]} <= {item["id"] for item in items}
    item = shop.get("products/PRD-000-000-003/items").json()[0]
    note = shop.get(f"products/PRD-000-000-003/items/{item['id']}/notes").json()[0]
    assert note["item"] == {"id": item["id"], "name": item["name"]}
    assert item["id"] == "PRD-000-000-003-0001"
    assert item["product"] == {"id": product["id"], "name": product["name"]}


def test_the_same_seed_invents_the_same_and_the_clock_is_later(spec):
    def world(**options) -> list:
        with Emulator(spec=spec, **options) as connect, Http(connect.endpoint) as http:
            return http.get("products").json()

    assert world() == world() != world(seed=2)
    clock = Clock(datetime(2030, 1, 1, tzinfo=UTC))
    assert world(clock=clock)[-1]["events"]["created"]["at"] == "2030-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "products/nope"),
        ("DELETE", "products/nope"),
        ("POST", "products/nope/publish"),
        ("POST", "products/nope/items"),
        ("PUT", "products/nope/attributes"),
    ],
)
def test_what_does_not_exist_is_not_found_whatever_is_sent(shop, method, path):
    assert shop.request(method, path, data=b"{oops").status_code == 404
    assert len(shop.get("products").json()) == 20  # also where this was the first look


def test_what_is_changed_from_outside_stays_so(spec):
    with Emulator(spec=spec) as connect, Http(connect.endpoint) as http:
        connect.delete("products/PRD-000-000-001")
        connect.insert("accounts", {"id": "VA-X", "name": "Own"})
        assert http.get("products/PRD-000-000-001").status_code == 404
        assert len(http.get("accounts").json()) == 21


def test_how_many_records_there_are_can_be_said(spec):
    with Emulator(spec=spec, generate={"products": 33}) as connect, Http(connect.endpoint) as http:
        assert http.get("products?limit=0").headers["Content-Range"] == "items 0-0/33"
    with Emulator(spec=spec, records={}, generate={"products": 3}) as connect:
        with Http(connect.endpoint) as http:
            assert len(http.get("products").json()) == 3
            assert http.get("accounts").json() == []
            assert http.get("domains/x").status_code == 404
    with pytest.raises(ValueError, match="no collection 'nonsense'"):
        Emulator(spec=spec, generate={"nonsense": 1})


def test_other_collections_refer_to_the_supplied_records(spec):
    account = {"id": "VA-1", "name": "Own", "icon": "/own.png"}
    with Emulator(spec=spec, records={"accounts": [account]}) as connect:
        with Http(connect.endpoint) as http:
            assert http.get("accounts").json() == [account]
            assert all(row["owner"] == account for row in http.get("products").json())
    product = {"id": "PRD-X", "name": "Own product"}
    with Emulator(spec=spec, records={"products": [{"id": "P-7"}, product]}) as connect:
        with Http(connect.endpoint) as http:
            assert http.get("products/PRD-X/items").json()[0]["product"] == product
            assert {row["product"]["id"] for row in http.get("assets").json()} == {"P-7", "PRD-X"}


def test_what_was_invented_once_is_kept_in_a_file(spec, tmp_path):
    file = tmp_path / "shop.db"
    with Emulator(spec=spec, database=file) as connect, Http(connect.endpoint) as http:
        assert http.delete("products/PRD-000-000-001").status_code == 200
    with Emulator(spec=spec, database=file) as connect, Http(connect.endpoint) as http:
        assert http.get("products/PRD-000-000-001").status_code == 404
        assert len(http.get("products").json()) == 19
        assert len(http.get("accounts").json()) == 20


@pytest.mark.parametrize(
    ("payload", "errors"),
    [
        ({"name": 5, "status": "draft"}, ["name: expected a string, not 5."]),
        ({"name": "x" * 21, "status": "new"}, ["name: ", "status: "]),
        ({"status": "draft"}, ["name: required, but missing."]),
        ([{"name": "a", "status": "draft"}, {"name": 1, "status": "draft"}], ["name: "]),
    ],
)
def test_a_wrong_payload_is_refused(shop, payload, errors):
    needed = {"undescribed": "x", "secret": "y"}
    sent = payload if isinstance(payload, list) else payload | needed
    sent = [item | needed for item in sent] if isinstance(sent, list) else sent
    answer = shop.post("products", json=sent)
    assert answer.status_code == 400
    body = answer.json()
    assert body["error_code"] == "VAL_001"
    assert len(body["errors"]) == len(errors)
    assert all(any(error.startswith(e) for e in errors) for error in body["errors"])
    assert shop.get("products?limit=0").headers["Content-Range"] == "items 0-0/20"


def test_what_is_read_only_or_unknown_is_no_mistake(shop):
    payload = {"id": "mine", "name": "New", "status": "draft", "undescribed": "x", "own": 1}
    made = shop.post("products", json=payload | {"secret": "y", "owner": {"id": "VA-000-001"}})
    assert made.status_code == 201
    product = made.json()
    assert product["id"] == "PRD-000-000-021"
    assert product["owner"] == {"id": "VA-000-001"}
    assert product["own"] == 1


def test_secrets_are_taken_and_never_told(shop):
    payload = {"name": "New", "status": "draft", "undescribed": "x", "secret": "y"}
    made = shop.post("products", json=payload).json()
    assert "secret" not in made
    path = f"products/{made['id']}"
    assert "secret" not in shop.put(path, json={"secret": "z", "name": "Newer"}).json()
    assert shop.get(path).json()["name"] == "Newer"
    assert "secret" not in shop.get(path).json()


def test_an_offset_of_any_size_is_no_failure(shop):
    assert shop.get(f"products?offset={10**30}").json() == []


def test_a_linked_record_keeps_its_id(shop):
    path = "products/PRD-000-000-001/accounts"
    made = shop.post(path, json={"id": "VA-000-019"})
    assert (made.status_code, made.json()["id"]) == (201, "VA-000-019")
    again = shop.post(path, json={"id": "VA-000-019"})
    assert (again.status_code, again.json()["errors"]) == (400, ["id: already exists."])


def test_nested_records_go_on_counting(shop):
    made = shop.post("products/PRD-000-000-002/items", json={"name": "More"}).json()
    assert made["id"] == "PRD-000-000-002-0006"
    ids = [shop.get(f"products/PRD-000-000-00{n}/templates").json()[0]["id"] for n in (1, 2)]
    assert ids == ["TL-000-000-001", "TL-000-000-006"]
    assert shop.get(f"products/PRD-000-000-001/templates/{ids[0]}").status_code == 200


def test_records_are_known_by_what_their_path_names(shop):
    assert shop.get("products/PRD-000-000-001/versions").json()[1] == {
        "id": "PRD-000-000-001",
        "version": 2,
    }
    assert shop.get("products/PRD-000-000-001/versions/2").json()["version"] == 2
    assert shop.get("products/PRD-000-000-001/versions/9").status_code == 404
    locale = shop.get("products/PRD-000-000-001/locales").json()[0]["locale"]["id"]
    assert shop.get(f"products/PRD-000-000-001/locales/{locale}").status_code == 200


def test_many_are_changed_and_deleted_at_once(shop):
    ids = ["PRD-000-000-001", "PRD-000-000-002"]
    changed = shop.put("products", json=[{"id": i, "name": "Same"} for i in ids])
    assert [row["name"] for row in changed.json()] == ["Same", "Same"]
    assert shop.put("products", json=[{"name": "Same"}]).json()["errors"] == [
        "id: This field is required."
    ]
    both = shop.put("products", json=[{"id": ids[0], "name": "Lost"}, {"id": "nope", "name": "x"}])
    assert both.status_code == 404
    assert shop.get(f"products/{ids[0]}").json()["name"] == "Same"  # all or none
    assert shop.delete("products", json=[{"id": ids[0]}, ids[1]]).status_code == 204
    assert shop.get("products?limit=0").headers["Content-Range"] == "items 0-0/18"
    assert shop.delete("products").status_code == 204


def test_a_collection_without_ids_has_one_record_to_set(shop):
    path = "products/PRD-000-000-001/attributes"
    assert shop.put(path, json={"data": "x"}).json() == [{"data": "x"}]
    assert shop.get(path).json() == [{"data": "x"}]


def test_an_action_answers_in_its_own_shape(shop):
    assert shop.post("products/PRD-000-000-001/publish").json().keys() == {"link"}
    assert shop.post("products/PRD-000-000-001/touch").json()["id"] == "PRD-000-000-001"
    assert shop.post("products/PRD-000-000-001/logs/level/info").status_code == 204
    assert shop.post("products/nope/logs/level/info").status_code == 404
    assert shop.post("tags", json=[{"id": "T-1"}]).json() == [{"id": "T-1"}]


def test_a_document_of_its_own_is_kept(shop):
    assert shop.get("settings").json()["mode"] in {"on", "off"}
    assert shop.put("settings", json={"mode": "off"}).json() == {"mode": "off"}
    assert shop.put("settings", json={"ttl": 5}).json() == {"mode": "off", "ttl": 5}
    assert shop.get("settings").json() == {"mode": "off", "ttl": 5}
    assert shop.delete("settings").status_code == 204
    assert "id" not in shop.get("settings").json()
    flags = "users/U-1/flags/beta"
    assert shop.put(flags, json=[{"on": True}]).json() == [{"on": True}]
    assert shop.get(flags).json() == [{"on": True}]
    assert shop.get("brand").json() == {"color": "blue"}


def test_what_no_list_has_is_there_under_any_id(shop):
    domain = shop.get("domains/example.com").json()
    assert domain["id"] == "example.com"
    assert shop.delete("domains/example.com").status_code == 204
    assert shop.get("stats/hour").json().keys() == {"total"}


def test_a_document_that_errs_about_lists_is_followed(shop):
    assert shop.get("singles").json().keys() == {"id", "name"}
    one = shop.get("singles").json()["id"]
    assert shop.get(f"singles/{one}").json()[0]["id"] == one


@pytest.mark.parametrize(
    ("path", "media_type", "start"),
    [
        ("readme", "text/markdown; charset=utf-8", b"# Cloud Backup\n\n- id: PRD-000-000-001"),
        ("po", "text/x-gettext-translation; charset=utf-8", b'msgid ""'),
        ("sheet", XLSX, b"PK"),
    ],
)
def test_files_have_their_type(shop, path, media_type, start):
    answer = shop.get(f"products/PRD-000-000-001/{path}")
    assert answer.headers["Content-Type"] == media_type
    assert answer.content.startswith(start)
    assert shop.get(f"products/nope/{path}").status_code == 404


def test_a_sheet_is_a_real_workbook(shop):
    content = shop.get("products/PRD-000-000-001/sheet").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}  # noqa: S314
    texts = [node.text for node in parts["xl/worksheets/sheet1.xml"].iter() if node.text]
    assert "Cloud Backup" in texts
    assert "xl/workbook.xml" in parts


def test_a_document_lies_elsewhere(shop):
    answer = shop.get("products/PRD-000-000-001/document", allow_redirects=False)
    assert answer.status_code == 302
    assert shop.get("products/PRD-000-000-001/document").status_code == 200


def test_raw_and_form_uploads_are_kept(shop):
    raw = shop.post(
        "products/PRD-000-000-001/upload",
        data=b"sheet",
        headers={"Content-Type": XLSX, "Content-Disposition": 'attachment; filename="a.xlsx"'},
    )
    assert raw.status_code == 204
    assert shop.get("products/PRD-000-000-001/sheet").content == b"sheet"
    path = "products/PRD-000-000-001/media"
    made = shop.post(path, files={"file": ("logo.png", b"first")}, data={"name": "Logo"})
    assert made.status_code == 201
    media = made.json()
    root = shop.endpoint.removesuffix("/public/v1")
    assert media["name"] == "Logo"
    assert requests.get(f"{root}{media['file']}", timeout=5).content == b"first"
    own = f"{path}/{media['id']}"
    assert shop.get(f"{own}/download").content == b"first"
    assert shop.get(f"{own}/logo.png").content == b"first"
    changed = shop.put(
        own, files={"file": ("new.png", b"second")}, data={"tags": '["a"]', "n": "5"}
    )
    assert changed.json()["file"].endswith("/new.png")
    assert requests.get(f"{root}{changed.json()['file']}", timeout=5).content == b"second"
    assert (changed.json()["tags"], changed.json()["n"]) == (["a"], "5")
    assert shop.get(f"{own}/download").content == b"second"
    assert shop.post(path, json={"name": "Logo"}).json()["errors"] == [
        "payload: expected multipart/form-data."
    ]


def test_a_file_of_rows_is_taken_and_not_read(shop):
    path = "products/PRD-000-000-001/texts"
    before = shop.get(path).json()
    changed = shop.put(path, data=b"rows", headers={"Content-Type": XLSX})
    assert (changed.status_code, changed.json()) == (200, [])
    assert shop.get(path).json() == before


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b'{"name": NaN}', "application/json"),
        (b'{"name": "\\ud800"}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"\xff", "application/json"),
        (b"--x", "multipart/form-data"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(shop, content, media_type):
    answer = shop.post("products", data=content, headers={"Content-Type": media_type})
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "VAL_001"


def test_head_is_get_without_a_body(shop):
    answer = shop.head("products?limit=3")
    assert answer.headers["Content-Range"] == "items 0-2/20"
    assert int(answer.headers["Content-Length"]) > 100
    assert answer.content == b""
    assert shop.head("products/nope").status_code == 404


def test_a_method_that_a_path_has_not_is_named_with_those_it_has(shop):
    answer = shop.post("products/PRD-000-000-001")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "DELETE, GET, PATCH, PUT"


def test_media_are_served_without_a_key(shop):
    root = shop.endpoint.removesuffix("/public/v1")
    assert requests.get(f"{root}/media/icon/1.png", timeout=5).status_code == 200
