"""Checks the limits of calls: timeouts, deadlines and the size of responses. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any, cast

from cnct.client._core.arguments import checked_int, checked_seconds
from cnct.client._core.messages import Limits

Timeout = float | tuple[float | None, float | None] | None
"""Seconds, 0 or more, to connect and for the rest; ``None`` waits without limit."""


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


def check_timeout_of(arguments: Mapping[str, Any]) -> None:
    """Check the timeout among the arguments of a call; a ``Timeout`` of urllib3 is valid.

    Raises:
        TypeError: If the timeout is of the wrong type.
        ValueError: If a number is negative or NaN.
    """
    if "timeout" in arguments and not hasattr(arguments["timeout"], "connect_timeout"):
        checked_timeout(arguments["timeout"])


def checked_deadline(deadline: Any) -> float | None:
    """Return a deadline in seconds, ``None`` for no limit.

    Raises:
        TypeError: If ``deadline`` is neither a number nor ``None``.
        ValueError: If ``deadline`` is negative or NaN.
    """
    if deadline is None:
        return None
    seconds = checked_seconds("deadline", deadline)
    return None if seconds == inf else seconds


def checked_max_answer(max_answer: Any) -> int | None:
    """Return ``max_answer`` unchanged if it is valid.

    Raises:
        TypeError: If ``max_answer`` is neither an int nor ``None``.
        ValueError: If ``max_answer`` is negative.
    """
    return None if max_answer is None else checked_int("max_answer", max_answer, 0)


def limits_of(kwargs: dict[str, Any], deadline: float | None, max_answer: int | None) -> Limits:
    """Return the limits of a call, and check its timeout.

    Args:
        kwargs: Arguments of the call. ``deadline`` and ``max_answer`` are removed: the HTTP
            libraries have none.
        deadline: That of the client.
        max_answer: That of the client.

    Raises:
        TypeError: If a limit or the timeout is of the wrong type.
        ValueError: If one is negative or NaN.
    """
    check_timeout_of(kwargs)
    if "deadline" in kwargs:
        deadline = checked_deadline(kwargs.pop("deadline"))
    if "max_answer" in kwargs:
        max_answer = checked_max_answer(kwargs.pop("max_answer"))
    return Limits(deadline, None, max_answer)
