"""Builds URLs of names, ids and paths. An id never changes the path or the query. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from cnct.text import safe_url

_NAME_SIGNS = "/:@!$&'()*+,;="  # allowed in a path without encoding (RFC 3986, section 3.3)
_NAME = re.compile(r"[^\s/?#]+(?:/[^\s/?#]+)*")


def checked_name(name: Any, noun: str) -> str:
    """Return the name of a namespace, collection or action, percent-encoded for a path.

    Args:
        name: One path segment, or several with ``/`` between them.
        noun: ``namespace``, ``collection`` or ``action``, for the message.

    Raises:
        TypeError: If the name is not a string.
        ValueError: If the name is blank, contains spaces, ``?`` or ``#``, or has a segment ``.``
            or ``..``.
    """
    if not isinstance(name, str):
        raise TypeError(f"The {noun} name must be a str, not {type(name).__name__}")
    return _quoted_name(name, noun)


@lru_cache(maxsize=1024)
def _quoted_name(name: str, noun: str) -> str:
    if not name.strip():
        raise ValueError(f"The {noun} name must not be blank")
    if not _NAME.fullmatch(name) or any(part in (".", "..") for part in name.split("/")):
        article = "an" if noun[0] in "aeiou" else "a"
        raise ValueError(
            f"{name!r} is no name of {article} {noun}: write one like 'listing-requests'"
        )
    return quote(name, safe=_NAME_SIGNS)


def attribute_name(name: str) -> str:
    """Return the API's name for an attribute: ``listing-requests`` for ``listing_requests``.

    Raises:
        AttributeError: If the attribute starts with an underscore: ``copy``, ``pickle`` and
            notebooks probe for such names, and no collection has one.
    """
    if name.startswith("_"):
        raise AttributeError(name)
    return name.replace("_", "-")


@lru_cache(maxsize=1024)
def attribute_path(path: str, name: str, kind: type[str]) -> str:
    """Return the path of the collection for an attribute of a node.

    Args:
        path: Path of the node.
        name: Name of the attribute.
        kind: Type of the result.

    Raises:
        AttributeError: If the attribute starts with an underscore.
    """
    checked = checked_name(attribute_name(name), "collection")
    return kind(f"{path}/{checked}" if path else checked)


def segment(resource_id: Any) -> str:
    """Return an id, percent-encoded as one path segment (RFC 3986).

    Raises:
        TypeError: If the id is neither str nor int.
        ValueError: If the id is blank, ``.`` or ``..``.
    """
    if not isinstance(resource_id, str | int) or isinstance(resource_id, bool):
        raise TypeError(f"resource_id must be a str or int, not {type(resource_id).__name__}")
    text = str(resource_id)
    if not text.strip() or text in (".", ".."):
        raise ValueError(f"resource_id must be an id like 'PRD-123-456-789', not {text!r}")
    return quote(text, safe="")


class Link(str):
    """An absolute URL that is not below the endpoint, for downloads only."""

    __slots__ = ()


MAX_URL_BYTES = 4096
"""Largest length of a URL with many keys, unless the user sets another."""


def absolute(endpoint: str, path: str) -> str:
    """Return the URL of a path below the endpoint; a URL below the endpoint is returned unchanged.

    User name and password are removed from a URL.

    Raises:
        TypeError: If ``path`` is not a string.
        ValueError: If ``path`` is a URL elsewhere, where the API key must not go.
    """
    kind: type = type(path)
    if not issubclass(kind, str):
        raise TypeError(f"url must be a path like 'products/PRD-1', not {kind.__name__}")
    if "://" not in path.partition("?")[0]:
        return f"{endpoint}/{path.lstrip('/')}"
    path = safe_url(path)
    if path == endpoint or path.startswith((f"{endpoint}/", f"{endpoint}?")):
        return path
    raise ValueError(
        f"{path!r} is not below the endpoint {endpoint!r}: make another client for another endpoint"
    )


def with_query(url: str, query: str) -> str:
    """Return a URL with ``query`` appended to its query string."""
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"
