"""Translates errors of httpx into those of httpx2, which the clients understand. Does no I/O."""

from __future__ import annotations

from typing import Any


def as_httpx2(error: Exception) -> Exception:
    """Return the error of httpx2 for one of httpx, found by the name; any other stays as it is.

    Args:
        error: An error, such as ``httpx.ReadTimeout``.
    """
    import httpx2  # noqa: PLC0415 - slow import

    if not type(error).__module__.startswith("httpx"):
        return error
    names = (kind.__name__ for kind in type(error).__mro__)
    kinds: list[Any] = [kind for name in names if (kind := getattr(httpx2, name, None))]
    return kinds[0](str(error)) if kinds else error
