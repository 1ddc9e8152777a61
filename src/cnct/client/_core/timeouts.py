"""Timeouts: one figure, or one to connect and one for everything else. No I/O."""

from __future__ import annotations

from typing import Any, cast

Timeout = float | tuple[float | None, float | None] | None
"""Seconds, 0 or more; ``None`` waits for ever."""


def as_pair(timeout: Any) -> tuple[Any, ...]:
    """Spell a timeout as a pair: to connect, and for everything else."""
    pair = cast("tuple[Any, ...]", timeout)
    return pair if isinstance(timeout, tuple) else (timeout, timeout)


def checked_timeout(timeout: Any) -> Timeout:
    """Check a timeout.

    Raises:
        TypeError: If it is neither a number, a pair of them, nor ``None``.
        ValueError: If a figure is negative.
    """
    expected = "timeout must be seconds, 0 or more, or a pair of them like (15.0, 180.0)"
    pair = as_pair(timeout)
    if len(pair) != 2:  # noqa: PLR2004 - a pair
        raise TypeError(expected)
    for figure in pair:
        if isinstance(figure, bool) or not isinstance(figure, int | float | None):
            raise TypeError(expected)
        if figure is not None and not figure >= 0:
            raise ValueError(expected)
    checked: Timeout = timeout
    return checked
