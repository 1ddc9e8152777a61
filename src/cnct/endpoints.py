"""The default endpoint, and the check and comparison of endpoints. Imports only `cnct.text`."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from cnct.text import safe_url

# The first of ``servers`` in Connect's OpenAPI document, version 37.0.
DEFAULT_ENDPOINT: Final = "https://api.connect.cloudblue.com/public/v1"

_PORTS = {"http": 80, "https": 443}


def checked_endpoint(endpoint: str) -> str:
    """Return an endpoint without its trailing slash, and without user name and password.

    The API key is the only credential that is sent.

    Raises:
        ValueError: If the endpoint is no absolute http(s) URL, or has a query or fragment.
    """
    try:
        parts = urlsplit(endpoint)
        has_host = bool(parts.hostname) and parts.port != 0  # a wrong port is a ValueError
    except ValueError:
        has_host = False
    if not has_host or parts.scheme not in _PORTS or parts.query or parts.fragment:
        raise ValueError(
            f"endpoint must be a URL like https://host/public/v1, not {safe_url(endpoint)!r}"
        )
    return safe_url(endpoint).rstrip("/")


def is_same_endpoint(one: str, other: str) -> bool:
    """Return whether two valid endpoints are the same place, whatever their spelling."""
    return _place(one) == _place(other)


def _place(endpoint: str) -> tuple[str, str | None, int | None, str]:
    parts = urlsplit(endpoint)
    port = parts.port or _PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")
