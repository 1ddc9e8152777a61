"""The document as a server needs it: every path, and the response that it has to send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cnct.openapi import OpenAPISpecs
from cnct.openapi.places import Success

JSON = "application/json"


def responses(**content: Any) -> dict[str, Any]:
    return {status.strip("_"): {"content": media} for status, media in content.items()}


LIMIT = {"name": "limit", "in": "query", "schema": {"maximum": 50}}
PATHS = {
    "/z": {"get": {"responses": {"200": {}}}, "parameters": [LIMIT]},
    "/a": {
        "get": {
            "responses": responses(
                _201={"text/csv": {}, JSON: {"schema": {"type": "array"}, "example": [1]}},
                _404={JSON: {}},
            ),
            "parameters": [{"name": "limit", "in": "query", "schema": {"maximum": 9}}],
        },
        "post": {"responses": {"302": {}}},
        "put": {"responses": {"default": {}}},
        "delete": {"responses": {"2XX": {}}},
    },
    "/a/{id}": {"get": {}, "parameters": [LIMIT]},
    "/a/{pk}": {"post": {}},
    "/a/{id}/b": {
        "get": {"responses": responses(_200={"text/plain": {"examples": {"one": {"value": "x"}}}})}
    },
    "/runs/{id}/log": {"get": {"responses": responses(_200={JSON: {"schema": {}}})}},
    "/runs/{id}/log/level": {"post": {}},
    "/runs/{id}/files/all": {"post": {}},
    "/runs/{id}/files": {"post": {}},
    "/runs/{id}/{name}.txt": {"get": {}},
}


@pytest.fixture
def specs(write) -> OpenAPISpecs:
    return OpenAPISpecs(write(json.dumps({"openapi": "3.0.0", "paths": PATHS})))


def test_places_come_in_the_order_of_the_document_and_twins_once(specs):
    templates = [place.template for place in specs.places()]
    assert templates == [path.strip("/") for path in PATHS if path != "/a/{pk}"]
    assert [*specs.places()][2].operations.keys() == {"GET", "POST"}


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("a", "a"),
        ("a/1?limit=2", "a/{id}"),
        ("runs/1/x.txt", "runs/{id}/{name}.txt"),
        ("runs", ""),
        ("nothing", ""),
    ],
)
def test_a_path_has_a_template_where_it_can_be_called(specs, path, template):
    assert specs.template(path) == template


@pytest.mark.parametrize(
    ("method", "path", "success"),
    [
        ("GET", "a", Success(201, JSON, {"type": "array"}, [1])),
        ("POST", "a", Success(302)),
        ("PUT", "a", Success(0, JSON)),
        ("DELETE", "a", Success(200)),
        ("GET", "a/1/b", Success(200, "text/plain", {}, "x")),
    ],
)
def test_the_response_to_a_successful_call(specs, method, path, success):
    assert specs.success(specs.operation(method, path)) == success


def test_a_parameter_of_the_operation_wins_over_that_of_its_path(specs):
    def limit(path: str) -> Any:
        return specs.parameter(specs.operation("GET", path), "limit")

    assert (limit("z"), limit("a"), limit("a/1/b")) == ({"maximum": 50}, {"maximum": 9}, None)


def test_below_a_resource_one_object_is_an_action_in_spite_of_names_below_it(specs):
    kinds = {path: specs.kind(path) for path in ("runs/1/log", "runs/1/files", "a/1/b", "a/1")}
    assert [*kinds.values()] == ["action", "collection", "action", "resource"]
