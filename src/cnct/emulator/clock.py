"""The emulator's clock: runs as the real one does, stands still, and can be moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time that is written into ``events``, ``created`` and ``updated``.

    Args:
        now: Where it stands still; by default it runs, with the real time.

    Raises:
        ValueError: If ``now`` has no offset from UTC.
    """

    def __init__(self, now: datetime | None = None) -> None:
        """Set it."""
        self._shift = timedelta()
        self._frozen: datetime | None = None
        if now is not None:
            self.freeze(now)

    def now(self) -> datetime:
        """Tell the time, in UTC."""
        return self._frozen or datetime.now(UTC) + self._shift

    def freeze(self, at: datetime | None = None) -> None:
        """Stop it, by default where it is."""
        if at is not None and at.tzinfo is None:
            raise ValueError(f"the clock needs a time with an offset from UTC, which {at} lacks")
        self._frozen = at.astimezone(UTC) if at else self.now()

    def resume(self) -> None:
        """Let it run on from where it is."""
        self._shift = self.now() - datetime.now(UTC)
        self._frozen = None

    def advance(self, by: timedelta | float) -> None:
        """Move it, running or not.

        Args:
            by: How far: a ``timedelta``, or seconds; below zero moves it back.
        """
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if self._frozen is not None:
            self._frozen += step
        else:
            self._shift += step
