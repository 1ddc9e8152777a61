"""The URLs whose calls belong to a cassette. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cnct.testing.cassettes.whereabouts import is_of_other_account

Pattern = str | re.Pattern[str]


class Coverage:
    """The URLs of a cassette: all, or those of one account and of hosts that are no account's.

    Args:
        endpoint: Endpoint of the account; empty for any.
        exclude: Beginnings and patterns of URLs whose calls go to the network unrecorded.

    Attributes:
        endpoint: As passed.
    """

    def __init__(self, endpoint: str = "", exclude: Iterable[Pattern] = ()) -> None:
        self.endpoint = endpoint
        self.exclude = tuple(exclude)

    def includes(self, url: str) -> bool:
        """Return whether a URL belongs to the cassette."""
        if is_of_other_account(url, self.endpoint):
            return False
        return not any(
            url.startswith(pattern) if isinstance(pattern, str) else pattern.match(url)
            for pattern in self.exclude
        )


def checked_exclude(exclude: Any) -> tuple[Pattern, ...]:
    """Return the patterns of URLs to exclude.

    Raises:
        TypeError: If one is neither a text nor a compiled pattern.
        ValueError: If one is an empty text, with which every URL begins.
    """
    several: Any = () if exclude is None else exclude
    is_several = hasattr(several, "__iter__") and not isinstance(several, str | bytes)
    patterns: list[Any] = list(several) if is_several else [several]
    if "" in patterns:
        raise ValueError("exclude has an empty text, with which every URL begins: leave it out")
    for kind in map(type, patterns):
        if not issubclass(kind, str | re.Pattern):
            name = kind.__name__
            raise TypeError(f"exclude must be beginnings of URLs or compiled patterns, not {name}")
    return tuple(patterns)
