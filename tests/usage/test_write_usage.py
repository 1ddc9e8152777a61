"""Rows become the workbook of a usage file: typed, whole, or with all of their problems."""

from __future__ import annotations

import csv
import pickle
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from tests.usage.conftest import row

from cnct import ExportError, UsageRowsError
from cnct.data.xlsx_reading import Workbook
from cnct.emulator.service.sheets import workbook_of
from cnct.usage import UsageTemplate, write_usage
from cnct.usage.record_columns import COLUMNS

IN_ROME = timezone(timedelta(hours=1))
IN_LIMA = timezone(timedelta(hours=-5))


def written(path: Path, rows: Any, **options: Any) -> list[dict[str, Any]]:
    write_usage(path, rows, **options)
    with Workbook(path) as workbook:
        return [*workbook.records(workbook.sheets[1])]


def problems(path: Path, rows: Any, **options: Any) -> list[str]:
    with pytest.raises(UsageRowsError) as caught:
        write_usage(path, rows, **options)
    assert not path.exists()
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "january.xlsx"


TYPED: list[tuple[str, Any, Any]] = [
    ("quantity", 3, Decimal(3)),
    ("quantity", Decimal("0.1"), Decimal("0.1")),
    ("quantity", "12.50", Decimal("12.5")),
    ("quantity", 0.25, Decimal("0.25")),
    ("quantity", 0, Decimal(0)),
    ("amount", Decimal("-7.25"), Decimal("-7.25")),
    ("tier", "2", Decimal(2)),
    ("asset_search_value", "0012", "0012"),
    ("asset_search_value", 12, "12"),
    ("record_note", "=SUM(1)", "=SUM(1)"),
    ("start_time_utc", datetime(2026, 1, 1, 1, tzinfo=IN_ROME), "2026-01-01 00:00:00"),
    ("start_time_utc", "2026-01-01T01:00:00+01:00", "2026-01-01 00:00:00"),
    ("start_time_utc", "2026-01-01T06:30", "2026-01-01 06:30:00"),
    ("start_time_utc", date(2026, 1, 2), "2026-01-02 00:00:00"),
    ("end_time_utc", date(2026, 1, 2), "2026-01-02 23:59:59"),
    ("end_time_utc", "2026-01-02", "2026-01-02 23:59:59"),
    ("amount", float("nan"), None),  # a missing value of a data frame
    ("record_note", float("nan"), None),
    ("record_note", " ", None),
]


@pytest.mark.parametrize(("column", "value", "cell"), TYPED)
def test_a_value_has_the_type_of_its_column(book: Path, column: str, value: Any, cell: Any):
    assert written(book, [row(**{column: value})])[0][column] == cell


WRONG: list[tuple[str, Any, str]] = [
    ("quantity", None, "is missing"),
    ("quantity", "", "is missing"),
    ("quantity", float("nan"), "is missing"),
    ("asset_search_value", " ", "is missing"),
    ("quantity", True, "must be a number, not bool"),
    ("quantity", [], "must be a number, not list"),
    ("quantity", "many", "'many' is not a number such as 12.5"),
    ("quantity", float("inf"), "inf is not a finite number"),
    ("quantity", Decimal("0.1234567890123456"), "has more than 15 digits, which no cell holds"),
    ("quantity", Decimal("1e400"), "is too large for a cell"),
    ("quantity", Decimal("1e-400"), "is too small for a cell"),
    ("tier", "1.5", "1.5 is not a whole number from 0"),
    ("tier", -1, "-1 is not a whole number from 0"),
    ("record_id", 1.5, "must be text, not float"),
    ("record_note", "a\x00b", "has characters that no workbook can hold"),
    ("record_note", "x" * 40_000, "has more than 32,767 characters"),
    ("start_time_utc", "soon", "'soon' is not a time such as"),
    ("start_time_utc", 5, "must be a datetime, a date or text, not int"),
    ("start_time_utc", datetime(2026, 1, 1), "has no time zone"),  # noqa: DTZ001 - refused
    ("start_time_utc", datetime(9999, 12, 31, 23, tzinfo=IN_LIMA), "is no time in UTC"),
    ("start_time_utc", "0026-01-01", "the year has less than four digits"),
    ("end_time_utc", "2025-12-31", "2025-12-31 23:59:59 is before the start, 2026-01-01 00:00:00"),
    ("category_id", "ram", "there is no category 'ram': name it in categories="),
    ("usage_record_id", "b", "record_id is the same column: write one of them"),
    ("v.", 1, "the name 'v.' is empty"),
    ("quantty", 1, "there is no such column. Did you mean 'quantity'?"),
]


@pytest.mark.parametrize(("column", "value", "problem"), WRONG)
def test_a_wrong_value_is_a_problem_of_row_and_column(book: Path, column, value, problem):
    [found] = problems(book, [row(), row(**{"record_id": "a", column: value})])
    assert found.startswith(f"row 2, {column}: ")
    assert problem in found


def test_all_problems_are_counted_and_the_first_hundred_kept(book: Path):
    with pytest.raises(UsageRowsError) as caught:
        write_usage(book, (row(quantity="x") for _ in range(150)))
    error = caught.value
    assert (error.count, len(error.problems), error.problems[99].row) == (150, 100, 100)
    assert str(error).startswith(
        "150 problems in 150 rows, nothing was written or sent:\n  row 1, quan"
    )
    assert str(error).endswith("\n  and 140 more, see problems")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.count, copy.problems) == (str(error), error.count, error.problems)


def test_rows_with_one_id_name_each_other(book: Path):
    rows = [row(record_id="a"), row(usage_record_id="b"), row(record_id="a")]
    assert problems(book, rows) == ["row 3, record_id: row 1 has 'a', too: each row needs its own"]


def test_something_else_than_a_dict_is_a_problem_of_the_row(book: Path):
    assert problems(book, [row(), "row"]) == ["row 2: must be a dict of columns, not str"]


def test_a_line_with_more_cells_than_the_header_is_a_problem_of_the_row(book: Path):
    names = [*row()]
    lines = [",".join(names), ",".join(map(str, row().values()))]
    rows = csv.DictReader([*lines, f"{lines[1]},5,6"])
    [problem] = problems(book, rows)
    assert problem.startswith("row 2: has a field named None, under which csv.DictReader puts")


def test_more_rows_than_a_sheet_holds_are_an_error(book: Path):
    with pytest.raises(
        UsageRowsError, match="more than 1,048,575 rows, which no sheet holds: send"
    ):
        write_usage(book, repeat("no row", 1_048_576))
    assert [*book.parent.iterdir()] == []


def test_no_rows_are_an_error(book: Path):
    with pytest.raises(UsageRowsError, match="There are no rows"):
        write_usage(book, [])
    assert not book.exists()


def test_rows_without_id_and_category_get_them(book: Path):
    first, second = written(book, [row(), row(record_note="n")], prefix="jan")
    assert (first["record_id"], second["record_id"]) == ("jan-1", "jan-2")
    assert first["category_id"] == "general"
    with Workbook(book) as workbook:
        assert [*workbook.records("categories")] == [
            {"category_id": "general", "category_name": "General", "category_description": None}
        ]
    assert written(book, [row()])[0]["record_id"] == "january-1"


def test_defaults_and_categories_are_for_all_rows(book: Path):
    rows = [{**row(), "item_search_criteria": ""}]
    [record] = written(
        book,
        rows,
        defaults={"item_search_criteria": "item.id", "quantity": 9},
        categories={"cpu": "CPU"},
    )
    assert (record["item_search_criteria"], record["category_id"]) == ("item.id", "cpu")
    assert record["quantity"] == 2
    several = {"cpu": "CPU", "ram": "RAM"}
    assert written(book, [row(category_id="ram")], categories=several)[0]["category_id"] == "ram"
    assert written(book, [row()], categories=several)[0]["category_id"] is None


def test_custom_columns_come_from_the_first_row_or_are_named(book: Path):
    rows = [row(**{"v.a": "1"}), row(**{"v.b": "2"})]
    assert problems(book, rows) == [
        "row 2, v.b: the first row has no such column: name it in parameters="
    ]
    assert written(book, rows, parameters=["v.b"])[1]["v.b"] == "2"


def test_the_result_has_the_period_and_the_number_of_rows(book: Path):
    rows = [row(), row(start_time_utc="2025-12-01", end_time_utc="2025-12-31")]
    result = write_usage(str(book), rows)
    assert (result.path, result.rows) == (book, 2)
    assert f"{result.start} {result.end}" == "2025-12-01 00:00:00 2026-01-31 23:59:59"


def test_the_same_rows_give_the_same_bytes(book: Path, tmp_path: Path):
    write_usage(book, [row()])
    other = tmp_path / "other" / "january.xlsx"
    other.parent.mkdir()
    write_usage(other, [row()])
    assert book.read_bytes() == other.read_bytes()


def test_a_break_while_rows_are_read_leaves_the_file_before(book: Path):
    def rows() -> Iterator[dict[str, Any]]:
        yield row()
        raise OSError("the source is gone")

    write_usage(book, [row(record_id="before")])
    before = book.read_bytes()
    with pytest.raises(OSError, match="the source is gone"):
        write_usage(book, rows())
    assert book.read_bytes() == before
    assert [*book.parent.iterdir()] == [book]


def test_the_template_of_a_product_gives_sheet_and_columns(book: Path, tmp_path: Path):
    template = tmp_path / "template.xlsx"
    columns = [*reversed(COLUMNS), "v.region"]
    template.write_bytes(workbook_of({"instructions": [], "records": [["", *columns]]}))
    [record] = written(book, [row(**{"v.region": "eu"})], template=template)
    assert [*record] == columns
    assert UsageTemplate.read(template.read_bytes()).records == "records"


WRONG_ARGUMENTS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"template": 5}, TypeError, "template must be a UsageTemplate or the path"),
    ({"template": "missing.xlsx"}, FileNotFoundError, "missing.xlsx"),
    ({"categories": ["cpu"]}, TypeError, "categories must be a dict with texts as keys"),
    ({"categories": {"cpu": 1}}, TypeError, "categories must be names by id"),
    ({"categories": {}}, ValueError, "categories is empty"),
    ({"categories": {"": "Processors"}}, ValueError, "categories has an empty id"),
    ({"categories": {"a\x00": "A"}}, ValueError, "categories: .* no workbook can hold"),
    ({"categories": {"x" * 40_000: "CPU"}}, ValueError, "categories: .* which no cell holds"),
    ({"categories": {"cpu": "x" * 256}}, ValueError, "of 256 characters, and Connect takes 255"),
    ({"template": UsageTemplate(columns=("quantity",))}, ValueError, "template has no column 'rec"),
    ({"template": UsageTemplate(columns="abc")}, TypeError, "template.columns must be a list of"),
    ({"template": UsageTemplate(columns=["", *COLUMNS])}, ValueError, "columns: '' is empty"),
    ({"template": UsageTemplate(times="%Q")}, ValueError, "template.times must be a format such"),
    (
        {"template": UsageTemplate(times="%H:%M")},
        ValueError,
        "template.times must be a format such",
    ),
    ({"template": UsageTemplate(times=None)}, TypeError, "template.times must be a format such"),
    ({"template": UsageTemplate(records="'a'")}, ValueError, "no apostrophe at an end, not \"'a'"),
    ({"template": UsageTemplate(records="a/b")}, ValueError, "template.records must be the name"),
    ({"template": UsageTemplate(categories="c" * 32)}, ValueError, "template.categories must be"),
    (
        {"template": UsageTemplate(records="Categories")},
        ValueError,
        "template has one name for both",
    ),
    ({"parameters": ["region"]}, ValueError, "write 'v.region'"),
    ({"defaults": {"quantty": 2}}, ValueError, "defaults: there is no column 'quantty'. Did you"),
    ({"defaults": {1: 2}}, TypeError, "defaults must be a dict with texts as keys"),
    ({"parameters": "v.region"}, TypeError, "parameters must be a list of headers"),
    ({"parameters": [1]}, TypeError, r"not \[1\]"),
    ({"parameters": ["v. "]}, ValueError, "parameters: 'v. ' is empty"),
    ({"parameters": ["v.a\0"]}, ValueError, "parameters: 'v.a.x00' has characters that no workbo"),
    ({"prefix": 5}, TypeError, "prefix must be text, not int"),
    ({"path": "missing/january.xlsx"}, ExportError, "There is no directory 'missing'"),
    ({"path": "."}, ExportError, "is a directory"),
]


@pytest.mark.parametrize(("change", "kind", "message"), WRONG_ARGUMENTS)
def test_wrong_arguments_are_named(tmp_path: Path, monkeypatch, change, kind, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=message):
        write_usage(**{"path": "january.xlsx", "rows": [row()], **change})
    assert [*tmp_path.iterdir()] == []


def test_a_template_that_cannot_be_used_is_named(tmp_path: Path):
    path = tmp_path / "template.xlsx"
    path.write_bytes(workbook_of({"other": [["a"]]}))
    with pytest.raises(
        ValueError, match="there is no sheet 'records' or 'usage_records', only 'other': if"
    ):
        UsageTemplate.read(path)
    with pytest.raises(ValueError, match="The template cannot be used: no workbook"):
        UsageTemplate.read(b"text")
    nothing: Any = None
    with pytest.raises(TypeError, match="file must be the path of a workbook, or its bytes, not N"):
        UsageTemplate.read(nothing)


def test_tables_and_streams_are_refused_with_the_way_to_pass_them():
    class Frame:
        def to_dict(self) -> None: ...

    class Stream:
        def __aiter__(self) -> None: ...

    with pytest.raises(TypeError, match=r"write rows.to_dict\('records'\)"):
        write_usage("a.xlsx", Frame())
    with pytest.raises(TypeError, match="collect the rows first"):
        write_usage("a.xlsx", Stream())


def test_utc_is_utc(book: Path):
    [record] = written(book, [row(start_time_utc=datetime(2026, 1, 1, tzinfo=UTC))])
    assert record["start_time_utc"] == "2026-01-01 00:00:00"
