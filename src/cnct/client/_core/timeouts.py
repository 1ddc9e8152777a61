"""Timeouts: one number of seconds, or a pair: to connect, and for the rest. No I/O."""

from __future__ import annotations

from typing import Any, cast

from cnct.client._core.arguments import checked_seconds

Timeout = float | tuple[float | None, float | None] | None
"""Seconds, 0 or more; ``None`` waits without limit."""


def as_pair(timeout: Any) -> tuple[Any, ...]:
    """Return a timeout as a pair of seconds: to connect, and for everything else."""
    pair = cast("tuple[Any, ...]", timeout)
    return pair if isinstance(timeout, tuple) else (timeout, timeout)


def checked_timeout(timeout: Any) -> Timeout:
    """Return ``timeout`` unchanged if it is valid.

    Raises:
        TypeError: If ``timeout`` is neither a number, a pair of numbers, nor ``None``.
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
