"""Writes the workbook of a usage file from rows, whole or not at all. Sends nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from cnct.data.file_formats import row_file
from cnct.data.whole_file import Target, WholeFile
from cnct.usage.record_columns import CATEGORY_COLUMNS, COLUMNS, UsageTemplate
from cnct.usage.record_rows import Cells, RecordRows
from cnct.usage.workbook_arguments import (
    check_rows_argument,
    checked_categories,
    checked_defaults,
    checked_parameters,
    checked_path,
    checked_prefix,
    checked_template,
)


@dataclass(frozen=True, slots=True)
class UsageWorkbook:
    """A workbook that `write_usage` has written.

    Attributes:
        path: The file.
        rows: Number of rows.
        start: Earliest start of a row, in UTC without a zone.
        end: Latest end of a row, in UTC without a zone.
        template: The sheets and columns.
    """

    path: Path
    rows: int
    start: datetime | None
    end: datetime | None
    template: UsageTemplate


def write_usage(
    path: str | os.PathLike[str],
    rows: Iterable[Mapping[str, Any]],
    *,
    template: UsageTemplate | str | os.PathLike[str] | None = None,
    categories: Mapping[str, str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    parameters: Sequence[str] = (),
    prefix: str | None = None,
) -> UsageWorkbook:
    """Write the workbook of a usage file, after each row has been checked.

    Rows are read once and not kept. The file appears under its name only when complete. Needs
    ``cnct[xlsx]``.

    Args:
        path: The file; an existing one is replaced.
        rows: Dictionaries by the headers of the columns, such as ``record_id``,
            ``item_search_criteria``, ``item_search_value``, ``quantity``, ``start_time_utc``,
            ``end_time_utc``, ``asset_search_criteria``, ``asset_search_value``. Ids are text;
            numbers are ``int``, ``Decimal``, ``float`` or text; times are aware datetimes, text in
            UTC, or dates, which stand for the beginning and the end of the day.
        template: Sheets and columns, or the path of a workbook with them; see `UsageTemplate`.
        categories: Names of categories by id; by default, there is one for all rows.
        defaults: Values of columns that a row does not have, or has empty.
        parameters: Headers of custom columns that the first row lacks; they begin with ``v.``.
        prefix: Start of the ids of rows without ``record_id``, before their number; by default the
            name of the file.

    Raises:
        UsageRowsError: If there are no rows, or some cannot be written. The error has all problems.
        TypeError: If an argument is of the wrong type.
        ValueError: If the template cannot be used, or an argument has a wrong value.
        ExportError: If the directory is missing, or the path is no file.
        OSError: If the file cannot be written.
    """
    file = checked_path("path", path)
    check_rows_argument(rows)
    records = write_records(
        partial(WholeFile, file),
        rows,
        template=template,
        categories=categories,
        defaults=defaults,
        parameters=parameters,
        prefix=file.stem if prefix is None else prefix,
    )
    return UsageWorkbook(file, records.count, records.first, records.last, records.template)


def write_records(
    open_target: Callable[[], Target],
    rows: Iterable[Mapping[str, Any]],
    *,
    prefix: str,
    template: UsageTemplate | str | os.PathLike[str] | None = None,
    categories: Mapping[str, str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    parameters: Sequence[str] = (),
) -> RecordRows:
    """Write a workbook, and return its records; see `write_usage`.

    Args:
        open_target: Returns the place for the bytes of the workbook.
        rows: The rows.
        prefix: Start of the ids of rows without ``record_id``.
        template: As of `write_usage`; so are the others.
        categories: Names by id.
        defaults: Values of columns.
        parameters: Headers of custom columns.

    Raises:
        UsageRowsError: As `write_usage`, which also lists the other errors.
    """
    start = checked_prefix(prefix)
    form = checked_template(template)
    named = checked_categories(categories)
    headers = checked_parameters(parameters)
    values = checked_defaults(defaults, form)
    records = RecordRows(form, named.keys(), values, headers, start)
    target = open_target()
    try:
        _write(target.file, form, named, records.cells(rows))
        target.commit()
    finally:
        target.discard()
    return records


def _write(
    file: IO[bytes], form: UsageTemplate, categories: Mapping[str, str], cells: Iterable[Cells]
) -> None:
    row_file("xlsx")  # refuses if the library of the extra is missing
    from cnct.data.xlsx_sheets import Sheet, write_sheets  # noqa: PLC0415 - needs the library

    lines: list[Cells] = [
        dict(zip(CATEGORY_COLUMNS, (key, name, ""), strict=True))
        for key, name in categories.items()
    ]
    texts = [name for name in form.columns if COLUMNS.get(name, "text") == "text"]
    write_sheets(
        file,
        [Sheet(form.categories, lines, CATEGORY_COLUMNS), Sheet(form.records, cells, texts)],
    )
