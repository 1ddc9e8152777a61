"""Recorded calls as plain data: requests, responses and failures. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

Form = Mapping[str, Any]
"""A body by its form, such as ``{"json": ...}``; see `taped_bodies`."""

NO_BODY: Form = MappingProxyType({})
"""The form of an empty body."""


class CassetteRequest(NamedTuple):
    """A request.

    Attributes:
        method: HTTP method, upper case.
        path: Path below the endpoint, segments percent-encoded where needed; or a URL elsewhere.
        terms: Terms of the query, from `terms_of`.
        body: Body by its form.
    """

    method: str
    path: str
    terms: tuple[str, ...] = ()
    body: Form = NO_BODY

    def __str__(self) -> str:
        """Write the request on one line, without the body."""
        query = f"?{'&'.join(self.terms)}" if self.terms else ""
        return f"{self.method} {self.path}{query}"


class CassetteResponse(NamedTuple):
    """A response, or the failure in its place.

    Attributes:
        status: HTTP status; of a failure, if the headers arrived.
        headers: Headers that are kept.
        body: Body by its form.
        failure: Name of the failure, ``timeout`` or ``connection``; empty for a response.
        reason: Text of the failure.
        sent: Whether the request may have reached the server before the failure.
        transient: Whether a retry may succeed after the failure.
    """

    status: int | None
    headers: Mapping[str, str] = NO_BODY
    body: Form = NO_BODY
    failure: str = ""
    reason: str = ""
    sent: bool = True
    transient: bool = True


class CassetteCall(NamedTuple):
    """A recorded call.

    Attributes:
        request: The request.
        response: The response; ``None`` if the program did not wait for one.
    """

    request: CassetteRequest
    response: CassetteResponse | None
