"""Connect's own document, which lies beside the checkout."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.conftest import shared

from cnct.openapi import OpenAPISpecs, load_document

METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return load_document(shared("spec/connect-openapi30.yml"))


@pytest.fixture
def connect_specs(document) -> OpenAPISpecs:
    return OpenAPISpecs(shared("spec/connect-openapi30.yml"))


def calls(document) -> list[tuple[str, str]]:
    return [(m, path) for path, item in document["paths"].items() for m in METHODS & item.keys()]


def unnamed(path: str) -> str:
    """Forget the names of parameters: two paths of the document differ in nothing else."""
    return re.sub(r"{[^}]*}", "{}", path).strip("/")


def test_every_operation_is_found_by_a_path_with_ids(document, connect_specs):
    assert len(calls(document)) == 861
    for method, path in calls(document):
        concrete = re.sub(r"{[^}]*}", "PRD-000-000-000", path)
        found = connect_specs.operation(method, concrete)
        assert (found.method, unnamed(found.template)) == (method.upper(), unnamed(path))
        assert not connect_specs.exists("TRACE", concrete)
        assert not connect_specs.exists(method, f"{concrete}/no/such/path")


def test_every_beginning_of_a_path_is_a_place(document, connect_specs):
    for path in document["paths"]:
        segments = path.strip("/").split("/")
        for end in range(len(segments) + 1):
            assert connect_specs.place("/".join(segments[:end])) is not None


def test_every_reference_leads_somewhere(document, connect_specs):
    references = set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(document)))
    assert len(references) > 500
    assert all(connect_specs.resolve({"$ref": reference}) for reference in references)


def test_every_payload_that_the_document_describes_has_a_schema(document, connect_specs):
    for method, path in calls(document):
        found = connect_specs.operation(method, path)
        about = document["paths"][f"/{found.template}"][method]
        content = about.get("requestBody", {}).get("content", {})
        described = {name for name in found.body if connect_specs.payload(found, name) is not None}
        assert described == {name for name, media in content.items() if "schema" in media}


def test_what_stands_in_the_place_of_an_id_is_told_from_names(connect_specs):
    kinds = {
        "custom/objects/BO-1/items": "collection",
        "custom/objects/BO-1/items/-": "resource",
        "custom/objects/BO-1/items/-/attributes": "collection",
        "modules/MD-0001": "resource",
        "offers/-/versions": "collection",
        "notifications/subscriptions/-/rules/-/settings": "collection",
        "dictionary/extensions": "namespace",
        "usage/records/close-records": "action",
        "auth/login": "collection",
    }
    assert {path: connect_specs.place(path).kind for path in kinds} == kinds
    assert not connect_specs.exists("GET", "custom/objects/BO-1/items/BOI-1/attributes")


def test_the_root_has_namespaces_and_collections(connect_specs):
    root = connect_specs.place("")
    assert {"subscriptions", "tier", "devops"} <= set(root.namespaces)
    assert {"products", "requests", "offers", "modules", "acl"} <= set(root.collections)
    assert not set(root.namespaces) & set(root.collections)


def test_what_a_person_looks_for_comes_first(connect_specs):
    first = connect_specs.find("billing date")[0]
    assert (first.path, first.what) == ("subscriptions/assets", "billing.next_date")
    assert connect_specs.find("custom attributes")[0].path.endswith("/attributes")
    assert connect_specs.find("usage file upload")[0].path == "usage/files/{id}/upload"


def test_what_answers_one_object_below_a_resource_is_an_action(connect_specs):
    environment = "devops/services/SRVC-0000-0001/environments/ENV-0000-0000-01"
    assert connect_specs.kind(f"{environment}/logs") == "action"
    assert connect_specs.exists("POST", f"{environment}/logs/set-level/debug")
    assert connect_specs.kind("custom/objects/BO-1/attributes") == "collection"
