"""With ``specs``, mocks that contradict the document are refused."""

from __future__ import annotations

import json

import pytest
from tests.conftest import KEY, shared
from tests.testing.conftest import URL

from cnct import ConnectClient
from cnct.openapi import OpenAPISpecs
from cnct.testing import ConnectClientMocker, ImpossibleMockError


def json_of(schema):
    return {"description": "", "content": {"application/json": {"schema": schema}}}


NAME = {"type": "string"}
PARTNER = {"type": "object", "properties": {"id": NAME, "name": NAME}}
PRODUCT = {
    "allOf": [
        {"type": "object", "properties": {"id": NAME, "owner": {"$ref": "#/components/schemas/P"}}},
        {"$ref": "#/components/schemas/Node"},
    ]
}
NODE = {
    "type": "object",
    "properties": {"name": NAME, "children": {"type": "array", "items": PRODUCT}},
    "anyOf": [{"$ref": "#/components/schemas/Node"}],
}
FREE = {"type": "object", "properties": {"id": NAME}, "additionalProperties": True}
WRITTEN = {"type": "object", "properties": {"name": NAME, "owner": {"properties": {"code": NAME}}}}
DOCUMENT = {
    "openapi": "3.0.0",
    "info": {"title": "Small", "version": "1"},
    "paths": {
        "/products": {
            "get": {
                "parameters": [
                    {
                        "in": "query",
                        "name": "status",
                        "schema": NAME,
                        "description": "**lookups:** eq, in\n**ordering:** true",
                    },
                    {"in": "query", "name": "limit", "schema": {"type": "integer"}},
                ],
                "responses": {"200": json_of({"type": "array", "items": PRODUCT})},
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": WRITTEN}}},
                "responses": {"201": json_of(WRITTEN)},
            },
        },
        "/products/{id}": {
            "get": {"responses": {"200": json_of(PRODUCT)}},
            "delete": {"responses": {"204": {"description": ""}}},
        },
        "/products/{id}/mixed": {
            "get": {"responses": {"200": json_of({"anyOf": [PARTNER, FREE]})}}
        },
        "/products/{id}/notes": {"get": {"responses": {"200": json_of(FREE)}}},
    },
    "components": {"schemas": {"P": PARTNER, "Node": NODE}},
}


@pytest.fixture
def location(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "small.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return path


@pytest.fixture
def mocker(location):
    return ConnectClientMocker(URL, specs=location)


def test_mocks_that_agree_with_the_document_are_accepted(location):
    product = {"id": "PRD-1", "name": "N", "owner": {"id": "VA-1"}, "children": [{"name": "M"}]}
    for specs in (location, str(location), OpenAPISpecs(location)):
        with ConnectClientMocker(URL, specs=specs) as mocker:
            mocker.products.filter(status="draft").order_by("-status").mock(return_value=[product])
            mocker.products.all().count(return_value=1)
            mocker.products.create(
                return_value={**product, "owner": {"code": "A"}}, match_body={"name": "N"}
            )
            mocker.products["PRD-1"].get(return_value=product)
            mocker.products["PRD-1"]("notes").get(return_value={"anything": {"goes": 1}})
            mocker.products["PRD-1"].delete()
            client = ConnectClient(KEY, URL, use_specs=False)
            assert client.products.all().count() == 1
            assert list(client.products.filter(status="draft").order_by("-status")) == [product]
            client.products.create({"name": "N"})
            client.products["PRD-1"].get()
            client.products["PRD-1"]("notes").get()
            client.products["PRD-1"].delete()


@pytest.mark.parametrize(
    ("write", "problem"),
    [
        (lambda it: it.product["PRD-1"].get(), "Did you mean 'products'?"),
        (lambda it: it.products["PRD-1"].update(), "takes DELETE or GET, not PUT"),
        (lambda it: it.products.filter(state="a").count(), "Unknown field 'state'"),
        (lambda it: it.products.filter(status__like="a").count(), "'status'"),
        (lambda it: it.products.all().order_by("name").count(), "'name'"),
        (
            lambda it: it.products.create(status_code=200),
            "A successful response has status 201, not 200.",
        ),
        (lambda it: it.products.create(match_body={"nam": "N"}), "Did you mean 'name'?"),
        (
            lambda it: it.products["PRD-1"].get(return_value={"nam": "N"}),
            "return_value.nam does not exist. Did you mean 'name'?",
        ),
        (
            lambda it: it.products.all().mock(return_value=[{"owner": {"title": "N"}}]),
            "return_value[0].owner.title does not exist.",
        ),
        (
            lambda it: it.products["PRD-1"].get(return_value={"children": [{"x": 1}]}),
            "return_value.children[0].x does not exist.",
        ),
    ],
)
def test_mocks_that_contradict_the_document_are_refused(mocker, write, problem):
    with pytest.raises(ImpossibleMockError) as caught:
        write(mocker)
    assert "rules out this mock of" in str(caught.value)
    assert problem in str(caught.value)
    with mocker:
        pass


@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_errors_can_be_mocked_although_documents_describe_few(mocker, status):
    mocker.products["PRD-1"].get(status_code=status, return_value={"error_code": "CNCT_001"})
    mocker.products.create(return_value={}, match_body=b"raw")
    mocker.reset(success=False)


@pytest.mark.parametrize("method", ["HEAD", "options"])
def test_methods_that_documents_leave_out_can_be_mocked(mocker, method):
    mocker.mock(method, "products", headers={"Allow": "GET, POST"})
    mocker.reset(success=False)


def test_any_field_can_be_mocked_if_one_alternative_allows_any(mocker):
    mocker.products["PRD-1"]("notes").get(return_value={"anything": 1})
    mocker.get("products/PRD-1/mixed", return_value=[{"anything": 1}])
    mocker.reset(success=False)


def test_the_real_document(location):
    mocker = ConnectClientMocker(URL, specs=shared("spec/connect-openapi30.yml"))
    mocker.requests["PR-1"]("approve").post(
        return_value={"id": "PR-1", "asset": {"id": "AS-1"}}, match_body={"template_id": "TL-1"}
    )
    mocker("subscriptions").assets.filter(status="active").mock(return_value=[{"id": "AS-1"}])
    with pytest.raises(ImpossibleMockError, match="Did you mean 'approve'"):
        mocker.requests["PR-1"]("aprove").post()
    with pytest.raises(ImpossibleMockError, match=r"return_value\.asset\.idd does not exist"):
        mocker.requests["PR-1"]("approve").post(return_value={"asset": {"idd": "AS-1"}})
