"""The clock that tests hand to a client, so that pauses take no time. Declares, does nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """A clock that can be moved, such as the emulator's."""

    def now(self) -> datetime:
        """Return the time, with its offset from UTC."""
        ...

    def advance(self, by: float) -> None:
        """Move the clock by a number of seconds."""
        ...
