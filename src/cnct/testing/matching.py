"""A mock: compares requests with the expected one, by meaning, and replies. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from cnct.client._http.interception import WireResponse
from cnct.testing.addresses import segments
from cnct.testing.body_differences import body_differences, short_repr
from cnct.testing.form_bodies import FormBody
from cnct.testing.query_terms import terms_of


class NormalizedRequest(NamedTuple):
    """A request in the form that mocks compare.

    Attributes:
        method: HTTP method in upper case.
        path: Decoded segments of the path below the endpoint.
        terms: Terms of the query, from `terms_of`.
        body: Body as sent.
        content_type: ``Content-Type`` of the body.
    """

    method: str
    path: tuple[str, ...]
    terms: tuple[str, ...]
    body: bytes = b""
    content_type: str = ""

    @classmethod
    def parse(cls, method: str, path: str) -> NormalizedRequest:
        """Normalize a method and a path below the endpoint, which may have a query."""
        place, _, query = path.lstrip("/").partition("?")
        return cls(method.upper(), segments(place), terms_of(query))

    def __str__(self) -> str:
        """Write the request on one line, without the body."""
        query = f"?{'&'.join(self.terms)}" if self.terms else ""
        return f"{self.method} {'/'.join(self.path)}{query}"


class Mock:
    """An expected request and the reply to it.

    Args:
        request: Expected method, path and query.
        response: Response, or an exception to raise in its place.
        match_body: Expected body; see `body_differences`.

    Attributes:
        request: As passed.
        calls: Number of requests that got the reply.
    """

    _holder = "mock"

    def __init__(
        self,
        request: NormalizedRequest,
        response: WireResponse | Exception,
        match_body: Any = None,
    ) -> None:
        self.calls = 0
        self.request = request
        self._response = response
        self._match_body = match_body

    def differences(self, request: NormalizedRequest) -> Iterator[str]:
        """Describe how a request differs from the expected one, one line per difference."""
        expected, holder = self.request, self._holder
        if request.method != expected.method:
            yield f"the method is {request.method}, the {holder} has {expected.method}"
        if request.path != expected.path:
            path = "/".join(expected.path)
            yield f"the path is {'/'.join(request.path)}, the {holder} has {path}"
        for term in request.terms:
            if term not in expected.terms:
                yield f"only the call has {term}"
        for term in expected.terms:
            if term not in request.terms:
                yield f"only the {holder} has {term}"
        if isinstance(self._match_body, FormBody):
            yield from self._match_body.differences(request.body, request.content_type)
        else:
            yield from body_differences(self._match_body, request.body)

    def matches(self, request: NormalizedRequest) -> bool:
        """Return whether a request is the expected one."""
        return next(self.differences(request), None) is None

    def distance(self, request: NormalizedRequest) -> tuple[float, int]:
        """Return a sort key that is smaller the nearer a request is to the expected one."""
        likeness = SequenceMatcher(None, str(self.request), str(request)).ratio()
        return -likeness, len([*self.differences(request)])

    def respond(self) -> WireResponse:
        """Count a call and return its response, or raise the exception that replaces it."""
        self.calls += 1
        if isinstance(self._response, Exception):
            raise self._response
        return self._response

    def __str__(self) -> str:
        """Write the expected request and the number of calls on one line."""
        body = "" if self._match_body is None else f" with {short_repr(self._match_body)}"
        times = {0: "not called", 1: "called once"}.get(self.calls, f"called {self.calls} times")
        return f"{self.request}{body} ({times})"
