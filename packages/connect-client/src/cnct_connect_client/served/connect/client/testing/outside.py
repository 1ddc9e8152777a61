"""The mocker of `responses`, for calls that a program makes beside those of its client."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

from cnct.testing.mocks import Pattern

_lock = threading.Lock()
_starts = 0


@cache
def mocker() -> Any:
    """Return the one mocker, which runs while a mocker of a client does.

    Raises:
        ImportError: If `responses` is not installed.
    """
    return import_module("responses").RequestsMock()


def has_mock(url: str) -> bool:
    """Return whether the mocker runs and has a mock for a URL, whichever query that has."""
    return _starts > 0 and any(_is_for(mock.url, url) for mock in mocker().registered())


def _is_for(pattern: Pattern, url: str) -> bool:
    if isinstance(pattern, str):
        return pattern.partition("?")[0] == url.partition("?")[0]
    return pattern.match(url) is not None


def start(exclude: Iterable[Pattern]) -> None:
    """Start the mocker of `responses`, if that is installed."""
    global _starts  # noqa: PLW0603 - counts the mockers of clients that run
    try:
        outside = mocker()
    except ImportError:
        return
    with _lock:
        for pattern in exclude:
            outside.add_passthru(pattern)
        if not _starts:
            outside.start()
        _starts += 1


def stop(success: bool) -> None:
    """Stop the mocker with the last mocker of a client.

    Args:
        success: Whether a mock without a call is an error.

    Raises:
        AssertionError: If a mock was not called.
    """
    global _starts  # noqa: PLW0603 - counts the mockers of clients that run
    with _lock:
        if not _starts:
            return
        _starts -= 1
        if _starts:
            return
        try:
            mocker().stop(allow_assert=success)
        finally:
            mocker().reset()
