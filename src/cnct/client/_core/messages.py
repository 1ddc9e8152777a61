"""The messages between flows and drivers. Plain data, no I/O."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from cnct.client._core.secret import masked_data
from cnct.text import clean, masked, safe_url

T = TypeVar("T")


class Response(Protocol):
    """The part of a response that the core reads; those of requests and httpx2 both fit."""

    @property
    def status_code(self) -> int:
        """HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers, whose names are case-insensitive."""
        ...

    @property
    def content(self) -> bytes:
        """The body, decompressed."""
        ...


class Request(NamedTuple):
    """A request that the flow wants sent.

    The driver sends back the `Response` or throws a `TransportError`.

    Attributes:
        method: HTTP method, upper case.
        url: Absolute URL with its query.
        kwargs: Keyword arguments for the HTTP library.
        secret: The API key, masked in every text that is shown.
    """

    method: str
    url: str
    kwargs: Mapping[str, Any]
    secret: str = ""

    @property
    def shown_url(self) -> str:
        """The URL for messages: without user name, password, API key and control characters."""
        return clean(self.masked(safe_url(self.url)))

    def masked(self, text: str) -> str:
        """Return a text with the API key masked."""
        return masked(text, self.secret)

    def masked_data(self, value: Any) -> Any:
        """Return decoded JSON with the API key masked in every text."""
        return masked_data(value, self.secret)

    def __repr__(self) -> str:
        """Return method and URL, without headers and body."""
        return f"<Request {self.method} {self.shown_url}>"


class Pause(NamedTuple):
    """A pause that the flow wants before the next request.

    Attributes:
        seconds: Length of the pause.
        reason: Text for the log.
    """

    seconds: float
    reason: str = ""


class TransportError(Exception):
    """A request that got no response.

    Args:
        cause: The HTTP library's own error.
        sent: ``False`` only if the server provably received nothing of the request.
        transient: Whether a retry may succeed. A wrong URL or certificate stays wrong.
    """

    def __init__(self, cause: Exception, *, sent: bool, transient: bool = True) -> None:
        super().__init__(type(cause).__name__)  # its text may repeat the API key
        self.cause = cause
        self.sent = sent
        self.transient = transient


Flow: TypeAlias = Generator[Request | Pause, Response, T]
"""Yields requests and pauses, is sent responses, and returns a result. Does no I/O."""
