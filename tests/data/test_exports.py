"""Exports of sets, in both worlds: exact, whole, and with the columns of the document."""

from __future__ import annotations

import csv
import json
import re

import pytest
from tests.conftest import KEY, json_answer
from tests.work.conftest import spread_rows

from cnct import ClientError, ExportError, ExportWarning, InvalidCallError, NotScannableError
from cnct.client._core.raw_rows import RawRow
from cnct.emulator import Emulator, Fault

DOCUMENT = {
    "openapi": "3.0.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/requests": {
            "get": {
                "parameters": [
                    {
                        "name": name,
                        "in": "query",
                        "description": f"**lookups:** {lookups}\n**ordering:** true",
                        "schema": {"type": kind, "format": form},
                    }
                    for name, lookups, kind, form in [
                        ("id", "eq, in", "string", ""),
                        ("status", "eq, in", "string", ""),
                        ("created", "eq, ge, gt, le, lt, null", "string", "date-time"),
                        ("level", "eq", "integer", ""),
                        ("asset.hub.id", "eq", "string", ""),
                        ("asset", "eq", "string", ""),
                        ("params.id", "eq", "string", ""),
                        ("events__at", "eq", "string", ""),
                    ]
                ],
                "responses": {
                    "200": {
                        "description": "",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "properties": {
                                            "id": {"type": "string"},
                                            "status": {"type": "string"},
                                            "created": {"type": "string"},
                                            "level": {"type": "string"},
                                            "params": {"type": "array", "items": {}},
                                        },
                                    },
                                }
                            }
                        },
                    }
                },
            }
        }
    },
}
COLUMNS = ["id", "status", "created", "level", "params", "asset.hub.id", "_extra"]


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    path = tmp_path_factory.mktemp("document") / "document.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


@pytest.fixture(scope="module")
def connect(spec):
    with Emulator(spec=spec, records={"requests": spread_rows(25)}) as emulator:
        yield emulator


@pytest.fixture
def asker(connect, world):
    """A client of each world that knows the document."""
    return world.client(KEY, connect.endpoint, use_specs=True, specs_location=connect.spec)


@pytest.fixture
def calls(connect):
    """The queries that reached the local Connect during the test."""
    before = len(connect.requests)
    return lambda: [request.query for request in [*connect.requests][before:]]


def lines(path):
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.reader(file)]


def ids(path):
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_columns_are_those_of_the_document_and_of_its_filters(asker, tmp_path):
    report = asker.requests.all().to_csv(tmp_path / "out.csv")
    header, *rows = lines(tmp_path / "out.csv")
    assert header == COLUMNS
    assert rows[3] == ["PR-0003", "pending", spread_rows(25)[3]["created"], "", "", "", ""]
    assert (report.rows, len(rows), report.extra) == (25, 25, {})


def test_a_set_is_read_in_windows_and_any_other_page_by_page(asker, tmp_path, calls):
    out = tmp_path / "out.ndjson"
    rows = asker.requests.filter(status="pending").limit(3)
    assert rows.to_ndjson(out, concurrency=3).rows == 25
    assert ids(out) == [f"PR-{number:04}" for number in range(25)]
    assert any("lt(created" in query for query in calls())
    number = len(calls())
    assert rows.order_by("-created").to_ndjson(out).rows == 25
    assert ids(out)[0] == "PR-0024"
    assert rows[5:17].to_ndjson(out).rows == 12
    assert ids(out) == [f"PR-{number:04}" for number in range(5, 17)]
    assert rows.overlap(overlap=False).to_ndjson(out).rows == 25
    assert rows.filter(id__in=[]).to_ndjson(out).rows == 0
    assert not any("lt(created" in query for query in calls()[number:])


def test_a_field_for_the_windows_can_be_named(asker, tmp_path, calls):
    assert asker.requests.all().to_csv(tmp_path / "out.csv", by="created").rows == 25
    with pytest.raises(NotScannableError, match="ranges of 'status'"):
        asker.requests.all().to_csv(tmp_path / "out2.csv", by="status")
    with pytest.raises(ValueError, match="is a slice"):
        asker.requests.all()[:5].to_csv(tmp_path / "out2.csv", by="created")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv"]


def test_a_kept_set_is_fetched_anew(asker, tmp_path, calls):
    rows = asker.requests.all().order_by("id")
    assert len([*rows]) == 25
    number = len(calls())
    rows.to_ndjson(tmp_path / "out.ndjson")
    assert len(calls()) > number
    assert len([*rows]) == 25
    assert type(next(iter(rows))) is dict


def test_columns_can_be_chosen_and_removed(asker, tmp_path):
    out = tmp_path / "out.csv"
    asker.requests.all()[:1].to_csv(out, columns={"status": "state", "id": "id"})
    assert lines(out) == [["state", "id", "_extra"], ["pending", "PR-0000", ""]]
    asker.requests.select("-status", "-params")[:1].to_csv(out)
    assert lines(out)[0] == ["id", "created", "level", "asset.hub.id", "_extra"]
    with pytest.raises(InvalidCallError, match="no column 'stat'"):
        asker.requests.all().to_csv(tmp_path / "wrong.csv", columns=["stat"])
    assert not [*tmp_path.glob("wrong*")]


def test_options_are_checked_before_the_first_call(asker, tmp_path, calls):
    rows = asker.requests.all()
    (tmp_path / "folder").mkdir()
    for path, options, error, message in [
        ("missing/out.csv", {}, ExportError, "create it first"),
        ("folder", {}, ExportError, "is a directory"),
        ("out.csv", {"concurrency": 0}, ValueError, "concurrency"),
        ("out.csv", {"progress": 5}, TypeError, "progress must be a callable"),
        ("out.csv", {"by": 5}, TypeError, "by must be the name of a field"),
        ("out.csv", {"columns": "id"}, TypeError, "a list of names"),
        ("out.csv", {"encoding": "none"}, ValueError, "no encoding"),
    ]:
        with pytest.raises(error, match=message):
            rows.to_csv(tmp_path / path, **options)
    with pytest.raises(TypeError, match="must be a text or a Path, not None"):
        rows.to_csv(None)
    assert calls() == []
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_failed_call_leaves_the_old_file(asker, connect, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("old")
    connect.faults.add(Fault.status(500, path="requests", after=2))
    with pytest.raises(ClientError):
        asker.requests.all().limit(5).to_csv(out)
    connect.faults.clear()
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_progress_has_the_total(asker, tmp_path):
    seen = []
    asker.requests.order_by("id").limit(10).to_csv(tmp_path / "out.csv", progress=seen.append)
    assert [(figures.done, figures.total) for figures in seen] == [(10, 25), (19, 25), (25, 25)]
    asker.requests.all().to_csv(tmp_path / "out.csv", progress=True)


def test_values_without_a_column_are_reported_at_the_users_line(server, world, tmp_path):
    rows = [{"id": f"A-{number}", "n": number} for number in range(30)]
    server.answer = lambda _: json_answer([*rows, {"id": 5, "n": "x"}])
    client = world.client(KEY, server.endpoint)
    with pytest.warns(ExportWarning, match=r"out\.csv: .*_extra: id \(1\), n \(1\)") as caught:
        report = client.things.all().to_csv(tmp_path / "out.csv")
    assert report.extra == {"id": 1, "n": 1}
    assert caught[0].filename in (__file__, re.sub("data/.*", "worlds.py", __file__))
    assert lines(tmp_path / "out.csv")[-1] == ["", "", '{"id":5,"n":"x"}']


def page_of(*rows):
    body = b"[" + b",".join(rows) + b"]"
    headers = {"Content-Type": "application/json", "Content-Range": f"items 0-9/{len(rows)}"}
    return 200, headers, body


def test_lines_have_the_bytes_of_the_response(server, world, tmp_path):
    out = tmp_path / "out.ndjson"
    rows = [
        b'{"id": "A", "n": 1.10, "n": 123456789012345678901234567890}',
        b'{"n": 1e400, "id":"B"}',
        '{"id":"é","x":"\\n"}'.encode(),
    ]
    server.answer = lambda _: page_of(*rows)
    client = world.client(KEY, server.endpoint)
    client.things.all().to_ndjson(out)
    assert out.read_bytes() == b"\n".join([*rows, b""])
    odd = [*rows, b'{"id": "\\ud800", "x": NaN,\n "y": [1, 2]}', b" 5 "]
    server.answer = lambda _: page_of(*odd)
    client.things.all().to_ndjson(out)
    assert out.read_bytes().splitlines()[3:] == [b'{"id":"\\ud800","x":NaN,"y":[1,2]}', b"5"]
    assert out.read_bytes().splitlines()[:3] == rows


@pytest.mark.parametrize("body", [b'{"id": 1}', b"[1", b'["\xff"]', b"\xff"])
def test_a_body_that_is_no_list_is_an_error(server, world, tmp_path, body):
    server.answer = lambda _: (200, {"Content-Type": "application/json"}, body)
    with pytest.raises(ClientError):
        world.client(KEY, server.endpoint).things.all().to_ndjson(tmp_path / "out.ndjson")
    assert [*tmp_path.iterdir()] == []


def test_pages_overlap_by_whatever_identifies_a_row(server, world, tmp_path):
    def answer(got):
        limit, offset = (int(number) for number in re.findall(r"\d+", got.query)[-2:])
        status, headers, body = page_of(*rows[offset : offset + limit])
        return status, {**headers, "Content-Range": f"items 0-9/{len(rows)}"}, body

    server.answer = answer
    out = tmp_path / "out.ndjson"
    things = world.client(KEY, server.endpoint).things.limit(7)
    for text in (
        b'{"id": %d}',
        b'{"id": "same", "version": %d}',
        b'{"name": "%d"}',
        b'{"id": null, "name": "%d"}',
        b"%d",
    ):
        rows = [text % number for number in range(15)]
        assert things.to_ndjson(out).rows == 15
        assert out.read_bytes().splitlines() == rows


def test_a_list_that_moves_is_exported_exactly(world, tmp_path):
    with Emulator(records={"requests": spread_rows(25)}) as connect:
        client = world.client(KEY, connect.endpoint)

        def shrink(figures):
            if figures.done < 12:
                connect.delete("requests/PR-0000")
                connect.delete("requests/PR-0003")

        client.requests.limit(10).to_ndjson(tmp_path / "out", progress=shrink)
    assert {*ids(tmp_path / "out")} >= {f"PR-{number:04}" for number in range(4, 25)}
    assert len(ids(tmp_path / "out")) == len({*ids(tmp_path / "out")})


def test_a_list_that_sends_no_totals_is_read_page_by_page(spec, server, world, tmp_path):
    rows = [{"id": f"A-{number}", "created": "2026-01-01T00:00:00Z"} for number in range(5)]
    server.answer = lambda got: json_answer([] if "limit=0" in got.query else rows)
    client = world.client(KEY, server.endpoint, use_specs=True, specs_location=spec)
    report = client.requests.all().limit(3).to_csv(tmp_path / "out.csv")
    assert report.rows == 5
    with pytest.raises(NotScannableError, match="no totals"):
        client.requests.all().to_csv(tmp_path / "out2.csv", by="created")


def test_a_raw_row_decodes_other_fields_at_need():
    row = RawRow(b'{"id": "A", "updated": 5}')
    assert (row.get("updated"), row.get("nothing"), row["id"]) == (5, None, "A")
    with pytest.raises(KeyError):
        _ = RawRow(b"5")["id"]


def test_a_list_that_cannot_be_cut_into_windows_is_read_page_by_page(world, tmp_path):
    rows = [{"id": f"MP-{number}"} for number in range(5)]
    with Emulator(records={"marketplaces": rows}) as place:
        client = world.client(KEY, place.endpoint, use_specs=True, specs_location=place.spec)
        client.marketplaces.all().limit(2).to_ndjson(tmp_path / "all.ndjson")
    text = (tmp_path / "all.ndjson").read_text()
    assert [json.loads(line) for line in text.splitlines()] == rows
