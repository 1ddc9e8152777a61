"""Checks of arguments that several classes take. No I/O."""

from __future__ import annotations

from typing import Any


def checked_int(name: str, value: Any, least: int) -> int:
    """Return ``value`` if it is an int of at least ``least``; a bool is no int.

    Args:
        name: Name of the argument, which starts the message.
        value: Value of the argument.
        least: Smallest value allowed.

    Raises:
        TypeError: If ``value`` is not an int.
        ValueError: If ``value`` is less than ``least``.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")
    return value


def checked_seconds(name: str, value: Any) -> float:
    """Return a number of seconds as a float.

    Args:
        name: Name of the argument, which starts the message.
        value: Value of the argument.

    Raises:
        TypeError: If ``value`` is neither an int nor a float.
        ValueError: If ``value`` is negative or NaN.
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number of seconds, not {type(value).__name__}")
    if not value >= 0:
        raise ValueError(f"{name} must be 0 seconds or more, not {value}")
    return float(value)


def checked_bool(name: str, value: Any) -> bool:
    """Return ``value`` if it is a bool.

    Args:
        name: Name of the argument, which starts the message.
        value: Value of the argument.

    Raises:
        TypeError: If ``value`` is not a bool.
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return value
