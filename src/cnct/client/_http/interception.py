"""Interceptors, which respond to requests in place of the network, for tests. Does no I/O.

The stack belongs to the process, since a program under test may send from any thread or task.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class WireRequest(NamedTuple):
    """A request as sent on the wire."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        """Show method and URL, without the headers: they contain the API key."""
        return f"<WireRequest {self.method} {self.url}>"


class WireResponse(NamedTuple):
    """A response as received on the wire; drivers convert this to a class of the HTTP library."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class Interceptor(Protocol):
    """Responds to the requests for some URLs."""

    def covers(self, url: str) -> bool:
        """Return whether requests for a URL are intercepted."""
        ...

    def respond(self, request: WireRequest) -> WireResponse:
        """Return the response to a request, or raise an error in place of the HTTP library's."""
        ...


_stack: list[Interceptor] = []


def add_interceptor(interceptor: Interceptor) -> None:
    """Activate an interceptor, with precedence over the active ones."""
    _stack.append(interceptor)


def remove_interceptor(interceptor: Interceptor) -> None:
    """Remove an interceptor from any place in the stack; an inactive one is ignored."""
    _stack[:] = [other for other in _stack if other is not interceptor]


def active_interceptors() -> list[Interceptor]:
    """Return the active interceptors, the latest first."""
    return _stack[::-1]


def interceptor_of(url: str) -> Interceptor | None:
    """Return the latest interceptor that covers a URL; outside of tests, ``None``."""
    return next((interceptor for interceptor in reversed(_stack) if interceptor.covers(url)), None)
