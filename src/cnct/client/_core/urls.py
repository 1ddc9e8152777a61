"""Names, ids and paths -> URLs. An id can never change the path or the query. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from cnct.text import safe_url

_NAME = re.compile(r"[^\s/?#]+(?:/[^\s/?#]+)*")


def checked_endpoint(endpoint: str) -> str:
    """Return an endpoint without its trailing slash.

    Raises:
        ValueError: If it is no absolute http(s) URL, or has a query or fragment.
    """
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(
            f"endpoint must be a URL like https://host/public/v1, not {safe_url(endpoint)!r}"
        )
    return endpoint.rstrip("/")


def checked_name(name: Any, what: str) -> str:
    """Return the name of a namespace, collection or action, ready for a path.

    Raises:
        TypeError: If it is not a string.
        ValueError: If it is blank, or has spaces, ``?`` or ``#``, or dots for a segment.
    """
    if not isinstance(name, str):
        raise TypeError(f"The {what} name must be a str, not {type(name).__name__}")
    return _quoted_name(name, what)


@lru_cache(maxsize=1024)
def _quoted_name(name: str, what: str) -> str:
    if not name.strip():
        raise ValueError(f"The {what} name must not be blank")
    if not _NAME.fullmatch(name) or any(part in (".", "..") for part in name.split("/")):
        raise ValueError(f"{name!r} is no {what} name: expected one like 'listing-requests'")
    return quote(name, safe="/")


def attribute_name(name: str) -> str:
    """Translate an attribute to the name in the API: ``listing_requests`` -> ``listing-requests``.

    Raises:
        AttributeError: If it starts with an underscore, so that ``copy``, ``pickle``, ``hasattr``
            and notebooks find no collection where they look for a protocol.
    """
    if name.startswith("_"):
        raise AttributeError(name)
    return name.replace("_", "-")


def segment(resource_id: Any) -> str:
    """Percent-encode an id as one path segment (RFC 3986).

    Raises:
        TypeError: If it is neither str nor int.
        ValueError: If it is blank, ``.`` or ``..``.
    """
    if not isinstance(resource_id, str | int) or isinstance(resource_id, bool):
        raise TypeError(f"resource_id must be a str or int, not {type(resource_id).__name__}")
    text = str(resource_id)
    if not text.strip() or text in (".", ".."):
        raise ValueError(f"resource_id must be an id like 'PRD-123-456-789', not {text!r}")
    return quote(text, safe="")


def absolute(endpoint: str, path: str) -> str:
    """Put a path under the endpoint; a URL under the endpoint is taken as it is.

    Raises:
        ValueError: If it is a URL of another place: the API key is not sent there.
    """
    if "://" not in path.partition("?")[0]:
        return f"{endpoint}/{path.lstrip('/')}"
    if path == endpoint or path.startswith((f"{endpoint}/", f"{endpoint}?")):
        return path
    raise ValueError(f"{safe_url(path)!r} is not under the endpoint {endpoint!r}")


def with_query(url: str, query: str) -> str:
    """Append to the query string of a URL."""
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"
