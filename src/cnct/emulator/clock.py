"""The emulator's clock: runs with the real time or stands still, and can be moved. Never waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The time for ``events``, ``created``, ``updated`` and the header ``Date``.

    Args:
        now: Time at which the clock stands still; by default the clock runs with the real time.

    Raises:
        ValueError: If ``now`` has no offset from UTC.
    """

    def __init__(self, now: datetime | None = None) -> None:
        self._shift = timedelta()
        self._frozen: datetime | None = None
        if now is not None:
            self.freeze(now)

    def now(self) -> datetime:
        """Return the time in UTC."""
        return self._frozen or datetime.now(UTC) + self._shift

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock at a time, by default the current one."""
        if at is not None and at.tzinfo is None:
            raise ValueError(
                f"the clock needs a time with an offset from UTC: write {at}+00:00 for UTC"
            )
        self._frozen = at.astimezone(UTC) if at else self.now()

    def resume(self) -> None:
        """Let the clock run from its current time."""
        self._shift = self.now() - datetime.now(UTC)
        self._frozen = None

    def advance(self, by: timedelta | float) -> None:
        """Move the clock, running or stopped.

        Args:
            by: A ``timedelta``, or seconds; a negative value moves the clock back.
        """
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if self._frozen is not None:
            self._frozen += step
        else:
            self._shift += step
