"""Writes workbooks (Office Open XML) of one sheet of texts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = frozenset(
    {XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.template"}
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_BOOK = "xl/workbook.xml"
_SHEET_PART = "xl/worksheets/sheet1.xml"
_NOT_IN_TITLES = re.compile(r"[\\/*?:\[\]\x00-\x1f]|^'+|'+$")
_LONGEST_TITLE = 31
_EPOCH = (1980, 1, 1, 0, 0, 0)  # earliest date of a zip: equal cells make equal bytes

# The parts that ECMA-376 part 1 requires of a workbook.
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    _BOOK: (
        f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="{title}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def workbook(rows: Iterable[Sequence[str]], title: str = "Data") -> bytes:
    """Return a workbook whose only sheet has these rows.

    Args:
        rows: Texts of the cells.
        title: Name of the sheet, from which characters that Excel does not allow are removed.
    """
    name = escape(_NOT_IN_TITLES.sub("", title)[:_LONGEST_TITLE] or "Data", {'"': "&quot;"})
    cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    sheet = f'<worksheet xmlns="{_SHEET}"><sheetData>{cells}</sheetData></worksheet>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        book = _PARTS[_BOOK].format(title=name)
        for part, text in {**_PARTS, _BOOK: book, _SHEET_PART: sheet}.items():
            archive.writestr(zipfile.ZipInfo(part, _EPOCH), _HEAD + text)
    return file.getvalue()


def _cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'
