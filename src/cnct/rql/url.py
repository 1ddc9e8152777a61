"""Encodes RQL for the query string of a URL, and decodes it.

The server decodes the whole query string once, then parses it (docs/rql.md, "URL layer"): an escape
protects no character, ``+`` is a plus sign, and spaces travel as ``%20``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote

from cnct.exceptions import RQLError

# Neither requests nor httpx2 encodes these, so that both send the same bytes.
_SAFE = "!$&'()*+,/:;=?@"


def to_wire(text: str) -> str:
    """Return RQL text percent-encoded, so that the server decodes exactly this text.

    Raises:
        RQLError: If the text has lone surrogates, which UTF-8 cannot carry.
    """
    try:
        return quote(text, safe=_SAFE)
    except UnicodeEncodeError as error:
        raise RQLError(
            f"{text!r} has lone surrogates, which a URL cannot carry: remove or replace them"
        ) from error


def from_wire(query: str) -> str:
    """Return a raw query string decoded as on the server; invalid escapes stay unchanged."""
    return unquote(query)


def params_to_wire(params: Any) -> str:
    """Return the ``params`` of a call as a query string, the same for requests and httpx2.

    Args:
        params: A str or bytes, used unchanged; or a mapping or pairs, in which a value may be a
            list and ``None`` is left out. Names and values are percent-encoded, which does not
            keep the server from reading RQL in them (docs/rql.md, "URL layer"): pass filters to
            ``filter()``.
    """
    if isinstance(params, bytes):
        return params.decode()
    if isinstance(params, str):
        return params
    pairs: Iterable[tuple[Any, Any]] = params.items() if hasattr(params, "items") else params
    return "&".join(
        f"{quote(str(name), safe='')}={quote(_plain(item), safe='')}"
        for name, value in pairs
        for item in _items(value)
        if item is not None
    )


def _items(value: Any) -> Iterable[Any]:
    return [*value] if isinstance(value, list | tuple) else [value]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
