"""Reads the cells of tables, in which no value is an empty text, as values of a resource."""

from __future__ import annotations

from typing import Any

from cnct.openapi.shapes import Object, Record, as_object, is_record

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
