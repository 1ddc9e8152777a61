"""RQL text <-> the query string of a URL.

The server unquotes the whole query string once and then parses it (RQL.md section 2): percent
signs protect nothing, ``+`` is a plus, and spaces travel as ``%20``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote

from cnct.exceptions import RQLError

# Left as they are by requests and httpx2 both, so that each sends the same bytes.
_SAFE = "!$&'()*+,/:;=?@"


def to_wire(text: str) -> str:
    """Percent-encode RQL text; what the server decodes is this text to the letter.

    Raises:
        RQLError: If the text has lone surrogates, which UTF-8 cannot carry.
    """
    try:
        return quote(text, safe=_SAFE)
    except UnicodeEncodeError as error:
        raise RQLError(f"A URL cannot carry lone surrogates: {text!r}") from error


def from_wire(query: str) -> str:
    """Decode a raw query string as the server does; invalid escapes stay as they are."""
    return unquote(query)


def params_to_wire(params: Any) -> str:
    """Write the ``params`` of a call as requests and httpx2 take them, in one way for both.

    Args:
        params: A str or bytes (taken as it is), a mapping, or pairs; a value may be a list, and
            ``None`` values are left out. ``&``, ``=`` and commas in names and values are encoded,
            which for the server changes nothing (RQL.md section 2): filters belong in ``filter()``.
    """
    if isinstance(params, bytes):
        return params.decode()
    if isinstance(params, str):
        return params
    pairs: Iterable[tuple[Any, Any]] = params.items() if hasattr(params, "items") else params
    return "&".join(
        f"{quote(str(name), safe='')}={quote(_plain(item), safe='')}"
        for name, value in pairs
        for item in _each(value)
        if item is not None
    )


def _each(value: Any) -> Iterable[Any]:
    return [*value] if isinstance(value, list | tuple) else [value]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
