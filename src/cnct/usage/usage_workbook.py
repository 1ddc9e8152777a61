"""Writes the workbook of a usage file from rows, whole or not at all. Sends nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from cnct.data.file_formats import row_file
from cnct.data.whole_file import Target, WholeFile
from cnct.openapi.shapes import is_array, is_object
from cnct.text import clean, did_you_mean
from cnct.usage.record_columns import (
    CATEGORY_COLUMNS,
    COLUMNS,
    NEEDED,
    OTHER_NAMES,
    PARAMETER,
    UsageTemplate,
)
from cnct.usage.record_rows import Cells, RecordRows, problem_of_text

GENERAL: Mapping[str, str] = {"general": "General"}
"""The category of files without any, since Connect needs one."""

_MOST_NAME = 255  # characters of a category's name, by Connect's document
_SHEET = re.compile(r"[^\[\]:*?/\\]{1,31}")


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
        path: The file, which is replaced if it exists.
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
        UsageRowsError: If there are no rows, or some cannot be written. All problems are in it.
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
    form = checked_template(template)
    named = checked_categories(categories)
    headers = checked_parameters(parameters)
    values = checked_defaults(defaults, form)
    records = RecordRows(form, named.keys(), values, headers, prefix)
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


def checked_path(name: str, path: Any) -> Path:
    """Return the path of a workbook.

    Raises:
        TypeError: If the argument is no path.
        ValueError: If the path is empty.
    """
    example = "the path of a workbook such as 'january.xlsx'"
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"{name} must be {example}, not {type(path).__name__}")
    text = str(os.fspath(cast("os.PathLike[str]", path)))
    if not text.strip():
        raise ValueError(f"{name} is empty: write {example}")
    return Path(text)


def check_rows_argument(rows: Any) -> None:
    """Refuse rows that are no iterable of dictionaries.

    Raises:
        TypeError: If they are not.
    """
    kind = type(rows).__name__
    if hasattr(rows, "to_dict"):  # of pandas
        raise TypeError(f"rows must be dicts, not a {kind}: write rows.to_dict('records')")
    if hasattr(rows, "__aiter__"):
        raise TypeError(f"rows must be an ordinary iterable, not {kind}: collect the rows first")
    if is_object(rows) or isinstance(rows, str | bytes) or not isinstance(rows, Iterable):
        raise TypeError(f"rows must be an iterable of dicts such as a list, not {kind}")


def checked_template(template: Any) -> UsageTemplate:
    """Return a template, read from a file if a path is passed.

    Raises:
        TypeError: If the template is anything else.
        ValueError: If the file cannot be used, or a column that each row needs is missing.
        OSError: If the file cannot be read.
    """
    file: Any = template
    if template is None:
        return UsageTemplate()
    if isinstance(template, UsageTemplate):
        return _checked_sheets(template)
    if not isinstance(template, str | os.PathLike):
        kind = type(template).__name__
        raise TypeError(f"template must be a UsageTemplate or the path of a workbook, not {kind}")
    return _checked_sheets(UsageTemplate.read(file))


def _checked_sheets(template: UsageTemplate) -> UsageTemplate:
    for name in ("records", "categories"):
        sheet: Any = getattr(template, name)
        if not isinstance(sheet, str) or not _SHEET.fullmatch(sheet):
            raise ValueError(
                f"template.{name} must be the name of a sheet, which has 1 to 31 characters and"
                f" none of []:*?/\\, not {sheet!r:.60}"
            )
    if template.records.lower() == template.categories.lower():
        raise ValueError(f"template has one name for both sheets: {template.records!r}")
    columns = checked_headers("template.columns", template.columns)
    for name in ("record_id", *NEEDED):
        if name not in columns:
            raise ValueError(f"template has no column {name!r}: add it to its columns")
    return template


def checked_categories(categories: Any) -> Mapping[str, str]:
    """Return the categories, or the general one.

    Raises:
        TypeError: If they are no mapping of texts.
        ValueError: If there are none, or a cell cannot hold one.
    """
    if categories is None:
        return GENERAL
    named = checked_mapping("categories", categories)
    if not all(isinstance(name, str) for name in named.values()):
        raise TypeError("categories must be names by id, such as {'cpu': 'Processors'}")
    if not named:
        raise ValueError("categories is empty, and Connect needs one: leave it out")
    for key, name in named.items():
        if not key.strip():
            raise ValueError(f"categories has an empty id, of {name!r:.60}: write an id for it")
        if len(name) > _MOST_NAME:
            raise ValueError(
                f"categories has a name of {len(name)} characters, and Connect takes {_MOST_NAME}"
                f" at most: shorten {name!r:.60}"
            )
        for text in (key, name):
            problem = problem_of_text(text)
            if problem:
                raise ValueError(f"categories: {problem}")
    return named


def checked_defaults(defaults: Any, template: UsageTemplate) -> Mapping[str, Any]:
    """Return the values of columns.

    Raises:
        TypeError: If they are no mapping with texts as keys.
        ValueError: If the template has no such column.
    """
    values = checked_mapping("defaults", defaults)
    columns = {*template.columns, *OTHER_NAMES}
    for name in values:
        if name not in columns and not name.startswith(PARAMETER):
            hint = did_you_mean(name, columns)
            raise ValueError(clean(f"defaults: there is no column {name!r:.60}.{hint}"))
    return values


def checked_parameters(parameters: Any) -> Sequence[str]:
    """Return the headers of custom columns.

    Raises:
        TypeError: If they are no list of texts.
        ValueError: If one does not begin with ``v.``.
    """
    names = checked_headers("parameters", parameters)
    for name in names:
        if not name.startswith(PARAMETER):
            right = f"{PARAMETER}{name}"
            raise ValueError(f"parameters: {name!r:.60} is no custom column: write {right!r:.60}")
    return names


def checked_headers(argument: str, headers: Any) -> Sequence[str]:
    """Return headers of columns.

    Raises:
        TypeError: If they are no list of texts.
    """
    if not is_array(headers):
        raise TypeError(f"{argument} must be a list of headers such as ['v.region']")
    names: Sequence[Any] = headers
    wrong = [name for name in names if not isinstance(name, str)]
    if wrong:
        raise TypeError(f"{argument} must be a list of headers such as ['v.region'], not {wrong!r}")
    return names


def checked_mapping(name: str, value: Any) -> Mapping[str, Any]:
    """Return a mapping with texts as keys; empty for ``None``.

    Raises:
        TypeError: If the value is anything else.
    """
    if value is None:
        return {}
    keys: Iterable[Any] = value if is_object(value) else (None,)
    if not all(isinstance(key, str) for key in keys):
        raise TypeError(f"{name} must be a dict with texts as keys, not {type(value).__name__}")
    mapping: Mapping[str, Any] = value
    return mapping
