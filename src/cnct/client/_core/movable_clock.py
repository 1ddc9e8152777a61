"""The interface of a clock with which tests let a client's pauses take no time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class MovableClock(Protocol):
    """A clock that can be moved, such as the emulator's."""

    def now(self) -> datetime:
        """Return the time with an offset from UTC."""
        ...

    def advance(self, by: float) -> None:
        """Move the clock by a number of seconds."""
        ...
