"""Headers of HTTP: whose wins. No I/O."""

from __future__ import annotations

from collections.abc import Mapping


def merged(headers: Mapping[str, str], more: Mapping[str, str | None] | None) -> dict[str, str]:
    """Put headers over others, in any letter case; ``None`` takes one away."""
    if not more:
        return dict(headers)
    given = {name.lower() for name in more}
    both = {name: value for name, value in headers.items() if name.lower() not in given}
    both.update({name: value for name, value in more.items() if value is not None})
    return both
