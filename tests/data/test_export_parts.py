"""Exports in several files: a file for each part, and a manifest by which a later run resumes."""

from __future__ import annotations

import json
import os

import pytest
from tests.conftest import KEY
from tests.data.test_exports import DOCUMENT
from tests.work.conftest import spread_rows

from cnct import (
    ClientError,
    ConnectClient,
    ExportError,
    ExportWarning,
    JournalError,
    NotScannableError,
)
from cnct.emulator import Emulator, Fault

ROWS = 30


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    path = tmp_path_factory.mktemp("document") / "document.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


@pytest.fixture(scope="module")
def connect(spec):
    with Emulator(spec=spec, records={"requests": spread_rows(ROWS)}) as emulator:
        yield emulator


@pytest.fixture
def asker(connect, world):
    """A client of each world that knows the document."""
    return world.client(KEY, connect.endpoint, use_specs=True, specs_location=connect.spec)


@pytest.fixture
def client(connect):
    """A synchronous client, for decisions that both worlds share."""
    with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
        yield client


def contents(directory):
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def manifest(directory):
    return json.loads((directory / "manifest.json").read_text(encoding="utf-8"))


def ids(directory):
    lines = [path.read_text().splitlines() for path in sorted(directory.glob("*.ndjson"))]
    return [json.loads(line)["id"] for file in lines for line in file]


def test_each_part_is_a_file_and_each_resource_is_in_one(asker, tmp_path):
    rows = asker.requests.filter(status="pending")
    report = rows.to_ndjson(tmp_path / "out", partitions=2, concurrency=2)
    files = manifest(tmp_path / "out")["files"]
    assert [*contents(tmp_path / "out")] == ["manifest.json", *(file["file"] for file in files)]
    assert (report.rows, sum(file["rows"] for file in files)) == (ROWS, ROWS)
    assert report.path == str(tmp_path / "out")
    assert len(files) == 2
    assert ids(tmp_path / "out") == [row["id"] for row in spread_rows(ROWS)]
    with pytest.raises(JournalError, match="is complete: pass restart=True"):
        rows.to_ndjson(tmp_path / "out", partitions=2)


def test_an_interrupted_export_resumes_and_ends_with_the_same_bytes(asker, connect, tmp_path):
    rows = asker.requests.all().limit(7)
    calls = -len(connect.requests)
    rows.to_parquet(tmp_path / "whole", most=8)
    calls += len(connect.requests)
    number = len(manifest(tmp_path / "whole")["files"])
    assert number >= 3
    out = tmp_path / "out"
    connect.faults.add(Fault.status(400, after=calls - 4))
    with pytest.raises(ClientError, match="400"):
        rows.to_parquet(out, most=8)
    connect.faults.clear()
    finished = [file["file"] for file in manifest(out)["files"] if file["rows"] is not None]
    assert 0 < len(finished) < number
    (out / "part-00009.parquet.part").write_bytes(b"left by a killed run")
    times = {name: (out / name).stat().st_mtime_ns for name in finished}
    assert rows.to_parquet(out, most=8).rows == ROWS
    assert contents(out) == contents(tmp_path / "whole")
    assert times == {name: (out / name).stat().st_mtime_ns for name in finished}


def test_a_damaged_or_missing_file_is_written_again(client, tmp_path):
    rows = client.requests.all()
    rows.to_ndjson(tmp_path, partitions=3)
    before = contents(tmp_path)
    (tmp_path / "part-00000.ndjson").write_bytes(b"{}")
    (tmp_path / "part-00001.ndjson").unlink()
    assert rows.to_ndjson(tmp_path, partitions=3).rows == ROWS
    assert contents(tmp_path) == before


def test_restart_deletes_the_files_of_an_earlier_export_and_no_others(client, tmp_path):
    (tmp_path / ".hidden").touch()
    client.requests.all().to_ndjson(tmp_path, partitions=2)
    (tmp_path / "notes.txt").write_text("mine")
    rows = client.requests.filter(id="PR-0001")
    with pytest.raises(JournalError, match=r"another export, with query '' instead of 'eq\(id,PR-"):
        rows.to_csv(tmp_path, partitions=1)
    rows.to_csv(tmp_path, partitions=1, restart=True)
    assert [*contents(tmp_path)] == [".hidden", "manifest.json", "notes.txt", "part-00000.csv"]


OTHERS = [
    ({"document": "0"}, "document '0' instead of '1'"),
    ({"columns": "x"}, "columns 'x' instead of"),
    ({"endpoint": "https://x"}, "endpoint 'https://x' instead of 'http://127"),
    ({"path": "products"}, "path 'products' instead of 'requests'"),
    ({"partitions": 9}, "partitions 9 instead of 2"),
    ({"other": 1}, "other 1 instead of None"),
    ({"format": 99}, "The manifest has format 99, not 1; pass restart=True"),
    ({"files": [{"what": 1}]}, "The manifest is damaged; pass restart=True"),
]


def test_a_manifest_of_another_export_is_refused(client, tmp_path):
    rows = client.requests.all()
    rows.to_csv(tmp_path, partitions=2)
    own = manifest(tmp_path)
    for change, message in OTHERS:
        (tmp_path / "manifest.json").write_text(json.dumps({**own, **change}))
        before = contents(tmp_path)
        with pytest.raises(JournalError, match=message):
            rows.to_csv(tmp_path, partitions=2)
        assert contents(tmp_path) == before


def test_a_directory_that_is_none_of_ours_is_refused(client, connect, tmp_path):
    rows = client.requests.all()
    before = len(connect.requests)
    for name, file, error, message in [
        ("no/dir", "", ExportError, "create it first"),
        ("file", "", ExportError, "is no directory"),
        ("other", "notes.txt", ExportError, r"other files \(notes.txt\): name an empty"),
        ("lost", "part-00000.csv", JournalError, "and no manifest: pass restart=True"),
    ]:
        (tmp_path / "file").touch()
        if file:
            (tmp_path / name).mkdir()
            (tmp_path / name / file).touch()
        with pytest.raises(error, match=message):
            rows.to_csv(tmp_path / name, partitions=2)
    with pytest.raises(ValueError, match="pass partitions or most too"):
        rows.to_csv(tmp_path / "out.csv", restart=True)
    with pytest.raises(ValueError, match="either number or most"):
        rows.to_csv(tmp_path / "both", partitions=2, most=5)
    with pytest.raises(ValueError, match="partitions must be"):
        rows.to_csv(tmp_path / "both", partitions=0)
    with pytest.raises(ValueError, match="is a slice"):
        rows[:5].to_csv(tmp_path / "slice", partitions=2)
    with pytest.raises(NotScannableError, match="ranges of 'status'"):
        rows.to_csv(tmp_path / "field", partitions=2, by="status")
    assert len(connect.requests) == before
    assert rows.to_csv(tmp_path / "lost", partitions=2, restart=True).rows == ROWS


def test_two_exports_cannot_write_one_directory(client, tmp_path):
    import fcntl

    (tmp_path / "out").mkdir()
    descriptor = os.open(tmp_path / "out", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(ExportError, match=r"Another export is writing .*/out'"):
        client.requests.all().to_csv(tmp_path / "out", partitions=2)
    os.close(descriptor)
    client.requests.all().to_csv(tmp_path / "out", partitions=2)


def test_an_empty_set_is_one_file_with_a_header(asker, tmp_path):
    for name, rows in [
        ("none", asker.requests.filter(id="PR-none")),
        ("never", asker.requests.filter(id__in=[])),
    ]:
        assert rows.to_csv(tmp_path / name, partitions=3).rows == 0
        assert (tmp_path / name / "part-00000.csv").read_text().startswith("id,status")


def test_without_a_document_the_first_rows_decide_the_columns_of_all_parts(world, spec, tmp_path):
    rows = [{**row, "odd": {"n": 1}} if row["id"] > "PR-1000" else row for row in spread_rows(1020)]
    with Emulator(spec=spec, records={"requests": rows}) as connect:
        client = world.client(KEY, connect.endpoint)
        requests = client.requests.all().limit(1000)
        arguments = {"most": 600, "by": "created", "columns": ["id", "created", "_extra"]}
        with pytest.warns(ExportWarning, match=r"odd \(19\)"):
            report = requests.to_parquet(tmp_path / "out", **arguments)
        assert report.extra == {"odd": 19}
        assert [column["name"] for column in manifest(tmp_path / "out")["observed"]] == [
            "id",
            "status",
            "created",
        ]
        before = contents(tmp_path / "out")
        (tmp_path / "out" / "part-00000.parquet").unlink()
        with pytest.warns(ExportWarning, match=r"odd \(19\)"):
            requests.to_parquet(tmp_path / "out", **arguments)
        assert contents(tmp_path / "out") == before
        one = requests.filter(id="PR-0001")
        assert one.to_ndjson(tmp_path / "plain", partitions=2, by="created").rows == 1
        assert manifest(tmp_path / "plain")["observed"] is None


def test_progress_counts_the_rows_of_all_files(client, tmp_path):
    figures = []
    rows = client.requests.all().limit(10)
    rows.to_csv(tmp_path / "out", partitions=4, concurrency=3, progress=figures.append)
    assert (figures[-1].done, figures[-1].total) == (ROWS, ROWS)
    (tmp_path / "out" / "part-00001.csv").unlink()
    rows.to_csv(tmp_path / "out", partitions=4, progress=figures.append)
    assert (figures[-1].done, figures[-1].total) == (ROWS, ROWS)


def test_headers_of_the_set_are_sent_by_its_parts(client, connect, tmp_path):
    rows = client.requests.all().configure(headers={"Authorization": KEY, "X-Team": "blue"})
    rows.to_csv(tmp_path / "out", partitions=2)
    assert {request.headers.get("x-team") for request in connect.requests} >= {"blue"}


def test_a_dry_run_writes_no_directory(connect, tmp_path):
    with ConnectClient(KEY, connect.endpoint, use_specs=False) as client, client.dry_run() as dry:
        with pytest.raises(ValueError, match="dry run keeps no journal"):
            dry.requests.all().to_csv(tmp_path / "out", partitions=2)
