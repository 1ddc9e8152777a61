"""Paths of a document, routed: which of them a call reaches, and what it finds there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import KEY
from tests.emulator.conftest import Http

from cnct import ConnectClient, NotFoundError
from cnct.emulator import Emulator
from cnct.emulator.api import Api, depth

ROW = {"type": "object", "properties": {"id": {"type": "string"}}}
JSON = "application/json"


def get(schema: dict, media_type: str = JSON) -> dict:
    return {"get": {"responses": {"200": {"content": {media_type: {"schema": schema}}}}}}


DOCUMENT = {
    "openapi": "3.0.0",
    "paths": {
        "/runs": get({"type": "array", "items": ROW}),
        "/runs/{id}": get(ROW) | {"delete": {}},
        "/runs/{id}/{name}.txt": get({}, "text/plain"),
        "/runs/{id}/latest": get(ROW),
        "/runs/{id}/stop/{reason}": {"post": {"responses": {}}},
        "/about": get(ROW) | {"put": {"responses": {"default": {}}}},
    },
}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "runs.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


@pytest.mark.parametrize(
    ("path", "serves", "key", "ids"),
    [
        ("runs", "rows", "runs", ()),
        ("runs/R-1", "record", "runs/{}", ("R-1",)),
        ("runs/a?b", "record", "runs/{}", ("a?b",)),
        ("runs/R-1/log.txt", "value", "runs/{}/{}.txt", ("R-1", "log.txt")),
        ("runs/R-1/latest", "value", "runs/{}/latest", ("R-1",)),
        ("runs/R-1/stop/now", "effect", "runs/{}/stop/{}", ("R-1", "now")),
        ("about", "value", "about", ()),
    ],
)
def test_a_path_leads_to_what_the_document_has_there(spec, path, serves, key, ids):
    route = Api(spec).find(path)
    assert (route.serves, route.key, route.ids, route.path) == (serves, key, ids, path)
    assert depth(route.key) == len(ids)


@pytest.mark.parametrize("path", ["", "nothing", "/runs", "runs/", "runs//latest", "runs/R-1/stop"])
def test_a_path_that_the_document_does_not_have_leads_nowhere(spec, path):
    assert Api(spec).find(path) is None


def test_the_nearest_record_of_a_path_is_that_of_its_last_id(spec):
    api = Api(spec)
    paths = ("runs/R-1/latest", "runs/R-1/stop/now", "about")
    assert [api.find(path).record for path in paths] == ["runs/R-1", "runs/R-1/stop/now", "about"]
    assert api.find("runs/R-1/stop/now").name == "now"


def test_without_a_status_in_the_document_a_success_has_the_usual_one(spec):
    with Emulator(spec=spec) as connect, Http(connect.endpoint) as http:
        run = http.get("runs").json()[0]["id"]
        assert http.get(f"runs/{run}/log.txt").headers["Content-Type"].startswith("text/plain")
        assert http.put("about", json={}).status_code == 200
        assert http.delete(f"runs/{run}").status_code == 204


@pytest.mark.parametrize("folder", ["", "/dev/null/cache"])
def test_no_cache_is_needed(spec, monkeypatch, folder):
    monkeypatch.setenv("CNCT_CACHE_DIR", folder)
    with Emulator(spec=spec) as connect, Http(connect.endpoint) as http:
        assert len(http.get("runs").json()) == 20


def test_a_path_outside_of_the_api_is_not_answered_by_connect(connect: Emulator):
    client = ConnectClient(KEY, connect.endpoint.removesuffix("/public/v1"), use_specs=False)
    with pytest.raises(NotFoundError) as caught:
        client.products.count()
    assert caught.value.error_code is None
    assert str(caught.value).endswith(f"lacks /public/v1: {connect.endpoint}")
