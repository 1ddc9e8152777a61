"""Checks the arguments of `write_usage`. Reads a template, and writes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from cnct.openapi.shapes import is_array, is_object
from cnct.text import clean, did_you_mean
from cnct.usage.record_columns import NEEDED, OTHER_NAMES, PARAMETER, UsageTemplate
from cnct.usage.record_rows import problem_of_header, problem_of_text

GENERAL: Mapping[str, str] = {"general": "General"}
"""The category of files without any, since Connect needs one."""

_MOST_NAME = 255  # characters of a category's name, by Connect's document
_SHEET = re.compile(r"(?!')[^\[\]:*?/\\\x00-\x1f]{1,31}(?<!')")
_TIME = datetime(2026, 1, 31, 12)  # noqa: DTZ001 - an example


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


def checked_prefix(prefix: Any) -> str:
    """Return the start of ids.

    Raises:
        TypeError: If the argument is no text.
    """
    if not isinstance(prefix, str):
        raise TypeError(f"prefix must be text, not {type(prefix).__name__}")
    return prefix


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
                f"template.{name} must be the name of a sheet, which has 1 to 31 characters, none"
                f" of []:*?/\\ and no apostrophe at an end, not {sheet!r:.60}"
            )
    if template.records.lower() == template.categories.lower():
        raise ValueError(f"template has one name for both sheets: {template.records!r}")
    columns = checked_headers("template.columns", template.columns)
    for name in ("record_id", *NEEDED):
        if name not in columns:
            raise ValueError(f"template has no column {name!r}: add it to its columns")
    _check_times(template.times)
    return template


def _check_times(times: Any) -> None:
    example = f"a format such as {UsageTemplate.times!r}"
    if not isinstance(times, str):
        raise TypeError(f"template.times must be {example}, not {type(times).__name__}")
    try:
        day = datetime.strptime(_TIME.strftime(times), times).date()  # noqa: DTZ007 - same
    except ValueError:
        day = None
    if day != _TIME.date():
        raise ValueError(f"template.times must be {example}, not {times!r:.60}")


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
        ValueError: If one is empty, or no cell can hold it.
    """
    if not is_array(headers):
        raise TypeError(f"{argument} must be a list of headers such as ['v.region']")
    names: Sequence[Any] = headers
    wrong = [name for name in names if not isinstance(name, str)]
    if wrong:
        raise TypeError(f"{argument} must be a list of headers such as ['v.region'], not {wrong!r}")
    for name in names:
        problem = problem_of_header(name)
        if problem:
            raise ValueError(f"{argument}: {problem}")
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
