"""Usage files of the emulator: from the draft to the closed one, and the records of a workbook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.emulator.conftest import Http

from cnct.data.xlsx_reading import Workbook
from cnct.emulator import Emulator
from cnct.emulator.server import DEFAULT_SPEC
from cnct.emulator.service.sheets import XLSX, workbook_of
from cnct.emulator.service.usage_rows import COLUMNS

PRODUCT = "PRD-000-000-001"
ITEM = {"id": f"{PRODUCT}-0001", "mpn": "BASIC-01", "name": "Basic"}
ASSET = {
    "id": "AS-1",
    "external_id": "900",
    "product": {"id": PRODUCT},
    "params": [{"id": "tenant_id", "value": "T-1"}],
}
ROW = {
    "record_id": "r1",
    "item_search_criteria": "item.mpn",
    "item_search_value": "BASIC-01",
    "quantity": "2.5",
    "start_time_utc": "2026-01-01 00:00:00",
    "end_time_utc": "2026-02-01 00:00:00",
    "asset_search_criteria": "asset.id",
    "asset_search_value": "AS-1",
    "category_id": "cpu",
}
CATEGORIES = [["category_id", "category_name", "category_description"], ["cpu", "CPU", ""]]


def workbook(*rows: dict[str, str], sheet: str = "records", columns: Any = COLUMNS) -> bytes:
    cells = [[row.get(name, "") for name in columns] for row in rows]
    return workbook_of({"categories": CATEGORIES, sheet: [columns, *cells]})


class Usage:
    """The calls of a vendor and a provider."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self.product = {"id": PRODUCT}

    def create(self, **fields: Any) -> Any:
        return self.http.post("usage/files", json={"product": self.product, **fields})

    def draft(self, **fields: Any) -> str:
        return self.create(**fields).json()["id"]

    def upload(self, key: str, content: bytes) -> Any:
        files = {"usage_file": ("january.xlsx", content, XLSX)}
        return self.http.post(f"usage/files/{key}/upload", files=files)

    def act(self, key: str, action: str) -> Any:
        return self.http.post(f"usage/files/{key}/{action}", json={})

    def file(self, key: str) -> Any:
        return self.http.get(f"usage/files/{key}").json()

    def records(self, key: str) -> Any:
        return self.http.get(f"usage/records?eq(usagefile.id,{key})").json()

    def processed(self, key: str) -> list[Any]:
        host = self.http.endpoint.partition("/public")[0]
        with Workbook(
            requests.get(host + self.file(key)["processed_file_uri"], timeout=9).content
        ) as book:
            return [*book.records("records")]


@pytest.fixture
def usage():
    records = {"subscriptions/assets": [ASSET], f"products/{PRODUCT}/items": [ITEM]}
    with Emulator(records=records | {"products": [{"id": PRODUCT}]}) as connect:
        with Http(connect.endpoint) as http:
            yield Usage(http)


def test_a_usage_file_goes_from_draft_to_closed(usage: Usage):
    key = usage.draft(external_id="january")
    assert usage.file(key)["status"] == "draft"
    assert usage.upload(key, workbook(ROW)).json()["status"] == "processing"
    ready = usage.file(key)
    assert (ready["status"], ready["records"]["valid"]) == ("ready", 1)
    assert ready["stats"] == {"uploaded": 1, "validated": 1}
    assert ready["events"]["uploaded"]["at"]
    for action, status in (("submit", "pending"), ("accept", "accepted"), ("close", "closed")):
        assert usage.act(key, action).json()["status"] == status
    assert [record["status"] for record in usage.records(key)] == ["closed"]


def test_the_records_of_a_usage_file_can_be_read(usage: Usage):
    key = usage.draft(currency="USD")
    columns = (*COLUMNS, "v.region")
    priced = {**ROW, "amount": "12.5", "tier": "1", "v.region": "eu"}
    usage.upload(key, workbook(priced, sheet="usage_records", columns=columns))
    [record] = usage.records(key)
    assert record["usage"] == 2.5
    assert (record["amount"], record["tier"], record["category"]) == (12.5, 1, "cpu")
    assert record["start_date"] == "2026-01-01T00:00:00+00:00"
    assert record["item"] == ITEM
    assert record["asset"] == {"id": "AS-1", "external_id": "900"}
    assert record["params"] == [{"parameter_name": "v.region", "parameter_value": "eu"}]
    assert record["usagefile"] == {"id": key, "currency": "USD"}
    assert usage.http.get(f"usage/files/{key}/categories").json() == [
        {"id": "cpu", "name": "CPU", "description": None}
    ]


WRONG = [
    ({"record_id": ""}, "record_id is required."),
    ({"quantity": ""}, "quantity is required."),
    ({"quantity": "many"}, "quantity is not a number."),
    ({"quantity": "-1"}, "quantity must not be negative."),
    ({"quantity": "NaN"}, "quantity is not a number."),
    ({"item_search_value": "OTHER"}, "There is no item of the product with item.mpn 'OTHER'."),
    ({"item_search_criteria": ""}, "item_search_criteria is required."),
    (
        {"asset_search_criteria": "parameter.tenant_id"},
        "There is no asset of the product with parameter.tenant_id 'AS-1'.",
    ),
    ({"start_time_utc": "soon"}, "start_time_utc is not a time."),
    ({"end_time_utc": "2025-01-01"}, "end_time_utc is before start_time_utc."),
    ({"category_id": "ram"}, "category_id 'ram' is not in the sheet of categories."),
]


@pytest.mark.parametrize(("change", "problem"), WRONG)
def test_a_row_that_breaks_a_rule_is_refused_with_the_reason(usage: Usage, change, problem):
    key = usage.draft()
    usage.upload(key, workbook({**ROW, "record_id": "r0"}, {**ROW, **change}))
    file = usage.file(key)
    assert (file["status"], file["error_detail"]) == ("invalid", "1 of 2 records are invalid.")
    good, bad = usage.processed(key)
    assert (good["status"], good["error"]) == ("valid", "")
    assert (bad["status"], bad["error"]) == ("invalid", problem)
    assert [record["status"] for record in usage.records(key)] == ["valid", "invalid"]


def test_a_workbook_without_categories_has_rows_of_any(usage: Usage):
    key = usage.draft()
    usage.upload(key, workbook_of({"records": [[*ROW], [*ROW.values()]]}))
    assert usage.file(key)["status"] == "ready"
    assert usage.http.get(f"usage/files/{key}/categories").json() == []


def test_a_product_that_is_not_there_has_no_items(usage: Usage):
    usage.product = {"id": "PRD-9"}
    key = usage.draft()
    usage.upload(key, workbook(ROW))
    assert "There is no item of the product" in usage.processed(key)[0]["error"]


def test_two_rows_with_one_id_are_refused(usage: Usage):
    key = usage.draft()
    usage.upload(key, workbook(ROW, ROW))
    assert usage.processed(key)[1]["error"] == "record_id 'r1' is used by a row before."


def test_a_priced_schema_needs_amounts(usage: Usage):
    key = usage.draft(schema="pr")
    usage.upload(key, workbook(ROW))
    assert usage.processed(key)[0]["error"] == "amount is required."


UNFIT = [
    (b"rows", "The file is no workbook that can be read (XLSX): File is not a zip file."),
    (workbook(ROW, sheet="data"), "The workbook has no sheet 'records'."),
    (workbook(), "Sheet 'records' has no records."),
    (
        workbook(ROW, columns=[name for name in COLUMNS if name[:4] != "item"]),
        "Sheet 'records' lacks the columns item_search_criteria, item_search_value.",
    ),
]


@pytest.mark.parametrize(("content", "problem"), UNFIT)
def test_an_unfit_workbook_makes_the_file_invalid_as_a_whole(usage: Usage, content, problem):
    key = usage.draft()
    usage.upload(key, content)
    file = usage.file(key)
    assert (file["status"], file["error_detail"]) == ("invalid", problem)


def test_a_corrected_workbook_takes_the_place_of_the_first(usage: Usage):
    key = usage.draft()
    usage.upload(key, workbook({**ROW, "quantity": "-1"}, {**ROW, "record_id": "r2"}))
    usage.upload(key, workbook(ROW))
    assert usage.file(key)["status"] == "ready"
    assert usage.file(key)["error_detail"] is None
    assert [record["usage"] for record in usage.records(key)] == [2.5]


def test_a_submitted_file_takes_no_upload_and_a_form_needs_the_workbook(usage: Usage):
    key = usage.draft()
    empty = usage.http.post(f"usage/files/{key}/upload", files={"other": ("a.txt", b"a")})
    assert (empty.status_code, empty.json()["errors"]) == (
        400,
        ["usage_file: No file was submitted."],
    )
    usage.upload(key, workbook(ROW))
    usage.act(key, "submit")
    late = usage.upload(key, workbook(ROW))
    assert late.status_code == 400
    assert late.json()["errors"] == [
        "status: cannot upload to 'pending', only to draft or invalid or ready."
    ]


def test_a_rejected_file_rejects_its_valid_records(usage: Usage):
    key = usage.draft()
    usage.upload(key, workbook(ROW))
    usage.act(key, "submit")
    usage.act(key, "reject")
    assert [record["status"] for record in usage.records(key)] == ["rejected"]


def test_the_template_of_a_product_has_the_sheets_and_headers(usage: Usage):
    link = usage.http.get(f"usage/products/{PRODUCT}/template").json()["template_link"]
    host = usage.http.endpoint.partition("/public")[0]
    with Workbook(requests.get(host + link, timeout=9).content) as book:
        assert book.sheets == ("categories", "records")
        assert book.header("records") == [*COLUMNS]


def test_a_product_without_usage_is_refused():
    product = {"id": PRODUCT, "capabilities": {"ppu": None}}
    with Emulator(records={"products": [product]}) as connect, Http(connect.endpoint) as http:
        refused = Usage(http).create()
        assert refused.status_code == 400
        assert refused.json()["errors"] == [
            f"product: '{PRODUCT}' does not report usage (capabilities.ppu)."
        ]


def test_a_contract_that_has_ended_is_refused(tmp_path: Path):
    spec = with_contracts(tmp_path)
    contracts = [{"id": "CRD-1", "status": "terminated"}, {"id": "CRD-2", "status": "active"}]
    records = {"contracts": contracts, "products": [{"id": PRODUCT}]}
    with Emulator(spec=spec, records=records) as connect:
        with Http(connect.endpoint) as http:
            refused = Usage(http).create(contract={"id": "CRD-1"})
            assert refused.json()["errors"] == ["contract: 'CRD-1' is terminated, not active."]
            assert Usage(http).create(contract={"id": "CRD-2"}).status_code == 201


def test_a_document_without_records_has_usage_files_all_the_same(tmp_path: Path):
    spec = tmp_path / "connect.yml"
    text = DEFAULT_SPEC.read_text("utf-8").replace("/usage/records", "/usage/other")
    spec.write_text(text.replace("{file_pk}/categories", "{file_pk}/kinds"), encoding="utf-8")
    records = {"subscriptions/assets": [ASSET], f"products/{PRODUCT}/items": [ITEM]}
    with Emulator(spec=spec, records=records | {"products": [{"id": PRODUCT}]}) as connect:
        with Http(connect.endpoint) as http:
            usage = Usage(http)
            key = usage.draft()
            usage.upload(key, workbook(ROW))
            usage.act(key, "submit")
            assert usage.act(key, "accept").json()["status"] == "accepted"


def with_contracts(folder: Path) -> Path:
    """Return the emulator's document with contracts."""
    schema = {"type": "object", "properties": {"id": {"type": "string"}, "status": {}}}
    content = {"application/json": {"schema": {"type": "array", "items": schema}}}
    responses = {"200": {"description": "A page.", "content": content}}
    path = json.dumps({"get": {"description": "List: a contract.", "responses": responses}})
    spec = folder / "connect.yml"
    text = DEFAULT_SPEC.read_text("utf-8").replace("paths:\n", f"paths:\n  /contracts: {path}\n", 1)
    spec.write_text(text, encoding="utf-8")
    return spec
