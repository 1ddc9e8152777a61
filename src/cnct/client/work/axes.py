"""Maps the values of a field to integers, at which windows are cut, and back. No I/O."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from cnct.openapi.filter_values import read_value

Bound: TypeAlias = int | float | Decimal | date

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_YEAR = 365
_FAR = 8  # steps
_MOST_INTEGER = 2**31 - 1  # of an integer column in the server's database
_MOST_NUMBER = 10**12


class Axis(NamedTuple):
    """The values of a field as integer positions.

    Values beyond ``least`` and ``greatest`` are in the outermost windows, which are open.

    Attributes:
        kind: Type of the field: datetime, date, integer, decimal or float.
        scale: Positions of a number for each 1.
        step: Width of the first window beside an open end.
        round_to: Multiple to which positions are rounded in wider windows.
        least: Smallest position to cut at.
        greatest: Largest position to cut at.
    """

    kind: str
    scale: int
    step: int
    round_to: int
    least: int
    greatest: int

    def position(self, value: Any) -> int:
        """Return the position of a JSON value.

        Raises:
            ValueError: If the value is not of this kind.
        """
        number = read_value(self.kind, str(value))
        if isinstance(number, datetime):
            return (number - _EPOCH) // _MICROSECOND
        if isinstance(number, date):
            return number.toordinal()
        return int(Decimal(number) * self.scale // 1)

    def value(self, position: int) -> Bound:
        """Return the value at a position, for a condition."""
        match self.kind:
            case "datetime":
                return _EPOCH + position * _MICROSECOND
            case "date":
                return date.fromordinal(position)
            case "integer":
                return position
            case "decimal":
                return Decimal(position) / self.scale
            case _:
                return position / self.scale

    def text(self, position: int) -> str:
        """Return the value at a position as JSON text, the inverse of `position`."""
        value = self.value(position)
        return value.isoformat() if isinstance(value, date) else str(value)

    def pivot(self, now: datetime) -> int:
        """Return the position at which to cut first: the present, or 0 for numbers."""
        if self.kind == "datetime":
            return (now - _EPOCH) // _MICROSECOND // self.round_to * self.round_to
        return now.date().toordinal() if self.kind == "date" else 0

    def first_cuts(self, now: datetime) -> list[int]:
        """Return the positions at which to cut first, in order: most times are recent ones."""
        pivot = self.pivot(now)
        if self.kind in ("datetime", "date"):
            return [pivot - _FAR * self.step, pivot - self.step, pivot]
        return [pivot, pivot + self.step, pivot + _FAR * self.step]

    def rounded(self, position: int, width: int) -> int:
        """Round a position down, if windows of this width stay distinct."""
        return position - position % self.round_to if width >= self.round_to else position


def _numbers(kind: str, scale: int, most: int) -> Axis:
    return Axis(kind, scale, 1000 * scale, scale, -most * scale, most * scale)


def _moment(year: int) -> int:
    return (datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND


AXES = {
    "datetime": Axis("datetime", 1, _YEAR * _DAY, _SECOND, _moment(1900), _moment(2200)),
    "date": Axis("date", 1, _YEAR, 1, date(1900, 1, 1).toordinal(), date(2200, 1, 1).toordinal()),
    "integer": _numbers("integer", 1, _MOST_INTEGER),
    "decimal": _numbers("decimal", 100, _MOST_NUMBER),
    "float": _numbers("float", 10**6, _MOST_NUMBER),
}
"""Axes by type of the field. The server cuts decimals after two places (docs/rql.md, "Types")."""


def axis_of(value: Any) -> Axis | None:
    """Return the axis for the type of a JSON value; ``None`` for other types."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return AXES["integer" if isinstance(value, int) else "float"]
    for kind in ("date", "datetime"):
        try:
            read_value(kind, str(value))
        except (ValueError, OverflowError):
            continue
        return AXES[kind]
    return None
