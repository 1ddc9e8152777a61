"""Reads the values of a dotted field in a row, through lists. No I/O."""

from __future__ import annotations

from typing import Any

from cnct.openapi.shapes import is_list, is_object


def values_at(row: Any, field: str) -> list[Any]:
    """Return the values of a dotted field; a list on the path gives the values of each element.

    Returns:
        No value if a part of the path is missing; several only if there is a list on the path.
    """
    values = [row]
    for name in field.split("."):
        values = [value[name] for value in _flat(values) if is_object(value) and name in value]
    return _flat(values)


def _flat(values: list[Any]) -> list[Any]:
    return [item for value in values for item in (value if is_list(value) else (value,))]
