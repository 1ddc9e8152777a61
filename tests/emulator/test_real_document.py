"""Connect's own document: every path is served, in the shapes of its schemas."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from tests.conftest import shared
from tests.emulator.conftest import Http

from cnct.emulator import Emulator
from cnct.openapi import load_document

METHODS = ("get", "post", "put", "patch", "delete")
DOCUMENT = "spec/connect-openapi30.yml"


class Walk:
    """Calls every operation of a document, with ids that exist."""

    def __init__(self, http: Http, document: dict) -> None:
        self._http = http
        self._ids: dict[str, str] = {}
        self.document = document

    def operations(self) -> Iterator[tuple[str, str, dict]]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method, path, item[method]

    def path(self, template: str) -> str:
        *before, last = template.strip("/").split("/")
        above = self.path("/".join(before)) if before else ""
        if last.startswith("{"):
            last = quote(self._id_in(above, last.strip("{}")), safe="")
        return f"{above}/{last}".strip("/")

    def _id_in(self, collection: str, name: str) -> str:
        if (collection, name) not in self._ids:
            rows = self._http.get(f"{collection}?limit=1").json()
            row = rows[0] if isinstance(rows, list) and rows else rows if "id" in rows else {}
            last = name.rpartition("_")[2]
            named = last in {"version", "locale", "key"} and last in row
            found = row.get(last if named else "id", "X-1")
            self._ids[collection, name] = str(found["id"] if isinstance(found, dict) else found)
        return self._ids[collection, name]


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    spec = shared(DOCUMENT)
    with Emulator(spec=spec) as connect, Http(connect.endpoint) as http:
        walk = Walk(http, load_document(spec))
        walk.call = partial(http.request, allow_redirects=False)
        yield walk


def followed(document: dict, node: Any) -> Any:
    while "$ref" in node:
        target = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/")]
        node = target
    return node


def json_schema(node: Any, document: dict) -> Any:
    """Translate a schema of an answer from OpenAPI 3.0 to JSON Schema."""
    if isinstance(node, list):
        return [json_schema(each, document) for each in node]
    if not isinstance(node, dict):
        return node
    result = {k: json_schema(v, document) for k, v in node.items() if k != "example"}
    if isinstance(node.get("$ref"), str):
        return {"$ref": node["$ref"].replace("#/", "urn:document#/")}
    properties = node.get("properties")
    if isinstance(properties, dict) and isinstance(node.get("type"), str):
        unseen = {
            name
            for name, told in properties.items()
            if told.get("writeOnly") or followed(document, told).get("writeOnly")
        }
        result["properties"] = {n: p for n, p in result["properties"].items() if n not in unseen}
        result["required"] = [n for n in node.get("required", ()) if n not in unseen]
    if "enum" in node and node.get("type") == "string":
        result.pop("type")  # the document has numbers among the choices of texts
    return {"anyOf": [result, {"type": "null"}]} if node.get("nullable") is True else result


def test_every_list_and_record_has_the_shape_of_its_schema(walk):
    schemas = {"components": json_schema(walk.document["components"], walk.document)}
    registry = jsonschema_rs.Registry([("urn:document", schemas)])
    wrong = []
    for method, path, operation in walk.operations():
        if method != "get":
            continue
        answer = walk.call("GET", walk.path(path))
        status = next(code for code in operation["responses"] if code < "400")
        told = followed(walk.document, operation["responses"][status])
        media_type = next(iter(told.get("content", {})), None)
        if str(answer.status_code) != status:
            wrong.append((path, answer.status_code, answer.text))
        elif media_type and not answer.headers["Content-Type"].startswith(media_type):
            wrong.append((path, answer.headers["Content-Type"]))
        elif media_type == "application/json":
            schema = json_schema(told["content"][media_type]["schema"], walk.document)
            validator = jsonschema_rs.validator_for(schema, registry=registry)
            errors = validator.iter_errors(answer.json())
            wrong += [(path, error.message) for error in errors if not is_of_a_draft(error)]
    assert wrong == []


def is_of_a_draft(error: jsonschema_rs.ValidationError) -> bool:
    """Return whether a product has no version: Connect answers null, against its document."""
    return error.message == 'null is not of type "integer"' and error.instance_path[-1] == "version"


def test_a_vendor_has_a_product_that_is_a_draft(walk):
    drafts = walk.call("GET", "products?eq(visibility.owner,true)&eq(status,draft)").json()
    assert {product["version"] for product in drafts} == {None}
    for product in drafts:
        owner = walk.call("GET", f"accounts/{product['owner']['id']}").json()
        assert owner["type"] == "vendor"


def test_the_owner_of_a_product_is_a_vendor_among_the_supplied_accounts():
    accounts = [
        {"id": f"VA-{number}", "name": kind, "type": kind}
        for number, kind in enumerate(("provider", "vendor", "provider"))
    ]
    with Emulator(spec=shared(DOCUMENT), records={"accounts": accounts}) as connect:
        with Http(connect.endpoint) as http:
            products = http.get("products?limit=5").json()
            assert {product["owner"]["id"] for product in products} == {"VA-1"}


def test_a_product_has_its_translations(walk):
    for product in walk.call("GET", "products").json():
        query = f"context.instance_id={product['id']}&primary=true"
        (translation,) = walk.call("GET", f"localization/translations?{query}").json()
        assert translation["context"]["name"] == product["name"]
        context = walk.call("GET", f"localization/contexts/{translation['context']['id']}").json()
        assert (context["instance_id"], context["type"]) == (product["id"], "product")
        assert translation["id"] in {row["id"] for row in context["translations"]}


def test_a_product_refers_to_its_own_media_and_to_another_product(walk):
    for product in walk.call("GET", "products?limit=5").json():
        media = walk.call("GET", f"products/{product['id']}/media/{product['media']['id']}")
        assert product["media"].items() <= media.json().items()
        other = walk.call("GET", f"products/{product['replacement']['id']}").json()
        assert other["name"] == product["replacement"]["name"] != product["name"]


def test_a_request_has_a_conversation(walk):
    for request in walk.call("GET", "requests?limit=5").json():
        assert walk.call("GET", f"conversations?instance_id={request['id']}").json()


def test_references_by_other_names_lead_to_records(walk):
    for asset in walk.call("GET", "subscriptions/assets?limit=5").json():
        for tier in asset["tiers"].values():
            assert walk.call("GET", f"tier/accounts/{tier['id']}").status_code == 200
    for listing in walk.call("GET", "listings?limit=5").json():
        path = f"pricing/lists/{listing['pricelist']['id']}"
        assert walk.call("GET", path).json()["name"] == listing["pricelist"]["name"]
        path = f"listing-requests/{listing['pending_request']['id']}"
        assert walk.call("GET", path).status_code == 200


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("products/PRD-000-000-002/media", "position"),
        ("assets", "hub.name"),
        ("assets", "tiers.customer.id"),
        ("listing-requests", "product.version"),
        ("marketplaces", "hubs.id"),
        ("agreements", "forms.type"),
        ("users", "groups.id"),
    ],
)
def test_rows_have_the_fields_that_they_can_be_filtered_by(walk, path, name):
    def values(node: Any, names: list[str]) -> Iterator[Any]:
        if isinstance(node, list):
            for item in node:
                yield from values(item, names)
        elif names:
            yield from values(node[names[0]], names[1:])
        else:
            yield node

    rows = walk.call("GET", path).json()
    value = next(values(rows, name.split(".")))
    found = walk.call("GET", f"{path}?{name}={quote(str(value))}").json()
    assert rows[0]["id"] in {row["id"] for row in found}


def test_a_flag_that_the_document_has_as_a_string_can_be_filtered_by(walk):
    products = walk.call("GET", "products?visibility.owner=true").json()
    assert {product["visibility"]["owner"] for product in products} == {True}


def test_a_request_is_for_an_asset_that_exists(walk):
    for request in walk.call("GET", "requests?limit=5").json():
        asset = walk.call("GET", f"assets/{request['asset']['id']}").json()
        product = walk.call("GET", f"products/{asset['product']['id']}").json()
        assert asset["product"]["name"] == product["name"]
        for item in asset["items"]:
            found = walk.call("GET", f"products/{product['id']}/items/{item['id']}")
            assert found.status_code == 200


def test_its_filters_work(walk):
    statuses = [row["status"] for row in walk.call("GET", "products?status=draft").json()]
    assert set(statuses) == {"draft"}
    assert walk.call("GET", "products?limit=0").headers["Content-Range"] == "items 0-0/20"
    assert walk.call("GET", "products?status=nonsense").status_code == 400


def test_every_operation_answers_what_the_document_knows_or_an_error_of_connect(walk):
    wrong = []
    changing = [each for each in walk.operations() if each[0] != "get"]
    for method, path, operation in sorted(changing, key=lambda each: each[0] == "delete"):
        answer = walk.call(method, walk.path(path), json={})
        known = {code for code in operation["responses"] if code < "400"} | {"400", "404"}
        if str(answer.status_code) not in known:
            wrong.append((method, path, answer.status_code, answer.text))
        elif answer.status_code >= 400 and not answer.json()["errors"]:
            wrong.append((method, path, answer.text))
    assert wrong == []
