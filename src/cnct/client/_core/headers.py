"""Headers of HTTP: whose wins. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping

# What may be sent (RFC 9110, sections 5.1 and 5.5).
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?")


def merged(headers: Mapping[str, str], more: Mapping[str, str | None] | None) -> dict[str, str]:
    """Put headers over others, in any letter case; ``None`` takes one away.

    Raises:
        ValueError: If one cannot be sent. Its value is not told: it may be secret.
    """
    if not more:
        return dict(headers)
    for name, value in more.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"A header must have a name like X-Request-ID, not {name!r}")
        if isinstance(value, str) and not _VALUE.fullmatch(value):
            raise ValueError(
                f"The header {name} must be one line of Latin-1 text without spaces around it"
            )
    given = {name.lower() for name in more}
    both = {name: value for name, value in headers.items() if name.lower() not in given}
    both.update({name: value for name, value in more.items() if value is not None})
    return both
