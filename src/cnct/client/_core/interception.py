"""Who answers calls instead of the network, for tests: a stack that the drivers ask. No I/O.

One stack for the process, not for a thread or task: a program under test may call from any.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Call(NamedTuple):
    """A request as it would go on the wire."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        """Show method and URL; the headers have the API key."""
        return f"<Call {self.method} {self.url}>"


class Answer(NamedTuple):
    """An answer as it would come from the wire; the driver makes its library's response of it."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class Interceptor(Protocol):
    """Answers the calls to some URLs."""

    def covers(self, url: str) -> bool:
        """Tell whether calls to this URL are answered here, so that none reaches the network."""
        ...

    def answer(self, call: Call) -> Answer:
        """Answer a call, or raise what sending it shall raise."""
        ...


_stack: list[Interceptor] = []


def push(interceptor: Interceptor) -> None:
    """Let an interceptor answer before those that are there already."""
    _stack.append(interceptor)


def remove(interceptor: Interceptor) -> None:
    """Take an interceptor away, wherever it is in the stack."""
    _stack[:] = [other for other in _stack if other is not interceptor]


def interceptors() -> list[Interceptor]:
    """Return every interceptor, the latest first."""
    return _stack[::-1]


def interceptors_of(url: str) -> list[Interceptor]:
    """Return the interceptors that cover a URL, the latest first; most often there are none."""
    return [interceptor for interceptor in reversed(_stack) if interceptor.covers(url)]
