"""Writes workbooks (Office Open XML) of texts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
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
_NOT_IN_TITLES = re.compile(r"[\\/*?:\[\]\x00-\x1f]|^'+|'+$")
_LONGEST_TITLE = 31
_EPOCH = (1980, 1, 1, 0, 0, 0)  # earliest date of a zip: equal cells make equal bytes


def workbook(rows: Iterable[Sequence[str]], title: str = "Data") -> bytes:
    """Return a workbook whose only sheet has these rows.

    Args:
        rows: Texts of the cells.
        title: Name of the sheet, from which characters that Excel does not allow are removed.
    """
    return workbook_of({_NOT_IN_TITLES.sub("", title)[:_LONGEST_TITLE] or "Data": rows})


def workbook_of(sheets: Mapping[str, Iterable[Sequence[str]]]) -> bytes:
    """Return a workbook with these sheets.

    Args:
        sheets: Rows of texts by the name of the sheet, which Excel must allow.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part, text in _parts([*sheets]).items():
            archive.writestr(zipfile.ZipInfo(part, _EPOCH), _HEAD + text)
        for number, rows in enumerate(sheets.values(), 1):
            cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
            sheet = f'<worksheet xmlns="{_SHEET}"><sheetData>{cells}</sheetData></worksheet>'
            part = f"xl/worksheets/sheet{number}.xml"
            archive.writestr(zipfile.ZipInfo(part, _EPOCH), _HEAD + sheet)
    return file.getvalue()


def _parts(names: Sequence[str]) -> dict[str, str]:
    """Return the parts that ECMA-376 part 1 requires of a workbook, but for the sheets."""
    types, sheets, links = "", "", ""
    for number, name in enumerate(names, 1):
        title = escape(name, {'"': "&quot;"})
        types += (
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
            f'ContentType="{_KIND}.worksheet+xml"/>'
        )
        sheets += f'<sheet name="{title}" sheetId="{number}" r:id="rId{number}"/>'
        links += (
            f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet{number}.xml"/>'
        )
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/{_BOOK}" ContentType="{_KIND}.sheet.main+xml"/>'
            f"{types}</Types>"
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="{_BOOK}"/></Relationships>'
        ),
        _BOOK: (
            f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
        ),
    }


def _cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'
