"""Chooses the field by which a list is cut into windows. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnct.client.models.flattening import flat
from cnct.client.work.axes import AXES, Axis, axis_of
from cnct.exceptions import NotScannableError
from cnct.openapi.fields import FilterField
from cnct.text import did_you_mean, either

FIXED = (
    "created",
    "events.created.at",
    "events__created__at",
    "created.at",
    "created_at",
    "created_time",
)
"""Names of the time of creation in Connect's document, in the order in which they are tried."""

CHANGING = frozenset(
    {"updated", "events.updated.at", "events__updated__at", "updated.at", "updated_at"}
)
"""Names of the time of the last change."""

_RANGE = frozenset({"ge", "lt"})


class ScanField(NamedTuple):
    """A field to cut a list by.

    Attributes:
        name: Dotted name.
        axis: Converts values to positions.
        nullable: Whether the list can be filtered for rows without a value; ``None`` if unknown.
        orderable: Whether the list can be ordered by the field.
        created: Name of the time of creation, if the field changes and the list has one.
    """

    name: str
    axis: Axis
    nullable: bool | None = None
    orderable: bool = False
    created: str = ""

    @property
    def changes(self) -> bool:
        """Whether the field's value can change during the scan."""
        return self.name in CHANGING


def scan_field(path: str, fields: Mapping[str, FilterField], by: str | None) -> ScanField:
    """Return the field to cut by, for a list whose filters are documented.

    Args:
        path: Path of the list, for the message.
        fields: The fields by which the list can be filtered.
        by: Name of the field; by default, the time of creation.

    Raises:
        NotScannableError: If the list cannot be filtered for ranges of the field, or has no time of
            creation; the message names the fields that can be used.
    """
    if by is not None and by not in fields:
        raise NotScannableError(
            f"{path} cannot be filtered by {by!r}.{did_you_mean(by, usable(fields))}"
        )
    name = by or next((name for name in FIXED if _axis(fields.get(name))), None)
    field = fields.get(name or "")
    axis = _axis(field)
    if field is None or axis is None:
        problem = (
            f"{path} cannot be filtered for ranges of {by!r}"
            if by
            else f"{path} cannot be filtered for ranges of a time of creation"
        )
        raise NotScannableError(f"{problem}: {_advice(fields)}")
    created = next((name for name in FIXED if _axis(fields.get(name))), "")
    return ScanField(field.name, axis, "null" in field.lookups, field.orderable, created)


def undocumented(path: str, by: str | None, row: Any) -> ScanField:
    """Return the field to cut by, for a list without a document; a row shows its type.

    Args:
        path: Path of the list, for the message.
        by: Name of the field.
        row: A row of the list; may be ``None`` if the field is a known time.

    Raises:
        NotScannableError: If there is no name, or the row has no date, time or number there.
    """
    if by is None:
        raise NotScannableError(
            f"Without a document nobody knows the fields of {path}: pass by='created', or the"
            " name of another field that does not change, or specs_location to the client"
        )
    axis = AXES["datetime"] if is_known_time(by) else axis_of(flat(row, [by])[by])
    if axis is None:
        raise NotScannableError(
            f"{by!r} is no date, time or number in a row of {path}: pass another field as by=, or"
            " specs_location to the client"
        )
    return ScanField(by, axis, created=by.replace("updated", "created"))


def is_known_time(name: str | None) -> bool:
    """Return whether a field is a time of creation or of the last change."""
    return name in FIXED or name in CHANGING


def usable(fields: Mapping[str, FilterField]) -> list[str]:
    """Return the fields with ranges, times of creation first."""
    names = [name for name, field in fields.items() if _axis(field)]
    return sorted(names, key=lambda name: (name not in FIXED, name not in CHANGING, name))


def _advice(fields: Mapping[str, FilterField]) -> str:
    names = usable(fields)
    if not names:
        return "no field of it has ranges (ge and lt), so read it with iterator()"
    return f"pass by={either(map(repr, names))}"


def _axis(field: FilterField | None) -> Axis | None:
    """Return the axis of a field with ranges; Connect's document types some times as strings."""
    if field is None or not field.lookups >= _RANGE:
        return None
    return AXES["datetime"] if is_known_time(field.name) else AXES.get(field.type)
