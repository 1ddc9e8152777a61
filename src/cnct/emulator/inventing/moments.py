"""Times of invented records: a fixed step from one record to the next. Reads no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_STEP = timedelta(minutes=37)


def timestamp(moment: datetime) -> str:
    """Write a moment in UTC as Connect does: ``2026-01-05T08:37:00+00:00``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


@dataclass(frozen=True, slots=True)
class Timeline:
    """The creation times of a number of records.

    Args:
        size: Number of records.
        until: Time of the last record; by default, the first one is from January 2026.
    """

    size: int
    until: datetime | None = None

    def at(self, number: int, later: float = 0.0) -> datetime:
        """Return the moment of a record.

        Args:
            number: Number of the record, from 1.
            later: Part of a step to add: 0 for the creation, less than 1 for changes.
        """
        start = self.until - _STEP * self.size if self.until else _START
        return start + _STEP * number + _STEP * later
