"""Checks the form of an API key. Imports only `cnct.text`; no message shows a part of the key."""

from __future__ import annotations

import re
from typing import Any

from cnct.text import MASK, Secret, late_pattern

_EXAMPLE = "'ApiKey SU-000-000-000:secret'"
_LIKE_A_KEY = late_pattern(r"\bApiKey\b|\bS[A-Z]-[\w-]+:", re.IGNORECASE)
_BARE = late_pattern(r"S[A-Z]-[\w-]+:\S+", re.IGNORECASE)
_USER = late_pattern(r"ApiKey (S[A-Z]-[\w-]+):")
_QUOTES = "\"'`"


def check_api_key(kind: type[Any], api_key: Secret, source: str = "api_key") -> None:
    """Refuse a key that is certainly wrong; any other text is accepted.

    Args:
        kind: The type of the argument, before it became a `Secret`.
        api_key: The key.
        source: Name of the argument or setting, which starts the message.

    Raises:
        TypeError: If the key is no text.
        ValueError: If the key is blank, has spaces around, is in quotes, cannot be sent as a
            header, or is one of Connect's keys without the prefix ``ApiKey``.
    """
    if not issubclass(kind, str):
        raise TypeError(f"{source} must be a str like {_EXAMPLE}")
    problem = key_problem(api_key)
    if problem:
        raise ValueError(f"{source} {problem}")


def is_like_key(text: str) -> bool:
    """Return whether a text contains an API key, perhaps passed as the wrong argument."""
    return bool(_LIKE_A_KEY.search(text))


def without_key(text: str) -> str:
    """Return a user's text for a message, masked if it looks like an API key."""
    return MASK if is_like_key(text) else text


def user_of(key: str) -> str:
    """Return the id of a key's user, which is no secret; empty text for other keys than Connect's.

    Examples:
        >>> user_of("ApiKey SU-000-000-000:secret")
        'SU-000-000-000'
    """
    match = _USER.match(key)
    return match[1] if match else ""


def key_problem(key: str) -> str:
    """Return the end of a sentence about a wrong key; empty text for a possible key.

    Tests use keys of their own, so that any text passes except one of Connect's keys without
    ``ApiKey``, a quoted text, and white space around a key.
    """
    text = key.strip()
    if not text:
        return f"is blank: write a key like {_EXAMPLE}"
    if text != key:
        return "begins or ends with white space: leave it out"
    bare = text.removeprefix("ApiKey ")
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in _QUOTES:
        return "is in quotes, which are no part of a key: leave them out"
    if not text.isprintable() or not text.isascii():
        return f"must be printable ASCII like {_EXAMPLE}"
    if bare == text and _BARE.fullmatch(text):
        return f"begins without 'ApiKey ': write it like {_EXAMPLE}"
    return ""
