"""Fields of ``values()`` and ``values_list()`` that there are not."""

from __future__ import annotations

import json
import warnings

import pytest
from tests.conftest import KEY, json_answer

from cnct import ClientError, InvalidCallError, InvalidCallWarning

ROW = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "owner": {"properties": {"name": {"type": "string"}}},
        "anything": {"type": "object"},
        "tags": {"type": "array", "items": {"properties": {"label": {"type": "string"}}}},
    },
}


def answering(schema, media_type="application/json"):
    content = {media_type: {"schema": schema}}
    return {"get": {"responses": {"200": {"description": "", "content": content}}}}


DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/products": answering({"type": "array", "items": ROW}),
        "/products/{id}": answering(ROW),
        "/bare": {"get": {"responses": {"200": {"description": ""}}}},
        "/bare/{id}": answering({"type": "string"}, "text/html"),
    },
}
KNOWN = ("id", "owner", "owner.name", "anything.below", "tags.label", "tags")


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "document.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return path


@pytest.fixture
def one(server):
    row = {"id": "P", "owner": None, "tags": [{"label": "new"}], "name": "x"}
    server.answer = lambda got: json_answer(
        row if got.path.endswith("/P") else [row], Content_Range="items 0-0/1"
    )
    return server


def informed(world, server, document, **settings):
    return world.client(KEY, server.endpoint, use_specs=True, specs_location=document, **settings)


@pytest.fixture(params=["set", "resource"])
def values(request):
    """Pick fields of the rows of a set, or of a resource."""
    if request.param == "set":
        return lambda client, *fields: next(iter(client.products.all().values_list(*fields)))
    return lambda client, *fields: client.products["P"].values(*fields)


@pytest.mark.parametrize("loaded", [True, False])
def test_a_field_that_the_document_lacks_is_warned_of(one, world, document, values, loaded):
    client = informed(world, one, document)
    if loaded:
        client.specs.load()
    with pytest.warns(
        InvalidCallWarning, match="products.*: Unknown field 'idd': each .* 'id'"
    ) as all_:
        assert values(client, "idd", "id") == {"idd": None, "id": "P"}
    assert len(all_) == 1
    assert all_[0].filename == __file__ or world.name == "async"


def test_fields_that_the_document_has_pass(one, world, document, values):
    client = informed(world, one, document)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert values(client, *KNOWN)["id"] == "P"
        assert values(informed(world, one, document, validate="off"), "idd") == {"idd": None}


def test_a_strict_client_refuses_them(one, world, document, values):
    client = informed(world, one, document, validate="strict")
    client.specs.load()
    with pytest.raises(InvalidCallError, match=r"'owner\.nam'.* Did you mean 'owner\.name'\?"):
        values(client, "owner.nam")
    assert one.got == []


def test_a_path_written_as_a_keyword_is_answered_with_its_dots(one, world, document, values):
    client = informed(world, one, document, validate="strict")
    client.specs.load()
    with pytest.raises(InvalidCallError, match=r"'owner__name'.* Did you mean 'owner\.name'\?"):
        values(client, "owner__name")


def test_without_the_document_the_rows_decide(one, world, values):
    client = world.client(KEY, one.endpoint)
    with pytest.warns(InvalidCallWarning, match="no row has 'idd', 'zz', so that each value is"):
        assert values(client, "idd", "id", "zz") == {"idd": None, "id": "P", "zz": None}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert values(client, "owner.name", "tags.label") == {
            "owner.name": None,
            "tags.label": None,
        }


def test_without_rows_there_is_nothing_to_decide(server, world):
    server.answer = lambda _: json_answer([], Content_Range="items */0")
    assert list(world.client(KEY, server.endpoint).products.all().values_list("idd")) == []


def test_a_response_without_a_schema_passes(one, world, document):
    client = informed(world, one, document)
    assert list(client.bare.all().values_list("idd")) == [{"idd": None}]
    client = informed(world, one, document, validate="warn")
    client.specs.load()
    with pytest.warns(InvalidCallWarning, match="There is no 'nowhere'"):
        assert list(client.collection("nowhere").all().values_list("idd")) == [{"idd": None}]


def test_names_are_texts(one, world, values):
    with pytest.raises(TypeError, match=r"takes field names, not list: write values\w*\('id'\)"):
        values(world.client(KEY, one.endpoint), ["id"])


def test_values_of_a_download_are_an_error(server, world):
    server.answer = lambda _: (200, {"Content-Type": "application/pdf"}, b"%PDF")
    with pytest.raises(
        ClientError, match="needs a JSON object, but the response is bytes: use get"
    ):
        world.client(KEY, server.endpoint).products["P"].values("id")


def test_a_page_that_the_document_has_is_bytes(server, world, document):
    server.answer = lambda _: (200, {"Content-Type": "text/html"}, b"<p>")
    client = informed(world, server, document)
    assert client.bare["P"].get() == b"<p>"
    with pytest.raises(ClientError, match="HTML page where JSON is due"):
        client.products["P"].get()
