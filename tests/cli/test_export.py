"""export: collections as files, from the shell and from cron."""

from __future__ import annotations

import csv
import io
import json
import sys

import pytest

from cnct.emulator import Fault


def rows_of(text):
    return [*csv.DictReader(io.StringIO(text, newline=""))]


def test_a_file_has_the_format_of_its_suffix(cnct, reads, tmp_path):
    path = tmp_path / "out.csv"
    ran = cnct("export", "requests", str(path), "status=pending", "-j", "2", "--page-size", "10")
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    rows = rows_of(path.read_text(encoding="utf-8"))
    assert [row["id"] for row in rows][:2] == ["PR-000", "PR-001"]
    assert {"asset.product.name", "created", "_extra"} < rows[0].keys()
    path = tmp_path / "out.jsonl"
    assert cnct("export", "requests", str(path), "-n", "3", "--order", "-created").status == 0
    ids = [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 3


def test_standard_output_takes_the_formats_that_stream(cnct, reads):
    ran = cnct("export", "requests", "-", "-n", "2")
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == ["PR-000", "PR-001"]
    words = ("--format", "csv", "--select", "status,id", "--delimiter", r"\t", "--bom")
    ran = cnct("export", "requests", "-", "-n", "1", *words)
    assert ran.out == "\ufeffstatus\tid\t_extra\npending\tPR-000\t\n"


def test_options_of_csv(cnct, reads, tmp_path):
    path = tmp_path / "out"
    words = ("--format", "csv", "--select", "-asset", "--encoding", "latin-1", "--plain-cells")
    assert cnct("export", "requests", str(path), "--by", "created", *words).status == 0
    assert "asset.product.name" not in path.read_text(encoding="latin-1")


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["requests"], 2, "FILE"),
        (["requests", "out.doc"], 2, "'out.doc' is unknown"),
        (["requests", "out.doc"], 2, "--format csv"),
        (["requests", "-", "--format", "xlsx"], 2, "xlsx cannot be written to standard output"),
        (["requests", "-", "--bom"], 2, "--bom is for csv: leave it out"),
        (["requests", "-", "--format", "csv", "--partitions", "2"], 2, "--partitions is for files"),
        (["requests", "out.csv", "--delimiter", ";;"], 2, "delimiter"),
        (["requests", "out.csv", "--encoding", "none"], 2, "no encoding 'none'"),
        (["requests", "out.csv", "--select", "nope"], 2, "no field 'nope'"),
        (["reqests", "out.csv"], 2, "Did you mean 'requests'"),
        (["requests", "missing/out.csv"], 1, "create it first"),
        (["requests", "out.csv", "--by", "status"], 1, "ranges of 'status'"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    cnct, reads, tmp_path, monkeypatch, words, status, message
):
    monkeypatch.chdir(tmp_path)
    ran = cnct("export", *words)
    assert (ran.status, ran.out) == (status, "")
    assert message in ran.err
    assert [*tmp_path.iterdir()] == []


def test_a_missing_package_is_named_before_anything_is_read(cnct, connect, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rustpy_xlsxwriter", None)
    ran = cnct("export", "requests", str(tmp_path / "out.xlsx"))
    assert (ran.status, "pip install rustpy-xlsxwriter" in ran.err) == (1, True)
    assert not connect.requests


def test_a_failed_export_leaves_no_file(cnct, connect, tmp_path):
    connect.faults.add(Fault.status(500, path="requests", after=1))
    ran = cnct("export", "requests", str(tmp_path / "out.csv"))
    assert ran.status == 5
    assert [*tmp_path.iterdir()] == []


def test_on_a_terminal_the_number_of_rows_is_shown(terminal, reads, tmp_path):
    ran = terminal("export", "requests", str(tmp_path / "out.csv"))
    assert "cnct: 25 rows in" in ran.out
    ran = terminal("export", "requests", "-")
    assert "Standard output is a terminal" in ran.out
