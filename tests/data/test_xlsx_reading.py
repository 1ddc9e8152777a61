"""Workbooks are read row by row, those of other programs too, and refused if they are none."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from cnct.data import xlsx_reading
from cnct.data.xlsx_reading import Workbook, moment_of
from cnct.emulator.service.sheets import workbook, workbook_of

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def changed(part: str, text: str) -> bytes:
    """Return a workbook with a part replaced or added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([["a"]]))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, text)
    return file.getvalue()


def sheet(rows: str) -> bytes:
    text = f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
    return changed("xl/worksheets/sheet1.xml", text)


def rows(content: bytes) -> Any:
    with Workbook(content) as book:
        return [*book.rows("Data")]


def test_cells_have_their_types():
    cells = (
        '<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r>'
        '<rPh sb="0" eb="1"><t>x</t></rPh></is></c>'
        '<c><v>1.50</v></c><c t="b"><v>1</v></c><c t="str"><v>text</v></c><c t="e"><v>#N/A</v></c>'
        "<c/>"
    )
    assert rows(sheet(f"<row>{cells}</row>")) == [["ab", Decimal("1.50"), True, "text", None, None]]


def test_texts_can_be_shared_by_cells():
    content = sheet('<row><c t="s"><v>1</v></c></row>')
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        texts = f"<sst {MAIN}><si><t>zero</t></si><si><t>one</t></si></sst>"
        archive.writestr("xl/sharedStrings.xml", texts)
    assert rows(file.getvalue()) == [["one"]]


def test_cells_that_are_left_out_are_empty():
    row = '<row><c r="B1"><v>1</v></c><c r="AA1"><v>2</v></c></row>'
    [cells] = rows(sheet(row))
    assert (cells[:2], cells[26], len(cells)) == ([None, Decimal(1)], Decimal(2), 27)


def test_a_large_sheet_is_read_in_chunks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(xlsx_reading, "_CHUNK", 50)
    content = workbook([[str(number)] for number in range(100)])
    assert rows(content) == [[str(number)] for number in range(100)]


def test_records_are_named_by_the_header_and_blank_rows_left_out():
    content = workbook_of({"Data": [["a", " b ", ""], ["1", "2", "3"], ["", "", "4"], ["5"]]})
    with Workbook(content) as book:
        assert book.header("Data") == ["a", "b", ""]
        assert [*book.records("Data")] == [{"a": "1", "b": "2"}, {"a": "5", "b": None}]
        with pytest.raises(ValueError, match="there is no sheet 'Other', only 'Data'"):
            book.header("Other")


DAMAGED = {
    "text": b"text",
    "no sheets": changed("xl/workbook.xml", "<workbook/"),
    "a missing part": changed("xl/_rels/workbook.xml.rels", "<Relationships/>"),
    "a damaged sheet": sheet("<row><c>"),
    "a column beyond the last": sheet('<row><c r="ZZZ1"/></row>'),
    "no column": sheet('<row><c r="?1"/></row>'),
    "a column twice": sheet('<row><c r="B1"/><c r="A1"/></row>'),
    "a wrong number": sheet("<row><c><v>one</v></c></row>"),
    "a text that is not there": sheet('<row><c t="s"><v>9</v></c></row>'),
    "a text with an endless number": sheet('<row><c t="s"><v>1E999999999</v></c></row>'),
    "an unknown encoding": changed("xl/workbook.xml", '<?xml version="1.0" encoding="U1"?><a/>'),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_file_that_is_no_workbook_is_refused(content: bytes):
    with pytest.raises(ValueError, match="no workbook that can be read"):
        rows(content)


def test_a_small_file_that_stands_for_a_huge_one_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(xlsx_reading, "_MOST_TEXTS", 100)
    with pytest.raises(ValueError, match="has more than 100 bytes"):
        Workbook(workbook([["a"]]))


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (Decimal("46023.25"), datetime(2026, 1, 1, 6)),  # noqa: DTZ001 - in UTC
        ("2026-01-01 06:00:00", datetime(2026, 1, 1, 6)),  # noqa: DTZ001 - in UTC
        ("2026-01-01T07:00:00+01:00", datetime(2026, 1, 1, 6)),  # noqa: DTZ001 - in UTC
        ("soon", None),
        (Decimal(-1), None),
        (Decimal("1e9"), None),
        (True, None),
        (None, None),
    ],
)
def test_times_are_numbers_of_days_or_text(cell: Any, moment: datetime | None):
    assert moment_of(cell) == moment
