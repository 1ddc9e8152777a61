"""The formats of exports: their names, suffixes and packages. Opens no file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cnct.data.row_file import RowFile
from cnct.exceptions import ExportError
from cnct.text import did_you_mean, either

SUFFIXES: Mapping[str, str] = {
    ".csv": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
"""Formats by the suffix of the file."""

FORMATS = tuple(dict.fromkeys(SUFFIXES.values()))
"""Names of the formats."""

STREAMED = frozenset({"csv", "ndjson"})
"""Formats that can be written to a pipe."""


def format_of(path: str | os.PathLike[str]) -> str:
    """Return the format of a file by the suffix.

    Raises:
        ExportError: If no format has this suffix.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ExportError(
            f"The format of {os.fspath(path)!r} is unknown: end its name in {either(SUFFIXES)}, or"
            " name the format"
        )
    return SUFFIXES[suffix]


def row_file(name: str, **options: Any) -> RowFile:
    """Return a writer of a format.

    Args:
        name: Name of the format.
        **options: Options of the format.

    Raises:
        ExportError: If there is no such format, or the package for the format is not installed.
        TypeError: If the format has no such option.
        ValueError: If an option has an invalid value.
    """
    match name:
        case "csv":
            from cnct.data.csv_file import CsvFile  # noqa: PLC0415 - one format is used

            return CsvFile(**options)
        case "ndjson":
            from cnct.data.ndjson_file import NdjsonFile  # noqa: PLC0415 - one format is used

            return NdjsonFile(**options)
        case "parquet":
            from cnct.data.parquet_file import ParquetFile  # noqa: PLC0415 - one format is used

            return ParquetFile(**options)
        case "xlsx":
            if not find_spec("rustpy_xlsxwriter"):
                raise ExportError(
                    "Excel files need the package of the extra xlsx: pip install rustpy-xlsxwriter"
                )
            from cnct.data.xlsx_file import XlsxFile  # noqa: PLC0415 - one format is used

            return XlsxFile(**options)
        case _:
            raise ExportError(f"There is no format {name!r}.{did_you_mean(name, FORMATS)}")
