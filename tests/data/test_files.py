"""Files of exports: whole or not at all, and exact in each format."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path

import pytest

from cnct import ExportError, ExportWarning, InvalidCallError
from cnct.data.columns import Column, Columns
from cnct.data.exporting import OBSERVED_ROWS, Export, warn_of_extra
from cnct.data.file_formats import format_of, row_file
from cnct.data.whole_file import OpenStream, WholeFile

COLUMNS = Columns(
    [
        Column("id", ("id",), "string"),
        Column("n", ("n",), "integer"),
        Column("price", ("price",), "decimal"),
        Column("at", ("at",), "datetime"),
        Column("day", ("day",), "date"),
        Column("on", ("on",), "boolean"),
        Column("tags", ("tags",), "json"),
    ],
    is_documented=True,
)
ROW = (
    b'{"id": "A", "n": -5, "price": 1.10, "at": "2026-01-31T12:00:00+02:00", "day": "2026-01-31",'
    b' "on": true, "tags": [1.10, "a"]}'
)


def names_in(directory):
    return sorted(path.name for path in directory.iterdir())


def exported(rows, columns=COLUMNS, choice=None, form="csv", **options):
    """Return the bytes of an export of pages of one row each."""
    file = io.BytesIO()
    with Export(OpenStream(file, "test"), row_file(form, **options), columns, choice) as export:
        for row in rows:
            export.write([row])
        report = export.finish()
    assert report.rows == len(rows)
    warn_of_extra(report)
    return file.getvalue()


def test_csv_has_a_header_and_typed_cells():
    assert exported([ROW, b'{"id": ""}']).decode().splitlines() == [
        "id,n,price,at,day,on,tags,_extra",
        'A,-5,1.10,2026-01-31T10:00:00+00:00,2026-01-31,true,"[1.10,""a""]",',
        ",,,,,,,",
    ]
    assert exported([]).decode() == "id,n,price,at,day,on,tags,_extra\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_begins_like_a_formula_is_harmless_unless_told_otherwise(start):
    columns = Columns([Column("=x", ("x",), "string")])
    row = f'{{"x": "{start!s}1"}}'.replace("\t", "\\t").replace("\r", "\\r").encode()
    [_, line] = csv.reader(io.StringIO(exported([row], columns).decode(), newline=""))
    assert line[0] == f"'{start}1"
    plain = exported([row], columns, plain_cells=True).decode()
    assert [*csv.reader(io.StringIO(plain, newline=""))] == [["=x", "_extra"], [f"{start}1", ""]]


@pytest.mark.parametrize("cell", ["a,b", 'a"b', "a\nb", "a\rb", "a\r\nb", "a|b", "é"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "|"])
def test_csv_cells_come_back_as_they_were(cell, end):
    columns = Columns([Column("x", ("x",), "string")])
    text = exported(
        [b'{"x": ' + json.dumps(cell).encode() + b"}"], columns, lineterminator=end
    ).decode()
    assert text.endswith(end)
    if end != "|":
        assert [*csv.reader(io.StringIO(text, newline=""))][1] == [cell, ""]
    elif cell == "a|b":
        assert '"a|b"' in text


def test_dialects_of_csv():
    columns = Columns([Column("a", ("a",), "string"), Column("b", ("b",), "integer")])
    row = b'{"a": "x;\'y", "b": 5}'
    options = {"delimiter": ";", "quotechar": "'", "quoting": csv.QUOTE_NONNUMERIC}
    text = exported([row], columns, lineterminator="\r\n", bom=True, **options)
    assert text == "\ufeff'a';'b';'_extra'\r\n'x;''y';5;''\r\n".encode()
    options = {"quoting": csv.QUOTE_NONE, "escapechar": "\\", "encoding": "utf-16"}
    assert exported([row], columns, **options).decode("utf-16") == "a,b,_extra\nx;'y,5,\n"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"delimiter": ";;"}, TypeError, "delimiter"),
        ({"quoting": 99}, (TypeError, ValueError), "quoting"),
        ({"encoding": "utf-99"}, ValueError, "no encoding 'utf-99'"),
        ({"encoding": "hex"}, ValueError, "no encoding 'hex' of text"),
        ({"delimiter": '"'}, ValueError, "is also around cells or lines"),
        ({"delimiter": "\n"}, ValueError, "is also around cells or lines"),
        ({"encoding": "latin-1", "bom": True}, ValueError, "bom is for UTF-8"),
        ({"lineterminator": ""}, ValueError, "lineterminator"),
        ({"nonsense": 1}, TypeError, "nonsense"),
    ],
)
def test_wrong_options_of_csv_are_refused_at_once(options, error, message):
    with pytest.raises(error, match=message):
        row_file("csv", **options)


def test_a_cell_that_cannot_be_written_is_an_error():
    columns = Columns([Column("x", ("x",), "string")])
    with pytest.raises(ExportError, match=r"latin-1.*has no character.*encoding='utf-8'"):
        exported(['{"x": "€"}'.encode()], columns, encoding="latin-1")
    with pytest.raises(ExportError, match="pass an escapechar"):
        exported([b'{"x": "a,b"}'], columns, quoting=csv.QUOTE_NONE)


def test_ndjson_has_the_bytes_of_the_responses():
    rows = [ROW, b'{"a": 1.10,\n "a": 123456789012345678901234567890}', b'"\\ud800"']
    assert exported(rows, form="ndjson").splitlines() == [
        ROW,
        b'{"a":1.10,"a":123456789012345678901234567890}',
        b'"\\ud800"',
    ]
    assert exported([], form="ndjson") == b""


def test_ndjson_with_columns_is_flat():
    with pytest.warns(ExportWarning, match="n \\(1\\)"):
        lines = exported(
            [ROW, b'{"n": "odd", "x": 1}'],
            choice={"tags": "t", "at": "at", "n": "number", "on": "on"},
            form="ndjson",
        )
    assert lines.splitlines() == [
        b'{"t":[1.10,"a"],"at":"2026-01-31T10:00:00+00:00","number":-5,"on":true,"_extra":null}',
        b'{"t":null,"at":null,"number":null,"on":null,"_extra":{"n":"odd"}}',
    ]


def test_without_a_document_the_first_thousand_rows_decide():
    early = [b'{"id": "A", "p": {"q": 1}}'] * (OBSERVED_ROWS - 1)
    late = [b'{"id": "Z", "late": true}', b'{"late": 5}']
    with pytest.warns(ExportWarning, match="late \\(1\\)"):
        lines = exported([*early, *late], None).decode().splitlines()
    assert lines[0] == "id,p.q,late,_extra"
    assert lines[-2:] == ["Z,,true,", ',,,"{""late"":5}"']
    assert exported(early[:2], None, ["p"]).decode() == "p.q,_extra\n1,\n1,\n"
    assert exported([], None).decode() == "_extra\n"
    assert exported([], None, ["a", "b.c"]).decode() == "a,b.c,_extra\n"


def test_the_report_counts_what_is_in_the_last_column(tmp_path):
    path = tmp_path / "out.csv"
    with Export(WholeFile(path), row_file("csv"), COLUMNS) as export:
        export.write([b'{"n": "x", "new": 1}', b'{"new": 2}'])
        report = export.finish()
    with pytest.warns(ExportWarning, match=r"out\.csv: values without a column.*new \(2\)"):
        warn_of_extra(report)
    assert (report.path, report.rows, report.extra) == (str(path), 2, {"n": 1, "new": 2})
    assert repr(report._replace(path="out.csv", seconds=1.26)) == (
        "<Exported out.csv 2 rows in 1.3 s, _extra: n 1, new 2>"
    )
    assert repr(report._replace(path="o", seconds=0, extra={})) == "<Exported o 2 rows in 0.0 s>"


def test_the_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "out.ndjson"
    path.write_text("old")
    with Export(WholeFile(path), row_file("ndjson"), None) as export:
        export.write([b"1"])
        assert path.read_text() == "old"
        assert names_in(tmp_path) == ["out.ndjson", "out.ndjson.part"]
        export.finish()
    assert path.read_text() == "1\n"
    assert names_in(tmp_path) == ["out.ndjson"]


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path):
    path = tmp_path / "out.csv"
    path.touch(mode=0o600)
    target = WholeFile(path)
    assert {item.stat().st_mode & 0o777 for item in tmp_path.iterdir()} == {0o600}
    target.commit()
    assert path.stat().st_mode & 0o777 == 0o600


def test_names_of_fields_are_printed_without_control_characters(tmp_path):
    row = b'{"id": "A", "\\u001b[2J\\n": 1}'
    with pytest.warns(ExportWarning) as warnings:
        exported([row])
    assert str(warnings[0].message).endswith(r"_extra: \x1b[2J\n (1)")


def test_an_error_leaves_everything_as_before(tmp_path):
    path = tmp_path / "out.ndjson"
    path.write_text("old")
    with Export(WholeFile(path), row_file("ndjson"), None) as export:
        export.write([b"1"])
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["out.ndjson"]


def test_what_a_killed_export_left_is_overwritten(tmp_path):
    (tmp_path / "out").with_suffix(".part").write_text("half of a longer file")
    target = WholeFile(tmp_path / "out")
    target.file.write(b"new")
    target.commit()
    assert (tmp_path / "out").read_text() == "new"


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real/out")
    WholeFile(tmp_path / "link").commit()
    assert (tmp_path / "link").is_symlink()
    assert names_in(tmp_path / "real") == ["out"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no locks of this kind")
def test_two_exports_cannot_write_the_same_file(tmp_path):
    first = WholeFile(tmp_path / "out")
    with pytest.raises(ExportError, match="Another export or download is writing"):
        WholeFile(tmp_path / "out")
    first.discard()
    WholeFile(tmp_path / "out").discard()
    assert names_in(tmp_path) == []


def test_a_part_that_another_export_renames_while_it_is_opened_is_made_anew(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def flock(descriptor, operation):
        if renames:
            renames.pop()(tmp_path / "other")
        lock(descriptor, operation)

    lock, renames = fcntl.flock, [(tmp_path / "out.part").rename]
    monkeypatch.setattr(fcntl, "flock", flock)
    file = WholeFile(tmp_path / "out")
    file.file.write(b"own")
    file.commit()
    assert (tmp_path / "out").read_bytes() == b"own"
    assert (tmp_path / "other").read_bytes() == b""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing/out.csv", "no directory '.*missing' for 'out.csv': create it first"),
        (".", "is a directory: name a file in it"),
        ("file/out.csv", "file' is no directory"),
        ("pipe", "no regular file"),
    ],
)
def test_a_place_that_no_file_can_have_is_refused(tmp_path, name, message):
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ExportError, match=message):
        WholeFile(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such paths")
def test_an_open_pipe_such_as_standard_output_is_refused():
    reader, writer = os.pipe()
    with pytest.raises(ExportError, match="no regular file"):
        WholeFile(f"/dev/fd/{writer}")
    os.close(reader)
    os.close(writer)


def test_formats_go_by_the_suffix():
    assert [format_of(name) for name in ("a.csv", Path("a.NDJSON"), "a.b.jsonl")] == [
        "csv",
        "ndjson",
        "ndjson",
    ]
    with pytest.raises(ExportError, match=r"format of 'a\.doc' is unknown: end its name in \.csv"):
        format_of("a.doc")
    with pytest.raises(ExportError, match=r"no format 'cvs'\. Did you mean 'csv'"):
        row_file("cvs")


def test_a_column_that_the_document_lacks_is_refused_before_the_first_row():
    with pytest.raises(InvalidCallError, match="no column 'ni'"):
        exported([], choice=["ni"])
