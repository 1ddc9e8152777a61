"""The programs of the cookbook run against a local Connect, and its pages show them all."""

from __future__ import annotations

import csv
import json
import runpy
import shutil
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import cnct.client._http.sync  # noqa: F401 - before pytester, which forgets what it imports
from cnct import ConnectClient
from cnct.emulator import Emulator, Fault

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "examples" / "cookbook"
PAGES = ROOT / "docs" / "cookbook"
PRODUCT = "PRD-000-000-001"


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Emulator], None]:
    """Return a function that points ``ConnectClient()`` at an emulator, in an empty directory."""

    def point(connect: Emulator) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("CNCT_API_KEY", "ApiKey SU-000-000-000:secret")
        monkeypatch.setenv("CNCT_ENDPOINT", connect.endpoint)
        monkeypatch.setenv("CNCT_SPEC", str(connect.spec))

    return point


@pytest.fixture
def shop(connect: Emulator, surroundings: Callable[[Emulator], None]) -> Emulator:
    surroundings(connect)
    return connect


def run(name: str, *args: Any) -> Any:
    return runpy.run_path(str(PROGRAMS / f"{name}.py"))["main"](*args)


def purchase(request_id: str, email: str = "ann@example.com") -> dict[str, Any]:
    parameters = [{"id": "admin_email", "value": email}, {"id": "tenant_id", "value": ""}]
    asset = {"id": f"AS-{request_id}", "product": {"id": PRODUCT}, "params": parameters}
    return {"id": request_id, "type": "purchase", "status": "pending", "asset": asset}


def test_pending_requests_are_approved_and_failures_show(shop, capsys):
    shop.insert("requests", purchase("PR-1"), purchase("PR-2"))
    shop.faults.add(Fault.status(400, path="requests/PR-1/approve", times=1))
    assert run("approve_requests", PRODUCT, "TL-1") == 1
    assert "PR-1 failed: 400 Bad Request" in capsys.readouterr().out
    assert run("approve_requests", PRODUCT, "TL-1") == 0
    with ConnectClient() as client:
        approved = client.requests.filter(id__in=["PR-1", "PR-2"]).values_list("status")
    assert approved == [{"status": "approved"}] * 2


def test_usage_of_a_month_is_a_file_and_counts(shop, capsys):
    run("monthly_usage", "2026-01")
    out = capsys.readouterr().out
    with Path("usage-2026-01.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert out.startswith(f"{len(rows)} files")
    assert len(rows) > 1
    assert all(row["created"].startswith("2026-01") for row in rows)
    run("monthly_usage", "2025-12")
    assert capsys.readouterr().out.startswith("0 files")


def test_a_catalogue_is_applied_only_after_its_plan(shop, tmp_path, capsys):
    with ConnectClient() as client:
        items = client.products[PRODUCT].items
        before = {item["mpn"]: item["name"] for item in items.all()}
        renamed, _, ended = before
        catalogue = {**before, renamed: "Renamed", "GB-1": "1 GB"}
        del catalogue[ended]
        lines = [f"{mpn},{name},user" for mpn, name in catalogue.items()]
        text = "\n".join(["mpn,name,unit.id", *lines])
        (tmp_path / "catalogue.csv").write_text(text, encoding="utf-8")
        assert run("sync_catalogue", PRODUCT, "catalogue.csv") == 0
        title, *changes = capsys.readouterr().out.splitlines()
        assert title.endswith("items by mpn: 1 create, 1 update, 1 same, 1 extra")
        assert [line.split()[0] for line in changes] == ["create", "update", "end"]
        assert {item["mpn"]: item["name"] for item in items.all()} == before
        assert run("sync_catalogue", PRODUCT, "catalogue.csv", "--apply") == 0
        assert "<Summary: 2 done of 2>\n<Summary: 1 done of 1>" in capsys.readouterr().out
        after = {item["mpn"]: item for item in items.all()}
    assert (after[renamed]["name"], after["GB-1"]["name"]) == ("Renamed", "1 GB")
    assert after[ended]["status"] == "endofsale"
    assert run("sync_catalogue", PRODUCT, "catalogue.csv", "--apply") == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].endswith("items by mpn: 3 same, 1 extra")
    assert out.count("0 done of 0") == 2


def test_parameters_are_set_once(shop, tmp_path, capsys):
    payloads = [{"name": name, "title": name, "type": "text"} for name in ("seats", "region")]
    file = tmp_path / "parameters.json"
    file.write_text(json.dumps(payloads), encoding="utf-8")
    run("set_parameters", PRODUCT, str(file))
    assert capsys.readouterr().out == "2 created\n"
    payloads[0]["title"] = "Seats"
    file.write_text(json.dumps(payloads), encoding="utf-8")
    run("set_parameters", PRODUCT, str(file))
    assert capsys.readouterr().out == "seats: title: 'seats' -> 'Seats'\n1 updated, 1 unchanged\n"


def test_an_edited_product_is_saved_unless_somebody_was_faster(shop, tmp_path, monkeypatch, capsys):
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import sys; from pathlib import Path; file = Path(sys.argv[1])\n"
        "file.write_text(file.read_text().replace('Cloud Backup', 'Sky Backup'))\n",
        "utf-8",
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} {editor}")
    assert run("edit_product", PRODUCT) == 0
    assert "'Cloud Backup'" in capsys.readouterr().out
    with ConnectClient() as client:
        assert client.products[PRODUCT].get()["name"] == "Sky Backup"
    editor.write_text(
        "from urllib.request import Request, urlopen\n"
        f"url, body = '{shop.endpoint}/products/{PRODUCT}', b'{{\"name\": \"Theirs\"}}'\n"
        "headers = {'Authorization': 'ApiKey x', 'Content-Type': 'application/json'}\n"
        "urlopen(Request(url, body, headers, method='PUT'))\n",
        "utf-8",
    )
    assert run("edit_product", PRODUCT) == 1
    assert "name: 'Sky Backup' -> 'Theirs'" in capsys.readouterr().err


def test_overdue_requests_are_listed_by_age(shop, capsys):
    now = datetime.now(UTC)
    ages = {"PR-1": timedelta(days=2), "PR-2": timedelta(days=9), "PR-3": timedelta(days=4)}
    shop.insert(
        "requests",
        *({**purchase(key), "created": (now - age).isoformat()} for key, age in ages.items()),
    )
    assert run("overdue_requests", "3") == 1
    *lines, count = capsys.readouterr().out.splitlines()
    listed = [line.split()[:2] for line in lines if line.startswith(("PR-2 ", "PR-3 "))]
    assert listed == [["PR-2", "9"], ["PR-3", "4"]]
    assert not any(line.startswith("PR-1 ") for line in lines)
    assert count == f"{len(lines)} overdue"
    with ConnectClient() as client:
        client.requests.filter(status="pending").act("approve", {"template_id": "TL-1"})
    assert run("overdue_requests") == 0


def test_a_report_to_support_has_the_request_ids(shop, capsys):
    assert run("support_report", f"products/{PRODUCT}", "products/PRD-999") == 1
    good, bad = csv.DictReader(capsys.readouterr().out.splitlines())
    assert (good["status"], good["attempts"], good["problem"]) == ("200", "1", "")
    assert float(good["seconds"]) > 0
    assert (bad["status"], bad["call"]) == ("404", "GET products/PRD-999")
    assert [row["request_id"] for row in (good, bad)] == [
        request.request_id for request in shop.requests
    ]
    assert run("support_report", f"products/{PRODUCT}") == 0


def test_assets_are_exported_in_parts(shop, capsys):
    run("export_assets", "assets", 5)
    parts = sorted(Path("assets").glob("*.csv"))
    assert len(parts) > 1
    rows = sum(len(part.read_text("utf-8").splitlines()) - 1 for part in parts)
    with ConnectClient() as client:
        assert rows == client("subscriptions").assets.filter(status="active").count()
    assert capsys.readouterr().out.endswith(f"{rows} assets in assets\n")


def test_a_wait_ends_with_each_of_three_statuses(shop, capsys):
    done = {**purchase("PR-1"), "status": "approved", "activation_key": "ABC"}
    failed = {**purchase("PR-2"), "status": "failed", "reason": "No credit"}
    shop.insert("requests", done, failed, purchase("PR-3"))
    assert run("wait_for_request", "PR-1") == 0
    assert run("wait_for_request", "PR-2") == 1
    assert run("wait_for_request", "PR-3", 0) == 2
    assert capsys.readouterr().out.splitlines() == [
        "PR-1 is approved, activation key ABC",
        "PR-2 failed: No credit",
        "PR-3 is still pending; wait again later",
    ]


def test_each_change_is_printed_once(shop, capsys):
    run("watch_requests", "requests.watch")
    with ConnectClient() as client:
        request = client.requests.create({"type": "purchase", "asset": {"id": "AS-1"}})["id"]
        assert capsys.readouterr().out == ""
        run("watch_requests", "requests.watch")
        assert capsys.readouterr().out == f"{request} pending\n"
        client.requests[request]("approve").post({"template_id": "TL-1"})
    run("watch_requests", "requests.watch")
    assert capsys.readouterr().out == f"{request} approved\n"
    run("watch_requests", "requests.watch")
    assert capsys.readouterr().out == ""


def test_requests_are_fulfilled_or_asked_back(shop, capsys):
    shop.insert("requests", purchase("PR-1"), purchase("PR-2", email=""))
    assert run("fulfil_requests", PRODUCT, "TL-1", "TL-2") == 0
    assert "failed" not in capsys.readouterr().out
    with ConnectClient() as client:
        fulfilled = client.requests["PR-1"].get()
        assert client.requests["PR-2"].get()["status"] == "inquiring"
    assert fulfilled["status"] == "approved"
    values = {parameter["id"]: parameter["value"] for parameter in fulfilled["asset"]["params"]}
    assert values["tenant_id"] == "tenant-of-ann-PR-1"


def test_the_usage_of_a_csv_file_is_sent_once(shop, tmp_path, capsys):
    with ConnectClient() as client:
        asset = client("subscriptions").assets.filter(product__id=PRODUCT).first()
    header = "item_search_criteria,item_search_value,quantity,start_time_utc,end_time_utc"
    header += ",asset_search_criteria,asset_search_value"
    line = "item.mpn,BASIC-01,{},2026-01-01,2026-01-31,asset.id," + asset["id"]
    table = tmp_path / "january.csv"
    for quantity, status, text in (
        ("many", 1, "1 problem in 1 row, nothing was written or sent:\n  row 1, quantity: 'many'"),
        ("-1", 1, "UF-0000-00-0000-0007 is invalid, 1 row, 1 refused: 1 of 1 records are"),
        ("2", 0, "UF-0000-00-0000-0007 is pending, 1 row\n"),
        ("2", 0, "UF-0000-00-0000-0007 is pending, 1 row not uploaded\n"),
    ):
        table.write_text(f"{header}\n{line.format(quantity)}\n", encoding="utf-8")
        assert run("send_usage", PRODUCT, "CRD-1", str(table)) == status
        assert capsys.readouterr().out.startswith(text)
    assert "quantity must not be negative" in Path("january-refused.csv").read_text("utf-8")
    calls = [f"{call.method} {call.path.rpartition('/')[2]}" for call in shop.requests]
    assert [calls.count(f"POST {name}") for name in ("files", "upload", "submit")] == [1, 2, 1]


def test_reports_are_downloaded_once(shop, capsys):
    shop.faults.add(Fault.truncate(path="reporting/reports/REP-000-000-001/download", times=1))
    assert run("download_reports", "files") == 0
    assert [file.name for file in sorted(Path("files").iterdir())] == [
        "REP-000-000-001.xlsx",
        "REP-000-000-003.xlsx",
    ]
    assert zipfile.is_zipfile("files/REP-000-000-001.xlsx")
    assert run("download_reports", "files") == 0
    downloads = [call for call in shop.requests if call.path.endswith("001/download")]
    assert [call.headers.get("range", "")[:6] for call in downloads] == ["", "bytes="]
    assert "failed" not in capsys.readouterr().out


def test_the_recorded_test_of_a_program_replays(pytester):
    shutil.copytree(PROGRAMS, pytester.path / "examples" / "cookbook")
    plugins = ("-p", "cnct.testing.fixtures", "-p", "no:cacheprovider")
    pytester.runpytest(*plugins, "examples/cookbook/recorded").assert_outcomes(passed=1)


def test_each_program_has_a_page_and_each_page_a_program():
    pages = {page.stem: page.read_text("utf-8") for page in PAGES.glob("*.md")}
    del pages["index"]
    for program in PROGRAMS.glob("*.py"):
        page = pages.pop(program.stem.replace("_", "-"))
        assert f'--8<-- "examples/cookbook/{program.name}"' in page
    assert not pages


def test_documents_are_attached_once(shop, capsys):
    folder = Path("documents")
    folder.mkdir()
    for name in ("a.pdf", "b.png"):
        (folder / name).write_bytes(name.encode())
    shop.faults.add(Fault.status(400, method="POST", path="*/attachments", times=1))
    assert run("attach_documents", "CA-000-000-001", "documents") == 1
    assert "1 done, 1 failed of 2" in capsys.readouterr().out
    assert run("attach_documents", "CA-000-000-001", "documents") == 0
    assert "1 done, 1 skipped of 2" in capsys.readouterr().out
    with ConnectClient() as client:
        attachments = client("helpdesk").cases["CA-000-000-001"].attachments
        assert sorted(row["name"] for row in attachments) == ["a.pdf", "b.png"]
