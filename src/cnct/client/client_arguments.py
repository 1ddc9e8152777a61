"""Checks the arguments of clients. No I/O, but for the existence of certificate files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from cnct.api_keys import check_api_key
from cnct.client._core.headers import check_mapping
from cnct.client._core.retry import RetryPolicy
from cnct.client.left_out import LeftOut
from cnct.text import Secret

if TYPE_CHECKING:
    from cnct.client._core.movable_clock import MovableClock


def hidden(api_key: Any) -> Any:
    """Return an argument ``api_key`` as a text with a masked ``repr``; never raises an error."""
    return api_key if api_key is None or isinstance(api_key, LeftOut) else Secret(api_key)


def checked_key(kind: type[Any], api_key: Any) -> Secret | None:
    """Return a hidden API key if it can be sent, or ``None``.

    Args:
        kind: Type of the argument.
        api_key: The argument, hidden.

    Raises:
        TypeError: If the argument is neither a str nor ``None``.
        ValueError: If the key cannot be right.
    """
    if api_key is None or isinstance(api_key, LeftOut):
        return None
    check_api_key(kind, api_key)
    checked: Secret = api_key
    return checked


def refuse(kind: type[Exception], name: str, expected: str) -> NoReturn:
    """Raise an error about an argument."""
    raise kind(f"{name} must be {expected}")


def checked_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Return a copy of the default headers.

    Raises:
        TypeError: If the headers are not a mapping.
        ValueError: If the headers contain Authorization.
    """
    check_mapping("default_headers", headers or {})
    result = dict(headers or {})
    if any(name.lower() == "authorization" for name in result):
        raise ValueError("default_headers must not contain Authorization: use api_key")
    return result


def checked_location(location: Any) -> str | Path | None:
    """Return the location of a document unchanged if it is valid.

    Raises:
        TypeError: If the location is neither a str, a path, nor ``None``.
        ValueError: If it is blank.
    """
    if location is None or isinstance(location, Path):
        return location
    if not isinstance(location, str):
        refuse(TypeError, "specs_location", "a path or a URL")
    if not location.strip():
        refuse(ValueError, "specs_location", "a path or a URL, not blank")
    return location


def checked_profile(profile: Any) -> str | None:
    """Return the name of a profile unchanged if it is one, or ``None``.

    Raises:
        TypeError: If the name is not a str.
        ValueError: If it is blank.
    """
    if profile is not None and not isinstance(profile, str):
        refuse(TypeError, "profile", "the name of a profile")
    if profile is not None and not profile.strip():
        refuse(ValueError, "profile", "the name of a profile, not blank")
    return profile


def checked_clock(clock: Any) -> MovableClock | None:
    """Return ``clock`` unchanged if it can be moved, or ``None``.

    Raises:
        TypeError: If it is not a clock.
    """
    if clock is not None and not (hasattr(clock, "now") and hasattr(clock, "advance")):
        refuse(TypeError, "clock", "a clock with the methods now and advance, as the emulator's")
    checked: MovableClock | None = clock
    return checked


def checked_logger(logger: Any) -> Any:
    """Return ``logger`` unchanged if it can receive requests and responses, or ``None``.

    Raises:
        TypeError: If it is anything else, such as a logger of ``logging``.
    """
    if logger is not None and not (
        hasattr(logger, "log_request") and hasattr(logger, "log_response")
    ):
        expected = "a RequestLogger(), or have its methods; logging has all calls as 'cnct.http'"
        refuse(TypeError, "logger", expected)
    return logger


def checked_policy(retry: Any) -> RetryPolicy:
    """Return the rules for retries, by default the usual ones.

    Raises:
        TypeError: If ``retry`` is neither a `RetryPolicy` nor ``None``.
    """
    if retry is None:
        return RetryPolicy()
    if not isinstance(retry, RetryPolicy):
        refuse(TypeError, "retry", "a RetryPolicy")
    return retry
