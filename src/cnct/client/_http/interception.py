"""Interceptors, which respond to requests in place of the network, for tests; and recorders.

Does no I/O. The stack belongs to the process, since a program under test may send from any thread
or task.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Protocol

from cnct.client._core.messages import Tape


class WireRequest:
    """A request as sent on the wire."""

    __slots__ = ("body", "headers", "method", "url")

    def __init__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body

    def __repr__(self) -> str:
        """Show method and URL, without the headers: they contain the API key."""
        return f"<WireRequest {self.method} {self.url}>"


class WireResponse:
    """A response as received on the wire; drivers convert this to a class of the HTTP library."""

    __slots__ = ("content", "headers", "status_code")

    def __init__(self, status_code: int, headers: Mapping[str, str], content: bytes) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content


class Interceptor(Protocol):
    """Responds to the requests for some URLs."""

    def covers(self, url: str) -> bool:
        """Return whether requests for a URL are intercepted."""
        ...

    def respond(self, request: WireRequest) -> WireResponse:
        """Return the response to a request, or raise an error in place of the HTTP library's."""
        ...


class Recorder(ABC):
    """Records the requests for some URLs, which go to the network."""

    @abstractmethod
    def covers(self, url: str) -> bool:
        """Return whether requests for a URL are recorded."""

    @abstractmethod
    def begin(self, request: WireRequest) -> Tape:
        """Record a request, and return the tape for the response."""


_stack: list[Interceptor | Recorder] = []


def add_interceptor(interceptor: Interceptor | Recorder) -> None:
    """Activate an interceptor or recorder, with precedence over the active ones."""
    _stack.append(interceptor)


def remove_interceptor(interceptor: Interceptor | Recorder) -> None:
    """Remove an interceptor from any place in the stack; an inactive one is ignored."""
    _stack[:] = [other for other in _stack if other is not interceptor]


def active_interceptors() -> list[Interceptor | Recorder]:
    """Return the active interceptors and recorders, the latest first."""
    return _stack[::-1]


def is_under_test(url: str) -> bool:
    """Return whether requests for a URL are intercepted or recorded."""
    return _latest(url) is not None


def interceptor_of(url: str) -> Interceptor | None:
    """Return the latest interceptor that covers a URL; outside of tests, ``None``.

    A later recorder has precedence: the requests go to the network.
    """
    latest = _latest(url)
    return None if isinstance(latest, Recorder) else latest


def recorder_of(url: str) -> Recorder | None:
    """Return the recorder that covers a URL, unless a later interceptor responds to it."""
    latest = _latest(url)
    return latest if isinstance(latest, Recorder) else None


def _latest(url: str) -> Interceptor | Recorder | None:
    return next((member for member in reversed(_stack) if member.covers(url)), None)
