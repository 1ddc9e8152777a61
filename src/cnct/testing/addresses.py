"""Parses URLs into parts that mocks compare: lower-case host, decoded path segments. No I/O."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_PORTS = {"http": 80, "https": 443}


class Address(NamedTuple):
    """A parsed URL.

    Attributes:
        origin: Scheme, host and port.
        path: Decoded segments of the path.
        query: Query string as sent.
    """

    origin: tuple[str, str, int | None]
    path: tuple[str, ...]
    query: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Parse a URL; the default port of its scheme is filled in."""
        parts = urlsplit(url)
        origin = (parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme))
        return cls(origin, segments(parts.path)[1:], parts.query)

    def is_below(self, base: Address) -> bool:
        """Return whether the path is that of ``base`` or one below, on the same origin."""
        return self.origin == base.origin and self.path[: len(base.path)] == base.path


def segments(path: str) -> tuple[str, ...]:
    """Split a path at its slashes and decode the segments, which may contain encoded slashes."""
    return tuple(unquote(segment) for segment in path.split("/"))
