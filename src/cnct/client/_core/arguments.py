"""Checks of arguments that several classes take. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def checked_int(name: str, value: Any, least: int) -> int:
    """Return ``value`` if it is an int of at least ``least`` and not a bool.

    Args:
        name: Name of the argument, which starts the message.
        value: Value of the argument.
        least: Smallest value allowed.

    Raises:
        TypeError: If ``value`` is not an int.
        ValueError: If ``value`` is less than ``least``.
    """
    if type(value) is not int and (not isinstance(value, int) or isinstance(value, bool)):
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


_NEAR = 0.75  # similarity of names, from 0 to 1
_BOTH = frozenset(
    {"headers", "json", "data", "files", "content", "timeout", "auth", "follow_redirects"}
)
CALL_ARGUMENTS = {
    "requests": _BOTH
    | {"allow_redirects", "verify", "cert", "proxies", "hooks", "cookies", "stream"},
    "httpx2": _BOTH | {"allow_redirects"},
}
"""Names of the keyword arguments of a call, apart from ``params``, by HTTP library."""


def check_call_arguments(client: Any, method: str, kwargs: Mapping[str, Any], library: str) -> None:
    """Refuse keyword arguments that the HTTP library does not have.

    Most likely they are fields of the resource, or conditions.

    Args:
        client: The client. With a replaced ``_execute_http_call``, any argument may be valid.
        method: HTTP method.
        kwargs: Arguments of the call.
        library: Name of the HTTP library.

    Raises:
        TypeError: If there is such an argument.
    """
    names = sorted(kwargs.keys() - CALL_ARGUMENTS[library])
    if not names or not client._execute_http_call.__module__.startswith("cnct.client"):
        return
    arguments = ", ".join(sorted(CALL_ARGUMENTS[library] | {"params"}))
    if names[0] in CALL_ARGUMENTS["requests"]:
        raise TypeError(f"{names[0]!r} is no argument of an async call: use {arguments}")
    members = ", ".join(f"{name!r}: ..." for name in names)
    conditions = ", ".join(f"{name}=..." for name in names)
    remedy = f"filter({conditions}) or params={{{members}}}"
    remedy = remedy if method.upper() == "GET" else f"payload={{{members}}}"
    from difflib import get_close_matches  # noqa: PLC0415 - only mistakes need it

    near = get_close_matches(names[0], CALL_ARGUMENTS[library], 1, _NEAR)
    remedy = f"{near[0]}=..., or {remedy}" if near else remedy
    raise TypeError(f"A call takes no argument {names[0]!r}: write {remedy}, or use {arguments}")
