"""Reads workbooks (Office Open XML) row by row, with the standard library.

Knows no columns: a number is a `Decimal`, also where Excel shows a date. Writes nothing.
"""

from __future__ import annotations

import io
import os
import re
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import PurePosixPath
from types import TracebackType
from typing import IO, Self, TypeAlias
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

Cell: TypeAlias = str | Decimal | bool | None

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_BOOK = "xl/workbook.xml"
_MOST_PART = 2**31  # bytes of an uncompressed part: a small file can stand for endless zeros
_MOST_TEXTS = 2**28  # bytes of the shared texts, which are kept in memory
_CHUNK = 2**18  # bytes
_MOST_COLUMNS = 16_384  # of a sheet of Excel
_LETTERS = re.compile(r"[A-Z]{1,3}")
_DIGITS = "0123456789"
_VALUE, _RUN = f"{_MAIN}v", f"{_MAIN}t"
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zones
_DAYS = 2_958_466  # first day after the year 9999
_UNREADABLE = (
    BadZipFile,
    ET.ParseError,
    zlib.error,
    LookupError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    InvalidOperation,
)


class Workbook:
    """A workbook to read, as a context manager.

    Args:
        file: Path of the file, its bytes, or an open binary file.

    Raises:
        ValueError: If the file is no workbook.
        OSError: If the file cannot be opened.

    Attributes:
        sheets: Names of the sheets, in their order.
    """

    def __init__(self, file: str | os.PathLike[str] | bytes | IO[bytes]) -> None:
        with _readable():
            self._zip = ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file)
            try:
                self._parts = dict(self._sheets())
                self._texts = self._shared_texts()
            except BaseException:
                self._zip.close()
                raise
        self.sheets = tuple(self._parts)

    def __enter__(self) -> Self:
        """Return the workbook."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._zip.close()

    def rows(self, sheet: str) -> Iterator[list[Cell]]:
        """Yield the rows of a sheet, with ``None`` for empty cells in front of others.

        Raises:
            ValueError: If there is no such sheet, or the sheet cannot be read.
        """
        if sheet not in self._parts:
            sheets = ", ".join(map(repr, self.sheets))
            raise ValueError(f"there is no sheet {sheet!r}, only {sheets}")
        with _readable(), self._part(self._parts[sheet]) as file:
            for row in _rows(file):
                yield self._cells(row)

    def records(self, sheet: str) -> Iterator[dict[str, Cell]]:
        """Yield the rows below the header as dictionaries; rows without any value are left out.

        Raises:
            ValueError: If there is no such sheet, or the sheet cannot be read.
        """
        rows = self.rows(sheet)
        names = [name.strip() if isinstance(name, str) else "" for name in next(rows, ())]
        for cells in rows:
            padded = cells + [None] * (len(names) - len(cells))
            record = {name: cell for name, cell in zip(names, padded, strict=False) if name}
            if any(cell not in {None, ""} for cell in record.values()):
                yield record

    def header(self, sheet: str) -> list[str]:
        """Return the texts of the first row.

        Raises:
            ValueError: If there is no such sheet, or the sheet cannot be read.
        """
        return [name.strip() for name in next(self.rows(sheet), ()) if isinstance(name, str)]

    def _cells(self, row: ET.Element) -> list[Cell]:
        cells: list[Cell] = []
        for cell in row:
            column = cell.get("r", "").rstrip(_DIGITS)
            index = _index(column) if column else len(cells)
            if index < len(cells):
                raise BadZipFile(f"cell {cell.get('r')} is not where it belongs")
            while len(cells) < index:
                cells.append(None)
            cells.append(self._value(cell))
        return cells

    def _value(self, cell: ET.Element) -> Cell:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text(cell)
        text = cell.findtext(_VALUE)
        if text is None or kind == "e":
            return None
        match kind:
            case "s":
                return self._texts[int(text)]
            case "b":
                return text == "1"
            case "n":
                return Decimal(text)
            case _:
                return text

    def _sheets(self) -> Iterator[tuple[str, str]]:
        """Yield the names of the sheets with the paths of their parts."""
        targets = {
            node.get("Id"): node.get("Target", "")
            for node in self._tree("xl/_rels/workbook.xml.rels").iter(f"{_PACKAGE}Relationship")
        }
        for node in self._tree(_BOOK).iter(f"{_MAIN}sheet"):
            target = targets[node.get(f"{_OFFICE}id")]
            path = PurePosixPath("/xl") / target  # a target with a slash in front is absolute
            yield node.get("name", ""), str(path).removeprefix("/")

    def _shared_texts(self) -> list[str]:
        name = "xl/sharedStrings.xml"
        if name not in self._zip.namelist():
            return []
        return [_text(node) for node in self._tree(name).iter(f"{_MAIN}si")]

    def _tree(self, part: str) -> ET.Element:
        with self._part(part, _MOST_TEXTS) as file:
            return ET.parse(file).getroot()  # noqa: S314 - expat limits entities since 2.4.1

    def _part(self, name: str, most: int = _MOST_PART) -> IO[bytes]:
        if self._zip.getinfo(name).file_size > most:
            raise BadZipFile(f"{name} has more than {most} bytes")
        return self._zip.open(name)


def moment_of(cell: Cell) -> datetime | None:
    """Return the time in a cell without a zone; ``None`` if there is none.

    A number counts days, as Excel does from 1900; a text is in ISO 8601.
    """
    if isinstance(cell, Decimal):
        return _DAY_ZERO + timedelta(days=float(cell)) if 0 < cell < _DAYS else None
    if not isinstance(cell, str):
        return None
    try:
        moment = datetime.fromisoformat(cell.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment
    offset = moment.utcoffset() or timedelta()
    return moment.replace(tzinfo=None) - offset


@contextmanager
def _readable() -> Generator[None]:
    try:
        yield
    except _UNREADABLE as error:
        raise ValueError(f"no workbook that can be read (XLSX): {error}") from error


def _rows(file: IO[bytes]) -> Iterator[ET.Element]:
    """Yield the rows of a sheet, a chunk of the file in memory at a time."""
    data: list[ET.Element] = []

    def element(tag: str, attributes: dict[str, str]) -> ET.Element:
        node = ET.Element(tag, attributes)
        if tag == f"{_MAIN}sheetData":
            data.append(node)
        return node

    # Without events for each cell, which take ten times as long.
    parser = ET.XMLParser(target=ET.TreeBuilder(element))  # noqa: S314 - expat limits entities since 2.4.1
    while chunk := file.read(_CHUNK):
        parser.feed(chunk)
        for node in data:
            whole = node[:-1]  # the last row may go on in the next chunk
            yield from whole
            del node[: len(whole)]
    parser.close()
    for node in data:
        yield from node


@cache
def _index(column: str) -> int:
    """Return the index of a column by its letters."""
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - ord("A") + 1
    if not _LETTERS.fullmatch(column) or number > _MOST_COLUMNS:
        raise BadZipFile(f"no sheet has a column {column:.9}")
    return number - 1


def _text(node: ET.Element) -> str:
    """Return the text of all runs, without the phonetic ones."""
    runs = [*node.iter(_RUN)]
    if len(runs) == 1:
        return runs[0].text or ""
    phonetic = {run for hint in node.iter(f"{_MAIN}rPh") for run in hint.iter(_RUN)}
    return "".join(run.text or "" for run in runs if run not in phonetic)
