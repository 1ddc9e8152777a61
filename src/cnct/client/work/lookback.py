"""Checks the time by which mirrors and watches read changes again. No I/O."""

from __future__ import annotations

from datetime import timedelta
from typing import Any


def checked_lookback(lookback: Any) -> timedelta:
    """Return a lookback as a ``timedelta``.

    Raises:
        TypeError: If the lookback is neither a number of seconds nor a ``timedelta``.
        ValueError: If the lookback is negative, infinite or NaN.
    """
    time = lookback
    if isinstance(lookback, int | float) and not isinstance(lookback, bool):
        try:
            time = timedelta(seconds=lookback)
        except (OverflowError, ValueError) as error:
            raise ValueError(f"lookback must be a time of some days, not {lookback}") from error
    if not isinstance(time, timedelta):
        raise TypeError(f"lookback must be seconds or a timedelta, not {type(lookback).__name__}")
    if time < timedelta(0):
        raise ValueError(f"lookback must be 0 seconds or more, not {lookback}")
    return time
