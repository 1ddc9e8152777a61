"""Bounds the values of an invented record: schemas can recur, and refer to many others."""

from __future__ import annotations

from typing import Any

from cnct.openapi.schemas import parts
from cnct.openapi.shapes import as_record

_MOST_VALUES = 1_000  # values of a record; Connect's have 440 at most
_DEEPEST = 40  # levels of values


class Nesting:
    """The schemas around a value, and the number of values left for the record.

    A recurring schema is not expanded again. Other schemas can still lead to huge records, so that
    optional values are omitted when no values are left.
    """

    def __init__(
        self, ancestors: tuple[str | int, ...] = (), budget: list[int] | None = None
    ) -> None:
        self._ancestors = ancestors
        self._budget = [_MOST_VALUES] if budget is None else budget

    def into(self, schema: Any) -> Nesting:
        """Return the nesting of the values in a schema, after counting one value."""
        self._budget[0] -= 1
        return Nesting((*self._ancestors, _identity_of(schema) or ""), self._budget)

    def recurs(self, schema: Any) -> bool:
        """Return whether a schema is nested in itself, or too deeply."""
        own = _identity_of(schema)
        return own in self._ancestors or len(self._ancestors) >= _DEEPEST

    @property
    def is_spent(self) -> bool:
        """Whether no values are left for the record."""
        return self._budget[0] <= 0


def _identity_of(schema: Any) -> str | int | None:
    """Return the reference of a schema, or the id of a composition; no other schema can recur."""
    record = as_record(schema)
    return str(record.get("$ref", "")) or (id(schema) if parts(record) else None)
