"""Translates errors of httpx into those of httpx2, which the clients understand. Does no I/O."""

from __future__ import annotations

from typing import Any


def as_httpx2(error: Exception) -> Exception:
    """Return the error of httpx2 for one of httpx, by the name of the class.

    Args:
        error: An error of httpx, such as ``httpx.ReadTimeout``, or of a class derived from one.
    """
    import httpx2  # noqa: PLC0415 - slow import

    kinds = (kind for kind in type(error).__mro__ if kind.__module__.partition(".")[0] == "httpx")
    names = (kind.__name__ for kind in kinds)
    name = next(name for name in names if name != "HTTPStatusError")  # which needs a response
    kind: Any = getattr(httpx2, name)
    translated: Exception = kind(str(error))
    return translated
