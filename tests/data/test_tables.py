"""Parquet, Arrow and Excel files: the types that survive, and what a cell cannot hold."""

from __future__ import annotations

import io
import json
import re
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zipfile import ZipFile

import pytest
from arro3.core import DataType
from arro3.io import read_parquet

from cnct import ExportError, ExportWarning
from cnct.data.columns import Column, Columns
from cnct.data.exporting import Export
from cnct.data.fed_file import Feed
from cnct.data.file_formats import row_file
from cnct.data.whole_file import OpenStream

COLUMNS = Columns(
    [
        Column("id", ("id",), "string"),
        Column("n", ("n",), "integer"),
        Column("price", ("price",), "decimal"),
        Column("share", ("share",), "float"),
        Column("at", ("at",), "datetime"),
        Column("day", ("day",), "date"),
        Column("on", ("on",), "boolean"),
        Column("tags", ("tags",), "json"),
    ],
    is_documented=True,
)
ROWS = [
    (
        b'{"id": "A\\u00e9", "n": 9223372036854775807, "share": 0.1, "day": "2026-01-31",'
        b' "price": "-12345678901234567890.000000000000000001", "on": true, "tags": [1.10, "a"],'
        b' "at": "2026-01-31T12:00:00.123456+02:00"}'
    ),
    b"{}",
    b'{"id": "B", "price": 1e3, "at": "0001-01-01T00:00:00Z", "day": "0001-01-01", "on": false}',
]


def exported(rows, form, columns=COLUMNS, page=2, file=None, **options):
    file = io.BytesIO() if file is None else file
    with Export(OpenStream(file, "test"), row_file(form, **options), columns) as export:
        for start in range(0, len(rows), page):
            export.write(rows[start : start + page])
        export.finish()
    return file


def table_of(file):
    """Return the columns of a Parquet file as Python values."""
    table = read_parquet(file.getvalue()).read_all()
    return {field.name: table[field.name].to_pylist() for field in table.schema}


def test_types_survive_in_parquet():
    file = exported(ROWS, "parquet")
    assert table_of(file) == {
        "id": ["Aé", None, "B"],
        "n": [2**63 - 1, None, None],
        "price": [Decimal("-12345678901234567890.000000000000000001"), None, Decimal(1000)],
        "share": [0.1, None, None],
        "at": [
            datetime(2026, 1, 31, 10, 0, 0, 123456, tzinfo=UTC),
            None,
            datetime(1, 1, 1, tzinfo=UTC),
        ],
        "day": [date(2026, 1, 31), None, date(1, 1, 1)],
        "on": [True, None, False],
        "tags": ['[1.10,"a"]', None, None],
        "_extra": [None, None, None],
    }
    schema = read_parquet(file.getvalue()).schema
    assert schema.field("at").type == DataType.timestamp("us", tz="UTC")
    assert schema.field("n").type == DataType.int64()
    assert DataType.is_decimal128(schema.field("price").type)
    assert all(field.nullable for field in schema)


def test_an_empty_parquet_file_has_the_columns():
    assert table_of(exported([], "parquet"))["at"] == []


def test_odd_values_go_to_the_last_column_whole():
    table = table_of(exported([b'{"n":1e30,"price":1e-19,"more":{"x":1}}'], "parquet"))
    assert table["n"] == table["price"] == [None]
    assert table["_extra"] == ['{"n":1E+30,"price":1E-19,"more":{"x":1}}']


@pytest.mark.parametrize("compression", ["snappy", "gzip", "brotli", "lz4", "uncompressed"])
def test_compressions_of_parquet(compression):
    assert table_of(exported(ROWS, "parquet", compression=compression))["id"][0] == "Aé"


def test_the_sizes_of_pages_change_no_byte():
    rows = [b'{"id": "AS-%d", "n": %d}' % (number, number) for number in range(10_500)]
    first, second = (exported(rows, "parquet", page=page).getvalue() for page in (1000, 333))
    assert first == second
    assert table_of(io.BytesIO(first))["n"] == [*range(10_500)]


def test_wrong_options_are_refused_at_once():
    with pytest.raises(ValueError, match=r"no compression 'zst'\. Did you mean 'zstd'"):
        row_file("parquet", compression="zst")
    with pytest.raises(ValueError, match="long_text must be 'error' or 'cut'"):
        row_file("xlsx", long_text="wrap")
    for form in ("csv", "parquet", "xlsx"):
        with pytest.raises(TypeError, match="needs columns"):
            row_file(form).begin(io.BytesIO(), None)


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_an_export_that_fails_ends_its_writer(form):
    before = threading.active_count()
    with Export(OpenStream(io.BytesIO(), "test"), row_file(form), COLUMNS) as export:
        export.write(ROWS)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


class _Full(io.BytesIO):
    def write(self, _):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
@pytest.mark.parametrize("pages", [1, 12])
def test_an_error_of_the_disk_reaches_the_export(form, pages, capfd):
    with pytest.raises(Exception, match="No space left"):
        exported([ROWS[1]] * 1_000 * pages, form, page=1_000, file=_Full())
    assert capfd.readouterr().err == ""  # no panic of the library


def test_a_library_that_panics_is_an_error_of_the_export():
    class Panic(BaseException):
        pass

    def consume(items):
        raise Panic("at the disco")

    feed = Feed(consume)
    with pytest.raises(ExportError, match="The library failed: at the disco"):
        feed.finish()
    feed.abort()


def sheet_of(file):
    """Return the cells of a workbook by name: type and text."""
    with ZipFile(file) as book:
        assert book.testzip() is None
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    cells = re.findall(r'<c r="(\w+)"[^>]*?(?: t="(\w+)")?>(?:<v>|<is><t[^>]*>)([^<]*)', sheet)
    return {name: (kind or "number", text) for name, kind, text in cells}


def test_excel_gets_typed_cells_below_a_frozen_header():
    file = exported(ROWS[:1], "xlsx", sheet="subscriptions/assets [1]")
    cells = sheet_of(file)
    assert [cells[f"{letter}1"][1] for letter in "ABI"] == ["id", "n", "_extra"]
    assert cells["A2"] == ("inlineStr", "Aé")
    assert cells["B2"] == ("inlineStr", "9223372036854775807")
    assert cells["C2"] == ("inlineStr", "-12345678901234567890.000000000000000001")
    assert cells["D2"] == ("number", "0.1")
    moment = datetime(1899, 12, 30) + timedelta(days=float(cells["E2"][1]))  # noqa: DTZ001 - Excel's
    assert abs(moment - datetime(2026, 1, 31, 10, 0, 0, 123456)) < timedelta(milliseconds=1)  # noqa: DTZ001 - same
    assert cells["F2"] == ("number", "46053.0")
    assert cells["G2"] == ("b", "1")
    assert cells["H2"] == ("inlineStr", '[1.10,"a"]')
    with ZipFile(file) as book:
        assert b'state="frozen"' in book.read("xl/worksheets/sheet1.xml")
        assert b'name="subscriptions_assets _1_"' in book.read("xl/workbook.xml")


def test_numbers_of_excel_are_exact_or_text():
    columns = Columns([Column("n", ("n",), "integer"), Column("d", ("d",), "decimal")])
    rows = [b'{"n": %d, "d": "%s"}' % pair for pair in [(2**53, b"1.10"), (2**53 + 1, b"1.5")]]
    rows.append(b'{"n": -1, "d": "1234567890.123456"}')
    cells = sheet_of(exported(rows, "xlsx", columns))
    assert cells["A2"] == ("number", "9007199254740992.0")
    assert cells["A3"] == ("inlineStr", "9007199254740993")
    assert [cells[name] for name in ("B2", "B3")] == [("number", "1.1"), ("number", "1.5")]
    assert cells["B4"] == ("inlineStr", "1234567890.123456")


def test_odd_values_of_excel_are_kept_too():
    row = b'{"n": "x", "price": "y", "at": "z", "day": "w"}'
    cells = sheet_of(exported([row], "xlsx"))
    assert cells["I2"][1].replace("&quot;", '"') == row.decode().replace(" ", "")


@pytest.mark.parametrize("text", ["=1+1", "http://example.com", "007", "_x0041_", "\x01", "'", "#"])
def test_text_of_excel_stays_text(text):
    columns = Columns([Column("x", ("x",), "string")])
    cells = sheet_of(exported([json.dumps({"x": text}).encode()], "xlsx", columns))
    written = {"_x0041_": "_x005F_x0041_", "\x01": "_x0001_"}.get(text, text)
    assert cells["A2"] == ("inlineStr", written)


def test_times_before_excel_are_text():
    cells = sheet_of(exported(ROWS[2:], "xlsx"))
    assert cells["E2"] == ("inlineStr", "0001-01-01T00:00:00+00:00")
    assert cells["F2"] == ("inlineStr", "0001-01-01")


def test_an_empty_workbook_has_a_header():
    assert [text for _, text in sheet_of(exported([], "xlsx")).values()][:2] == ["id", "n"]


def test_a_text_that_no_cell_holds_is_an_error_or_cut_with_a_warning():
    columns = Columns([Column("x", ("x",), "string")])
    rows = [json.dumps({"x": text}).encode() for text in ("é" * 32_767, "😀" * 16_384)]
    with pytest.raises(ExportError, match=r"Row 2 has 32,768 characters in column 'x'.*long_text"):
        exported(rows, "xlsx", columns)
    with pytest.warns(ExportWarning, match=r"cut at 32,767 characters.*x \(1\)"):
        cells = sheet_of(exported(rows, "xlsx", columns, long_text="cut"))
    assert cells["A2"][1] == "é" * 32_767
    assert cells["A3"][1] == "😀" * 16_383


def test_more_rows_than_a_sheet_has_are_refused():
    sheet = row_file("xlsx")
    sheet.check_rows(1_048_575)
    with pytest.raises(ExportError, match=r"1,048,576 rows do not fit.*1,048,575.*partitions="):
        sheet.check_rows(1_048_576)
    row_file("parquet").check_rows(1_048_576)


def test_a_workbook_on_disk_has_the_bytes_of_one_in_memory(tmp_path):
    with (tmp_path / "out.xlsx").open("w+b") as file:
        exported(ROWS, "xlsx", file=file)
    assert (tmp_path / "out.xlsx").read_bytes() == exported(ROWS, "xlsx").getvalue()


def test_a_workbook_without_a_place_for_temporary_files_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    with pytest.raises(ExportError, match=r"Temporary file error.*missing.*\(TMPDIR\)"):
        exported(ROWS, "xlsx")


def test_workbooks_have_no_time_of_writing():
    file = exported(ROWS, "xlsx")
    with ZipFile(file) as book:
        assert book.read("docProps/core.xml").count(b"1980-01-01T00:00:00Z") == 2
        assert {info.date_time for info in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert file.getvalue() == exported(ROWS, "xlsx", page=1).getvalue()


@pytest.mark.parametrize(
    ("form", "package", "message"),
    [
        ("parquet", "arro3", r"extra parquet: pip install arro3-core arro3-io"),
        ("xlsx", "rustpy_xlsxwriter", r"extra xlsx: pip install rustpy-xlsxwriter"),
    ],
)
def test_a_missing_package_is_named_with_its_extra(form, package, message, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExportError, match=message):
        row_file(form)
