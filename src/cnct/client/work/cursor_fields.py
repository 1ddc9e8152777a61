"""Chooses the fields by which new and changed rows of a collection are found. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from typing import Any, NamedTuple

from cnct.client.models.flattening import flat
from cnct.client.work.scan_fields import CHANGING, FIXED, ScanField, scan_field, usable
from cnct.client.work.scan_run import moment_of
from cnct.openapi.fields import FilterField
from cnct.rql import R


class CursorFields(NamedTuple):
    """The times of a collection by which its rows can be filtered.

    Attributes:
        updated: Time of the last change, ``None`` if the list cannot be filtered by ranges of one.
        created: The same for the time of creation.
    """

    updated: ScanField | None
    created: ScanField | None

    @property
    def name(self) -> str:
        """Name of the field that finds changed, or at least new rows; empty if there is none."""
        field = self.updated or self.created
        return field.name if field else ""

    @property
    def by(self) -> str | None:
        """Name of the field by which the whole list is cut into windows, ``None`` if none."""
        field = self.created or self.updated
        return field.name if field else None

    @property
    def names(self) -> list[str]:
        """Names of the fields, the time of the last change first."""
        return [field.name for field in self if field is not None]

    def ordering(self, fields: Mapping[str, FilterField]) -> tuple[str, ...]:
        """Return the order of changes, in which ids tell ties apart; empty if there is none.

        Args:
            fields: The fields by which the list can be filtered, according to the document.
        """
        field = self.updated or self.created
        if field is None or not field.orderable:
            return ()
        has_ids = "id" in fields and fields["id"].orderable
        return (field.name, "id") if has_ids else (field.name,)

    def moment(self, row: Any) -> datetime | None:
        """Return the later of a row's times; ``None`` without a readable one."""
        names = [name.replace("__", ".") for name in self.names]
        moments = [moment_of(value) for value in flat(row, names).values()]
        return max((at for at in moments if at is not None), default=None)

    def since(self, moment: datetime) -> R:
        """Return the filter for rows that were created or changed at or after a moment.

        Rows without any of the times match, too, if the list can be filtered for them.
        """
        fields = [field for field in self if field is not None]
        conditions = [R().n(field.name).ge(moment) for field in fields]
        if all(field.nullable for field in fields):
            nulls = [R().n(field.name).null(value=True) for field in fields]
            conditions.append(reduce(lambda one, other: one & other, nulls))
        return reduce(lambda one, other: one | other, conditions)


def cursor_fields(path: str, fields: Mapping[str, FilterField]) -> CursorFields:
    """Return the times by which a list can be filtered.

    Args:
        path: Path of the list.
        fields: The fields by which the list can be filtered, according to the document.
    """
    names = usable(fields)

    def first(times: frozenset[str]) -> ScanField | None:
        name = next((name for name in names if name in times), None)
        return scan_field(path, fields, name) if name else None

    return CursorFields(first(CHANGING), first(frozenset(FIXED)))
