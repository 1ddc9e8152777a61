"""Flattens rows to dotted fields, and writes values as the text of a cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from cnct.openapi.shapes import is_record

_NO_OBJECT = "value"
"""Name of the one column of rows that are no objects."""


def leaves(row: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the fields of a row with dotted names; lists are values, and so are empty objects."""
    if not is_record(row):
        yield _NO_OBJECT, row
        return
    for name, value in row.items():
        path = f"{prefix}{name}"
        if is_record(value) and value:
            yield from leaves(value, f"{path}.")
        else:
            yield path, value


def flat_row(row: Any) -> dict[str, Any]:
    """Return a row as a flat dictionary."""
    return dict(leaves(row))


def text_of(value: Any) -> str:
    """Return a value as text: JSON for lists and objects, nothing for null."""
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


def columns_of(rows: Sequence[Any]) -> list[str]:
    """Return the fields of some rows in the order in which they first appear."""
    return list(dict.fromkeys(name for row in rows for name, _ in leaves(row)))
