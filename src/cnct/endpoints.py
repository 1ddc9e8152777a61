"""The default endpoint, and the check and comparison of endpoints. Imports only the ground."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from cnct.api_keys import is_like_key
from cnct.text import safe_url

# The first of ``servers`` in Connect's OpenAPI document, version 37.0.
DEFAULT_ENDPOINT: Final = "https://api.connect.cloudblue.com/public/v1"

_PORTS = {"http": 80, "https": 443}


def checked_endpoint(endpoint: object) -> str:
    """Return an endpoint without its trailing slash, and without user name and password.

    The API key is the only credential that is sent.

    Raises:
        TypeError: If the endpoint is no text.
        ValueError: If the endpoint is not an absolute http(s) URL, or has white space, a query or a
            fragment. The message repeats no text that may be an API key.
    """
    example = "a URL like https://host/public/v1"
    if not isinstance(endpoint, str):
        raise TypeError(f"endpoint must be {example}, not {type(endpoint).__name__}")
    if not _is_endpoint(endpoint):
        if is_like_key(endpoint):
            raise ValueError(f"endpoint looks like an API key: write the key first, then {example}")
        raise ValueError(f"endpoint must be {example}, not {safe_url(endpoint)!r}")
    return safe_url(endpoint).rstrip("/")


def _is_endpoint(text: str) -> bool:
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and parts.port != 0  # a wrong port is a ValueError
    except ValueError:
        return False
    has_more = bool(parts.query or parts.fragment or re.search(r"\s", text))
    return has_host and parts.scheme in _PORTS and not has_more


def is_same_endpoint(one: str, other: str) -> bool:
    """Return whether two valid endpoints are equal after normalization."""
    return _place(one) == _place(other)


def _place(endpoint: str) -> tuple[str, str | None, int | None, str]:
    parts = urlsplit(endpoint)
    port = parts.port or _PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")
