"""Events that the hooks of a client receive. None of them contains a secret."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from cnct.exceptions import ClientError

EventT = TypeVar("EventT", bound="CallEvent")

Hook: TypeAlias = Callable[[EventT], Awaitable[None] | None]
"""Receives an event. Of an asynchronous client, it may be asynchronous."""


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Base of the events: a call, and the number of the attempt.

    Attributes:
        method: HTTP method.
        url: URL, the API key masked.
        template: The path in the API's document, such as ``requests/{id}/approve``; empty if the
            document is not at hand, or has no such path.
        attempt: Number of the attempt, from 1. After a redirect, the numbers start at 1 again.
    """

    method: str
    url: str
    template: str
    attempt: int


@dataclass(frozen=True, slots=True)
class RequestEvent(CallEvent):
    """A request to send; ``on_request`` receives the event before each attempt.

    Attributes:
        headers: Headers of the request, names in lower case, secrets masked, without the headers
            added by the HTTP library.
    """

    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResponseEvent(CallEvent):
    """A response, successful or not; ``on_response`` receives the event after each attempt.

    Attributes:
        status: HTTP status.
        headers: Headers of the response, names in lower case, secrets masked.
        seconds: Time from the sending of the request to the end of the body.
        size: Bytes of the body, decompressed.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    seconds: float
    size: int


@dataclass(frozen=True, slots=True)
class RetryEvent(CallEvent):
    """A failed attempt that is repeated; ``on_retry`` receives the event before the pause.

    Attributes:
        pause: Seconds until the next attempt.
        reason: Text with the call, the failure and the pause.
    """

    pause: float
    reason: str


@dataclass(frozen=True, slots=True)
class ErrorEvent(CallEvent):
    """A call that has finally failed; ``on_error`` receives the event before the error is raised.

    There is no event for calls refused before anything is sent, or for successful responses whose
    body cannot be decoded.

    Attributes:
        error: The error.
        seconds: Time of the whole call, pauses included.
    """

    error: ClientError
    seconds: float
