"""Merges headers case-insensitively; the later mapping wins. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cnct.client._core.secret import SECRET_HEADERS
from cnct.text import Secret

# RFC 9110, sections 5.1 and 5.5
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?")


def check_mapping(name: str, headers: Any) -> None:
    """Refuse headers that are not a mapping.

    Args:
        name: Name of the argument, which starts the message.
        headers: The argument.

    Raises:
        TypeError: If the headers are not a mapping.
    """
    if not isinstance(headers, Mapping):
        kind = type(headers).__name__
        raise TypeError(f"{name} must be a dict like {{'X-Request-ID': '1'}}, not {kind}")


def merged(headers: Mapping[str, str], more: Mapping[str, Any] | None) -> dict[str, str]:
    """Return ``headers`` updated with ``more``, case-insensitively; ``None`` removes a header.

    The ``repr`` of a secret value is masked.

    Raises:
        TypeError: If a value is neither text nor bytes.
        ValueError: If HTTP does not allow a name or value. The messages leave out the value, which
            may be secret.
    """
    if not more:
        return dict(headers)
    check_mapping("headers", more)
    for name, value in more.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"A header name must be like 'X-Request-ID', not {name!r}")
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        if text is None:
            continue
        if not isinstance(text, str):
            kind = type(value).__name__
            raise TypeError(f"The header {name} must be of type str, not {kind}: write str(value)")
        if not _VALUE.fullmatch(text):
            raise ValueError(
                f"The header {name} must be one line of Latin-1 text without spaces around it"
            )
    replaced = {name.lower() for name in more}
    result = {name: value for name, value in headers.items() if name.lower() not in replaced}
    result.update({name: _hidden(name, value) for name, value in more.items() if value is not None})
    return result


def _hidden(name: str, value: str) -> str:
    """Return a secret value as text with a masked ``repr``."""
    is_secret = name.lower() in SECRET_HEADERS and type(value) is str
    return Secret(value) if is_secret else value
