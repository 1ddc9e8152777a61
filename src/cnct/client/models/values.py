"""Picks fields out of rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeGuard


def flat(row: Any, fields: Iterable[str]) -> dict[str, Any]:
    """Return a flat dictionary of dotted fields; ``None`` where a part is missing."""
    return {field: _value(row, field) for field in fields}


def _value(row: Any, field: str) -> Any:
    for name in field.split("."):
        if not _is_object(row):
            return None
        row = row.get(name)
    return row


def _is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)
