"""URLs as mocks compare them: host names in any letter case, path segments decoded. No I/O."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_PORTS = {"http": 80, "https": 443}


class Address(NamedTuple):
    """Where a URL points to."""

    origin: tuple[str, str, int | None]
    path: tuple[str, ...]
    query: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Take a URL apart."""
        parts = urlsplit(url)
        origin = (parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme))
        return cls(origin, segments(parts.path)[1:], parts.query)

    def is_below(self, base: Address) -> bool:
        """Tell whether this is ``base`` or a path under it."""
        return self.origin == base.origin and self.path[: len(base.path)] == base.path


def segments(path: str) -> tuple[str, ...]:
    """Split a path at its slashes; an encoded slash is part of a segment."""
    return tuple(unquote(segment) for segment in path.split("/"))
