"""The messages between flows and drivers. Plain data, no I/O."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final, Protocol, Self, TypeAlias, TypeVar

from cnct.client._core.secret import masked_data
from cnct.text import clean, masked, safe_url

T = TypeVar("T")


class JsonLimit(int):
    """A number of bytes that limits only JSON and errors, and not downloads."""


MAX_ANSWER: Final = JsonLimit(256 << 20)
"""The default of ``max_answer`` in bytes: 256 MiB."""


class Response(Protocol):
    """The part of a response that the core reads; implemented by requests and httpx2."""

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


class Receiver(Protocol):
    """Takes the body of a response as it arrives, so that it is never whole in memory."""

    @property
    def position(self) -> int:
        """Number of the next byte in the whole of which the body may be a part."""
        ...

    @property
    def received(self) -> int:
        """Bytes of this body so far, decompressed."""
        ...

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Return whether the receiver takes the body; otherwise it becomes ``content``."""
        ...

    def write(self, data: bytes) -> None:
        """Take a piece of the body; may be called in another thread."""
        ...

    def report(self) -> None:
        """Show the progress; called in the thread or task of the call."""
        ...

    def flow(self, call: Callable[[Request], Flow[Response]], request: Request) -> Flow[Response]:
        """Return the flow that receives the body of a request, in one call or several."""
        ...


class Tape(Protocol):
    """Records the response to one request, for tests."""

    def add(self, data: bytes) -> None:
        """Record a piece of the body, decompressed."""
        ...

    def end(self, outcome: Response | TransportError) -> None:
        """Record status and headers, or the failure."""
        ...


# A NamedTuple takes ten times as long to import; none of these is ever compared.
class _Changeable:
    """Plain data of which copies are made, with other values of some attributes."""

    __slots__: tuple[str, ...] = ()

    def but(self, **changes: Any) -> Self:
        """Return a copy with changed attributes."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return type(self)(**{**values, **changes})


class Limits(_Changeable):
    """Bounds of a call, and where the body of the response goes.

    Attributes:
        deadline: Seconds that the whole call may take; ``None`` for no limit.
        end: The moment of `time.monotonic` at which the deadline passes; set by the flow.
        max_answer: Largest body of a response in bytes, decompressed; ``None`` for no limit. The
            default, a `JsonLimit`, applies to JSON and errors only.
        expects_json: Whether the response must be JSON, so that a `JsonLimit` applies to any body.
        is_foreign: Whether the request goes to a host that must not receive cookies, or the
            settings of the user's session.
        receiver: Takes the bodies that it wants; ``None`` to have them all in memory.
        tape: Records the response; ``None`` outside of tests.
    """

    __slots__ = (
        "deadline",
        "end",
        "expects_json",
        "is_foreign",
        "max_answer",
        "receiver",
        "tape",
    )

    def __init__(
        self,
        deadline: float | None = None,
        end: float | None = None,
        max_answer: int | None = MAX_ANSWER,
        expects_json: bool = False,
        is_foreign: bool = False,
        receiver: Receiver | None = None,
        tape: Tape | None = None,
    ) -> None:
        self.deadline = deadline
        self.end = end
        self.max_answer = max_answer
        self.expects_json = expects_json
        self.is_foreign = is_foreign
        self.receiver = receiver
        self.tape = tape


class Trace:
    """The attempts of one call, carried by its requests.

    Attributes:
        last: The request that was sent last; ``None`` before the first.
        attempts: Number of times that request was sent.
        seconds: Seconds from the first attempt to `end`.
    """

    def __init__(self) -> None:
        self.last: Request | None = None
        self.attempts = 0
        self.seconds = 0.0
        self._start = time.perf_counter()

    def note(self, request: Request, attempt: int) -> None:
        """Note an attempt, before it is made."""
        self.last, self.attempts = request, attempt

    def end(self) -> None:
        """Note the time."""
        self.seconds = time.perf_counter() - self._start


class Request(_Changeable):
    """A request that the flow wants sent.

    The driver sends back the `Response` or throws a `TransportError`.

    Attributes:
        method: HTTP method, upper case.
        url: Absolute URL with the query.
        kwargs: Keyword arguments for the HTTP library.
        secret: The API key, masked in every message.
        limits: Bounds of the call.
        trace: Receives the attempts; ``None`` if nobody needs them.
    """

    __slots__ = ("kwargs", "limits", "method", "secret", "trace", "url")

    def __init__(
        self,
        method: str,
        url: str,
        kwargs: Mapping[str, Any],
        secret: str = "",
        limits: Limits = Limits(),  # noqa: B008 - never changed
        trace: Trace | None = None,
    ) -> None:
        self.method = method
        self.url = url
        self.kwargs = kwargs
        self.secret = secret
        self.limits = limits
        self.trace = trace

    @property
    def shown_url(self) -> str:
        """The URL for messages: without user name, password, secrets and control characters."""
        return clean(self.masked(safe_url(self.url)))

    @property
    def secrets(self) -> tuple[str, ...]:
        """The API key, and the query of a URL elsewhere, which may be the signature of a link."""
        query = self.url.partition("?")[2] if self.limits.is_foreign else ""
        return (self.secret, query) if query else (self.secret,)

    def masked(self, text: str) -> str:
        """Return a text with the secrets masked."""
        for secret in self.secrets:
            text = masked(text, secret)
        return text

    def masked_data(self, value: Any) -> Any:
        """Return decoded JSON with the secrets masked in every text."""
        for secret in self.secrets:
            value = masked_data(value, secret)
        return value

    def __repr__(self) -> str:
        """Return method and URL, without headers and body."""
        return f"<Request {self.method} {self.shown_url}>"


def expecting_json(request: Request) -> Request:
    """Return a request whose response must be JSON, to which ``max_answer`` applies."""
    return request.but(limits=request.limits.but(expects_json=True))


class Pause:
    """A pause that the flow requests from the driver.

    Attributes:
        seconds: Length of the pause.
        reason: Text for the log.
    """

    __slots__ = ("reason", "seconds")

    def __init__(self, seconds: float, reason: str = "") -> None:
        self.seconds = seconds
        self.reason = reason


class UserCall:
    """A function of the user for the driver to call; errors end the flow.

    Attributes:
        function: The function. In the asynchronous world, its result may be awaited.
        event: The argument.
    """

    __slots__ = ("event", "function")

    def __init__(self, function: Callable[[Any], Any], event: Any) -> None:
        self.function = function
        self.event = event


Message: TypeAlias = Request | Pause | UserCall
"""A step that a flow wants the driver to take."""


class TransportError(Exception):
    """A request without a complete response.

    Args:
        cause: The HTTP library's own error.
        sent: ``False`` only if the server provably received nothing of the request.
        transient: Whether a retry may succeed. A wrong URL or certificate stays wrong.
        status: Status of the response, if the headers arrived but not the body.
        headers: Headers of that response.
    """

    def __init__(
        self,
        cause: Exception,
        *,
        sent: bool,
        transient: bool = True,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(type(cause).__name__)  # the message may repeat the API key
        self.cause = cause
        self.sent = sent
        self.transient = transient
        self.status = status
        self.headers = headers


Flow: TypeAlias = Generator[Message, Response, T]
"""Yields messages, is sent the responses to its requests, and returns a result. Does no I/O."""
