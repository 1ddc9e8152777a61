"""Reads the rows of tables as resources: columns with dots, empty cells, disarmed formulas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnct.openapi.shapes import Object, Record, as_object, is_record
from cnct.text import clean

SURPLUS_CELLS = (
    "a field named None, under which csv.DictReader puts the cells beyond its columns: put quotes "
    "around a cell that contains the delimiter"
)
_REST = "_extra"  # what fits no column of an export
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def disarmed(text: str) -> str:
    """Return a text as in exports: with an apostrophe before a formula of spreadsheets."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def cells_of(row: Object, resource: Object) -> Record:
    """Return a row without the empty values that a resource does not have either.

    ``None``, ``""`` and objects of nothing but these are empty. An object of the resource for which
    the row has only empty values becomes ``None``: ``{"parent": {"id": ""}}`` clears ``parent``.
    The apostrophe that exports write before a formula is dropped where the resource has none.

    Args:
        row: The row.
        resource: The resource; an empty object for a row without one.
    """
    cells: Record = {}
    for name, value in row.items():
        other = resource.get(name)
        if value and is_record(value):
            if not _is_empty(value):
                cells[name] = cells_of(value, as_object(other))
            elif other is not None:
                cells[name] = None
        elif isinstance(other, str) and value == disarmed(other):
            cells[name] = other
        elif not (value in (None, "") and other in (None, "")):
            cells[name] = value
    return cells


def _is_empty(value: Any) -> bool:
    if value and is_record(value):
        return all(map(_is_empty, value.values()))
    return value is None or value == ""


def check_names(row: Mapping[Any, Any], place: str) -> None:
    """Check that the names of a row's fields are texts.

    Args:
        row: The row.
        place: Its place, for the message.

    Raises:
        TypeError: If a name is no text.
    """
    for name in row:
        if name is None:
            raise TypeError(f"{place} has {SURPLUS_CELLS}")
        if not isinstance(name, str):
            raise TypeError(
                clean(f"{place} has a field name that is no text: {name!r}. Write {str(name)!r}")
            )


def nested_row(row: Mapping[Any, Any], place: str) -> Record:
    """Return a copy of a row in which names with dots are nested objects, as in exports.

    The column ``_extra`` of exports is left out, and missing values of data frames are ``None``.

    Raises:
        TypeError: If a name is no text.
        ValueError: If a name is empty, two names belong to one field, or the first begins with a
            byte order mark.
    """
    check_names(row, place)
    for name in row:
        if not all(name.split(".")):
            raise ValueError(
                clean(
                    f"{place} has a field with the name {name!r}, in which a part is empty: name "
                    "the column, or leave it out"
                )
            )
        if name.startswith("\ufeff"):
            raise ValueError(
                f"The name of the first column of {place} begins with a byte order mark: open the "
                "file with encoding='utf-8-sig'"
            )
    nested: Record = {name: cell_value(value) for name, value in row.items() if "." not in name}
    has_dots = len(nested) < len(row)
    nested.pop(_REST, None)
    if not has_dots:
        return nested
    own: dict[str, Record] = {"": nested}  # the objects made here, by path
    for name, value in row.items():
        above, dot, last = name.rpartition(".")
        if dot:
            target = _object_at(above, own, place)
            if last in target:
                raise ValueError(clean(f"{place} has a value and fields of {name!r}: keep one"))
            target[last] = cell_value(value)
    return nested


def cell_value(value: Any) -> Any:
    """Return a value; ``None`` for the NaN, NaT and NA of data frames, which equal nothing."""
    if isinstance(value, str):
        return value
    try:
        return None if value != value else value  # noqa: PLR0124 - as these are recognized
    except TypeError:  # of pandas.NA, which is neither true nor false
        return None


def _object_at(path: str, own: dict[str, Record], place: str) -> Record:
    """Return the object at a path, made if there is none."""
    if path not in own:
        above, _, last = path.rpartition(".")
        target = _object_at(above, own, place)
        if last in target:
            raise ValueError(clean(f"{place} has a value and fields of {path!r}: keep one"))
        own[path] = target[last] = {}
    return own[path]
