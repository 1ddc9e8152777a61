"""The mocks for one endpoint: an interceptor that responds to requests, strictly. Does no I/O.

Stands in the place of the network, behind the clients' HTTP libraries, and patches nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, NamedTuple

from cnct.client._http.interception import (
    WireRequest,
    WireResponse,
    active_interceptors,
    add_interceptor,
    remove_interceptor,
)
from cnct.exceptions import UnexpectedCallError, UnusedMockError
from cnct.openapi import OpenAPISpecs
from cnct.testing.addresses import Address
from cnct.testing.body_differences import short_repr
from cnct.testing.matching import Mock, NormalizedRequest
from cnct.testing.mock_checks import check_mock
from cnct.testing.query_terms import terms_of
from cnct.testing.replies import Headers, wire_response

Pattern = str | re.Pattern[str]

_lock = threading.Lock()  # programs under test send from any thread


class Nearest(NamedTuple):
    """The mock that is nearest to an unexpected call.

    Attributes:
        distance: Distance, from `Mock.distance`.
        mock: The mock on one line.
        differences: The differences, one line each.
    """

    distance: tuple[float, int]
    mock: str
    differences: list[str]


class Mocks:
    """The mocks for one endpoint.

    Args:
        endpoint: Base URL of the requests.
        exclude: Beginnings and patterns of URLs whose requests go to the network.
        specs: Document that every mock must agree with, if any.
    """

    _noun = "mock"
    _unexpected_text = "is not mocked"

    def __init__(
        self, endpoint: str, exclude: Iterable[Pattern], specs: OpenAPISpecs | None
    ) -> None:
        self.entries: list[Mock] = []
        self._place = f" for {endpoint}"
        self._base = Address.of(endpoint)
        self._exclude = tuple(exclude)
        self._specs = specs
        self._unexpected: list[UnexpectedCallError] = []

    def add(
        self,
        method: str,
        path: str,
        status_code: int = 200,
        return_value: Any = None,
        headers: Headers = None,
        match_body: Any = None,
    ) -> None:
        """Add a mock; see `ConnectClientMocker.mock` for the arguments.

        Raises:
            TypeError: If an argument is of the wrong type.
            ValueError: If ``status_code`` is less than 100.
            ImpossibleMockError: If the document contradicts the mock.
        """
        response = wire_response(status_code, return_value, headers)
        if self._specs is not None:
            check_mock(self._specs, method, path, status_code, return_value, match_body)
        self.entries.append(Mock(NormalizedRequest.parse(method, path), response, match_body))

    @property
    def active(self) -> bool:
        """Whether requests are intercepted."""
        return self in active_mocks()

    def start(self) -> None:
        """Intercept requests from now on."""
        if not self.active:
            add_interceptor(self)

    def reset(self, success: bool) -> None:
        """Stop intercepting and remove every mock; see `ConnectClientMocker.reset`."""
        remove_interceptor(self)
        mocks, unexpected = self.entries, self._unexpected
        self.entries, self._unexpected = [], []
        if success and unexpected:
            raise UnexpectedCallError("\n\n".join(map(str, unexpected)))
        unused = [mock for mock in mocks if not mock.calls and self._is_needed(mock)]
        if success and unused:
            used = [mock for mock in mocks if mock.calls]
            raise UnusedMockError("\n".join(self._unused_lines(unused, used)))

    def _unused_lines(self, unused: Iterable[Mock], used: Iterable[Mock]) -> Iterator[str]:
        yield "Mocks that no call used:"
        yield from (f"  {mock}" for mock in unused)
        yield from (f"Used: {mock}" for mock in used)

    def _is_needed(self, mock: Mock) -> bool:  # noqa: ARG002 - for mocks of other kinds
        """Return whether a mock without a call is an error."""
        return True

    def explain(self, error: BaseException) -> None:
        """Add the unexpected calls, which may be the cause of an error, to its notes."""
        for unexpected in self._unexpected:
            if unexpected is not error:
                error.add_note(str(unexpected))

    def covers(self, url: str) -> bool:
        """Return whether requests for a URL are kept from the network."""
        return Address.of(url).is_below(self._base) and not any(
            url.startswith(pattern) if isinstance(pattern, str) else pattern.match(url)
            for pattern in self._exclude
        )

    def respond(self, request: WireRequest) -> WireResponse:
        """Return the response of the matching mock, from here or from the mocks around.

        Raises:
            UnexpectedCallError: If no mock matches.
            Exception: The exception that the mock has in place of a response.
        """
        __tracebackhide__ = True  # pytest shows the user's call as the end of the traceback
        nested = [mocks for mocks in active_mocks() if mocks.covers(request.url)]
        with _lock:
            for mocks in nested:
                mock = mocks.expecting(request)
                if mock is not None:
                    return mock.respond()
            error = UnexpectedCallError(self.complaint(request, nested))
            self._unexpected.append(error)
        raise error

    def expecting(self, request: WireRequest) -> Mock | None:
        """Return the mock for a request: the first matching one without calls, or else the last."""
        normalized = self._normalized(request)
        matching = [mock for mock in self.entries if mock.matches(normalized)]
        unused = (mock for mock in matching if not mock.calls)
        return next(unused, matching[-1] if matching else None)

    def complaint(self, request: WireRequest, nested: list[Mocks]) -> str:
        """Write the message about an unexpected call: the nearest mock, differences, all mocks."""
        lines = [f"{self.described(request)} {self._unexpected_text}."]
        mocked = [mocks for mocks in nested if mocks.entries]
        if mocked:
            nearest = min((mocks.nearest(request) for mocks in mocked), key=itemgetter(0))
            lines += [f"The nearest {self._noun} is {nearest.mock}:"]
            lines += [f"  {difference}" for difference in nearest.differences]
            lines += [f"The {self._noun}s:"]
            lines += [f"  {mock}" for mocks in mocked for mock in mocks.listed()]
        else:
            lines += [f"There are no {self._noun}s{self._place}."]
        return "\n".join(lines)

    def described(self, request: WireRequest) -> str:
        """Write a request on one line."""
        body = f" with {short_repr(request.body)}" if request.body else ""
        return f"{self._normalized(request)}{body}"

    def nearest(self, request: WireRequest) -> Nearest:
        """Return the mock that is nearest to a request."""
        normalized = self._normalized(request)
        distance, mock = min(
            ((mock.distance(normalized), mock) for mock in self.entries), key=itemgetter(0)
        )
        return Nearest(distance, str(mock), [*mock.differences(normalized)])

    def listed(self) -> list[str]:
        """Return all mocks, one line each."""
        return [str(mock) for mock in self.entries]

    def _normalized(self, request: WireRequest) -> NormalizedRequest:
        address = Address.of(request.url)
        path = address.path[len(self._base.path) :]
        headers = {name.lower(): value for name, value in request.headers.items()}
        return NormalizedRequest(
            request.method,
            path,
            terms_of(address.query),
            request.body,
            headers.get("content-type", ""),
        )


def active_mocks() -> list[Mocks]:
    """Return the mocks that intercept requests, the latest first."""
    return [mocks for mocks in active_interceptors() if isinstance(mocks, Mocks)]
