"""Responses in the media type that a request accepts, and the files that records link to."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient
from tests.conftest import KEY
from tests.emulator.test_document import XLSX, an, answers, lists, takes

from cnct.emulator import Emulator

JSON = "application/json"
TEXT = {"type": "string"}
BINARY = {"type": "string", "format": "binary"}


def also_as_a_sheet(responses: dict) -> dict:
    responses["responses"]["200"]["content"][XLSX] = {"schema": BINARY}
    return responses


ATTRIBUTE = an(key=TEXT, value=TEXT, position={"type": "integer"}, object=an(id=TEXT))
LOGO = an(
    id={**TEXT, "readOnly": True},
    name=TEXT,
    position={"type": "integer"},
    public={"type": "boolean"},
    thumbnail=BINARY,
    icon=TEXT,
    picture=an(logo=BINARY, file=BINARY, input=BINARY, svg=BINARY),
)

DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Sheets", "version": "1"},
    "paths": {
        "/attributes": {"get": also_as_a_sheet(lists(ATTRIBUTE))},
        "/attributes/{key}": {"get": also_as_a_sheet(answers(ATTRIBUTE))},
        "/price-lists": {"get": also_as_a_sheet(answers(an(name=TEXT, size={"type": "integer"})))},
        "/logos": {
            "get": lists(LOGO),
            "post": answers(LOGO, "201") | takes(LOGO | {"required": ["position", "thumbnail"]}),
        },
        "/logos/{id}": {"get": answers(LOGO), "put": answers(LOGO) | takes(LOGO)},
    },
}


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    spec = tmp_path_factory.mktemp("sheets") / "spec.json"
    spec.write_text(json.dumps(DOCUMENT))
    connect = Emulator(spec=spec, generate={"attributes": 3})
    yield TestClient(connect.app, "http://localhost/public/v1/", headers={"Authorization": KEY})
    connect.stop()


def cells(content: bytes) -> tuple[str, list[list[str]]]:
    """Return the title and the rows of a workbook's sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book, sheet = (
            ET.fromstring(archive.read(f"xl/{name}.xml"))  # noqa: S314 - our own file
            for name in ("workbook", "worksheets/sheet1")
        )
    rows = [[text.text or "" for text in row.iter() if text.tag.endswith("}t")] for row in sheet[0]]
    return next(node.get("name", "") for node in book.iter() if node.tag.endswith("}sheet")), rows


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", JSON),
        (JSON, JSON),
        (XLSX, XLSX),
        (XLSX.upper(), XLSX),
        (f"text/html, {XLSX};q=0.5", XLSX),
        (f"{JSON};q=0.3, {XLSX};q=0.4", XLSX),
        (f"application/*, {JSON};q=0.1", XLSX),
        (f"*/*;q=0.9, {JSON};q=0", XLSX),
        (f"{XLSX};charset=x;q=high, {JSON};q=0.9", XLSX),
        ("image/png", JSON),
        (",", JSON),
    ],
)
def test_accept_chooses_the_media_type(sheets: TestClient, accept: str, media_type: str):
    response = sheets.get("attributes", headers={"Accept": accept})
    assert response.headers["Content-Type"] == media_type


@pytest.mark.parametrize("path", ["attributes", "attributes/key-1", "price-lists"])
def test_every_kind_of_resource_has_a_sheet(sheets: TestClient, path: str):
    response = sheets.get(path, headers={"Accept": XLSX})
    title, rows = cells(response.content)
    assert title == path.partition("/")[0].replace("-", " ").capitalize()
    assert rows[0][0] in sheets.get(path).text


def test_a_sheet_has_the_rows_of_its_page(sheets: TestClient):
    response = sheets.get("attributes?limit=2", headers={"Accept": XLSX})
    assert response.headers["Content-Range"] == "items 0-1/3"
    records = sheets.get("attributes?limit=2").json()
    assert cells(response.content)[1] == [
        ["key", "value", "position"],
        *([row["key"], row["value"], str(row["position"])] for row in records),
    ]


def test_the_parameter_format_chooses_too(sheets: TestClient):
    assert sheets.get("attributes?format=xlsx").headers["Content-Type"] == XLSX
    assert sheets.get("attributes?format=json", headers={"Accept": XLSX}).json()
    assert sheets.get("attributes?format=csv").json()


@pytest.mark.parametrize(
    ("link", "media_type", "start"),
    [
        ("thumbnail", "image/png", b"\x89PNG\r\n\x1a\n"),
        ("icon", "image/png", b"\x89PNG\r\n\x1a\n"),
        ("picture.logo", "image/png", b"\x89PNG\r\n\x1a\n"),
        ("picture.file", "application/pdf", b"%PDF-"),
        ("picture.input", XLSX, b"PK"),
        ("picture.svg", "image/svg+xml", b"<svg"),
    ],
)
def test_files_that_records_link_to_have_their_type(
    sheets: TestClient, link: str, media_type: str, start: bytes
):
    record = sheets.get("logos").json()[0]
    for name in link.split("."):
        record = record[name]
    response = sheets.get(f"http://localhost{record}", headers={"Authorization": ""})
    assert response.headers["Content-Type"] == media_type
    assert response.content.startswith(start)


def test_a_file_of_an_unknown_type_is_served_as_bytes(sheets: TestClient):
    response = sheets.get("http://localhost/media/unknown")
    assert response.headers["Content-Type"] == "application/octet-stream"


def test_a_form_has_the_binary_members_that_a_document_describes_as_json(sheets: TestClient):
    form = {"position": "7", "public": "True", "name": "8"}
    response = sheets.post("logos", data=form, files={"thumbnail": ("a #1.png", b"picture")})
    logo = response.json()
    assert response.status_code == 201
    assert (logo["position"], logo["public"], logo["name"]) == (7, True, "8")
    assert sheets.get(f"http://localhost{logo['thumbnail']}").content == b"picture"
    other = sheets.post("logos", data=form, files={"thumbnail": ("a #1.png", b"other")}).json()
    assert sheets.get(f"http://localhost{logo['thumbnail']}").content == b"picture"
    assert sheets.get(f"http://localhost{other['thumbnail']}").content == b"other"
    changed = sheets.put(f"logos/{logo['id']}", files={"thumbnail": ("b.png", b"new")}).json()
    assert sheets.get(f"http://localhost{changed['thumbnail']}").content == b"new"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"position": "seven"}, "position: expected an integer, not 'seven'."),
        ({"position": "true"}, "position: expected an integer, not 'true'."),
        ({}, "position: required, but missing."),
    ],
)
def test_a_form_that_does_not_fit_is_refused(sheets: TestClient, form: dict, error: str):
    response = sheets.post("logos", data=form, files={"thumbnail": ("a.png", b"picture")})
    assert (response.status_code, response.json()["errors"]) == (400, [error])
