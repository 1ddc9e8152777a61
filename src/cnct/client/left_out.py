"""Default values of arguments that settings may replace. They compare and print as plain values.

A passed argument overrides every setting, even if equal to the default.
"""

from __future__ import annotations

from typing import Any, Final


class LeftOut:
    """Base of the default values."""

    __slots__ = ()


class _LeftOutInt(LeftOut, int):
    pass


class _LeftOutPair(LeftOut, tuple[float, float]):
    __slots__ = ()


class _LookedUp(LeftOut, str):
    __slots__ = ()

    def __repr__(self) -> str:
        """Return a description, which signatures show as the default."""
        return "<looked up>"


class _Kept:
    __slots__ = ()

    def __repr__(self) -> str:
        """Return a description, which signatures show as the default."""
        return "<unchanged>"


LOOKED_UP: Final[str] = _LookedUp()
TIMEOUT: Final[tuple[float, float]] = _LeftOutPair((15.0, 180.0))
MAX_RETRIES: Final[int] = _LeftOutInt(0)
CONCURRENCY: Final[int] = _LeftOutInt(1)
KEPT: Final[Any] = _Kept()
"""Default of an option that a copy keeps."""


def plain(value: Any) -> Any:
    """Return a default as an ordinary value; any other value unchanged."""
    if isinstance(value, _LeftOutInt):
        return int(value)
    return tuple(value) if isinstance(value, _LeftOutPair) else value
