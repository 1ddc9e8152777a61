"""Types and checks the arguments that transfers share with every call. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from cnct.client._core.timeouts import Timeout, check_timeout_of
from cnct.text import listed


class CallOptions(TypedDict, total=False):
    """Keyword arguments of every call, as for `ConnectClient.execute`."""

    headers: Mapping[str, Any] | None
    params: Any
    timeout: Timeout
    deadline: float | None
    max_answer: int | None
    auth: Any
    follow_redirects: bool
    allow_redirects: bool
    # Of requests alone
    cookies: Any
    verify: Any
    cert: Any
    proxies: Any
    hooks: Any
    stream: bool


def check_call(function: str, arguments: Mapping[str, Any], own: Iterable[str]) -> None:
    """Refuse arguments that are neither those of every call nor the function's own.

    Args:
        function: Name of the function, for the message.
        arguments: The arguments.
        own: Names of the function's own arguments.

    Raises:
        TypeError: If there is such an argument, or the timeout is of the wrong type.
        ValueError: If the timeout is negative or NaN.
    """
    names = sorted(own)
    others = sorted(arguments.keys() - {*names, *CallOptions.__annotations__})
    if others:
        raise TypeError(
            f"{function}() takes no argument {others[0]!r}: use {listed(names)}, or an argument of"
            " every call, such as headers or timeout"
        )
    check_timeout_of(arguments)
