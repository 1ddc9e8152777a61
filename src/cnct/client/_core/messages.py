"""What flows between the core and the drivers. Plain data, no I/O."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from cnct.text import masked, safe_url

T = TypeVar("T")


class Response(Protocol):
    """An answer, as far as the core reads it; requests and httpx2 answers both fit."""

    @property
    def status_code(self) -> int:
        """HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers, looked up in any letter case."""
        ...

    @property
    def content(self) -> bytes:
        """The body, decompressed."""
        ...


class Request(NamedTuple):
    """A wish: send this, and feed back the :class:`Response` or throw a :class:`TransportError`."""

    method: str
    url: str
    kwargs: Mapping[str, Any]
    secret: str = ""

    @property
    def shown_url(self) -> str:
        """The URL for people: without user name, password and API key."""
        return self.masked(safe_url(self.url))

    def masked(self, text: str) -> str:
        """Return a text without the API key."""
        return masked(text, self.secret)


class Pause(NamedTuple):
    """A wish: wait so many seconds; ``why`` is for the log."""

    seconds: float
    why: str = ""


class TransportError(Exception):
    """No answer came.

    Args:
        cause: The HTTP library's own error.
        sent: ``False`` only if the server provably got nothing of the request.
        transient: Whether another try may fare better; a wrong URL or certificate never does.
    """

    def __init__(self, cause: Exception, *, sent: bool, transient: bool = True) -> None:
        """Keep the library's error and what it means."""
        super().__init__(str(cause))
        self.cause = cause
        self.sent = sent
        self.transient = transient


Flow: TypeAlias = Generator[Request | Pause, Response, T]
