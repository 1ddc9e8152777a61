"""Timeouts: one figure, or one to connect and one for everything else. No I/O."""

from __future__ import annotations

from typing import Any, cast

from cnct.client._core.arguments import checked_seconds

Timeout = float | tuple[float | None, float | None] | None
"""Seconds, 0 or more; ``None`` waits for ever."""


def as_pair(timeout: Any) -> tuple[Any, ...]:
    """Spell a timeout as a pair: to connect, and for everything else."""
    pair = cast("tuple[Any, ...]", timeout)
    return pair if isinstance(timeout, tuple) else (timeout, timeout)


def checked_timeout(timeout: Any) -> Timeout:
    """Return a timeout if it is one.

    Raises:
        TypeError: If it is neither a number, a pair of numbers, nor ``None``.
        ValueError: If a number is negative or NaN.
    """
    pair = as_pair(timeout)
    if len(pair) != 2:  # noqa: PLR2004 - a pair
        raise TypeError("timeout must be seconds, or a pair of them like (15.0, 180.0)")
    for seconds in pair:
        if seconds is not None:
            checked_seconds("timeout", seconds)
    checked: Timeout = timeout
    return checked
