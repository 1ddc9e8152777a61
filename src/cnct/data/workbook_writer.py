"""The library that writes workbooks, its destination, and the times in the files that it writes."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

XLSX: Any = import_module("rustpy_xlsxwriter")
"""The library, whose types are incomplete."""

_PROPERTIES = "docProps/core.xml"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time in a ZIP file
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def destination(file: IO[bytes]) -> Any:
    """Return a path to an open file, since the library has a workbook for a stream in memory."""
    try:
        path = Path(f"/dev/fd/{file.fileno()}")
    except OSError:
        return file
    return str(path) if path.exists() else file


def settle_times(file: IO[bytes]) -> None:
    """Replace the time of writing, so that the same rows give the same bytes."""
    with ZipFile(file, "a", ZIP_DEFLATED) as book:
        start = book.getinfo(_PROPERTIES).header_offset
        last = [info for info in book.infolist() if info.header_offset >= start]
        contents = [(info.filename, book.read(info)) for info in last]
        for info in last:  # behind the sheet, so that nothing else moves
            book.filelist.remove(info)
            del book.NameToInfo[info.filename]
        book.start_dir = start
        for filename, content in contents:
            book.writestr(ZipInfo(filename, _LONG_AGO), _TIME.sub(b"1980-01-01T00:00:00Z", content))
