"""The counts of a client as the user reads them; `counting` counts."""

from __future__ import annotations

from typing import NamedTuple


class Stats(NamedTuple):
    """Counts of a client since its creation; the difference of two is for the time between.

    Attributes:
        calls: Requests sent, retries included.
        retries: Requests that repeated a failed one.
        bytes: Bytes of response bodies, decompressed.
        seconds_waited: Seconds of pauses before retries, and for the limiter.
    """

    calls: int = 0
    retries: int = 0
    bytes: int = 0
    seconds_waited: float = 0.0

    def __sub__(self, earlier: Stats) -> Stats:
        """Return the counts since earlier ones of the same client."""
        return Stats(
            self.calls - earlier.calls,
            self.retries - earlier.retries,
            self.bytes - earlier.bytes,
            self.seconds_waited - earlier.seconds_waited,
        )
