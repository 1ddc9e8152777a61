"""Chooses the pauses between reads that wait for something. No I/O."""

from __future__ import annotations

import random

_GROWTH = 1.5
_JITTER = 0.2  # share of the pause, up and down: spreads programs that start together
_MOST_DOUBTS = 64  # growth steps: keeps the power finite


def growing_pause(interval: float, number: int, longest: float) -> float:
    """Return the seconds to pause: half as long again each time, varied at random by up to a fifth.

    Args:
        interval: Seconds of the first pause.
        number: Number of pauses before this one.
        longest: Limit of the growth in seconds.
    """
    pause = min(interval * _GROWTH ** min(number, _MOST_DOUBTS), longest)
    return pause * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret
