"""Mockers that match calls as those of connect-openapi-client do, and warn where that is loose."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from typing import Any

from connect.client.testing import outside
from connect.client.testing.models import CollectionMock, NSMock

from cnct.client._http.interception import WireRequest
from cnct.testing import mocker as _native
from cnct.testing.matching import Mock, NormalizedRequest
from cnct.testing.mocks import Mocks, Pattern
from cnct.user_warnings import users_level

_COMPARED = re.compile(r"(?:limit|offset|search)=")


class LooseMockWarning(UserWarning):
    """A call got the response of a mock that has another filter, order or selection."""


class LooseMocks(Mocks):
    """Mocks for one endpoint; a mock that differs in its filter alone responds with a warning."""

    pages_by_offset = True
    """The bridge's clients page without overlap while these are active."""

    def covers(self, url: str) -> bool:
        """Return whether these mocks respond: not where the mocker of `responses` has a mock."""
        return super().covers(url) and not outside.has_mock(url)

    def expecting(self, request: WireRequest) -> Mock | None:
        """Return the mock for a request, else one that matches but for the filter."""
        mock = super().expecting(request)
        if mock is not None:
            return mock
        normalized = self._normalized(request)
        loose = [mock for mock in self.entries if _is_loose_match(mock, normalized)]
        unused = (mock for mock in loose if not mock.calls)
        mock = next(unused, loose[-1] if loose else None)
        if mock is not None:
            differences = "; ".join(mock.differences(normalized))
            warnings.warn(
                f"{normalized} got the response of the mock {mock}, although {differences}: "
                "mock the filter that the program sends",
                LooseMockWarning,
                stacklevel=users_level(),
            )
        return mock


def _is_loose_match(mock: Mock, request: NormalizedRequest) -> bool:
    """Return whether a mock matches a call but for filter, order and selection."""
    terms = tuple(term for term in request.terms if _COMPARED.match(term))
    others = tuple(term for term in mock.request.terms if not _COMPARED.match(term))
    return mock.matches(request._replace(terms=tuple(sorted((*terms, *others)))))


class ConnectClientMocker(_native.ConnectClientMocker):
    """Responds to the calls of every client of one endpoint.

    Args:
        base_url: Endpoint of the clients.
        exclude: URLs whose calls go to the network: a beginning, a pattern, or several.
    """

    def __init__(self, base_url: str, exclude: Pattern | Iterable[Pattern] | None = None) -> None:
        super().__init__(base_url, exclude)
        self._beside_requests = False
        self._exclude = _several(exclude)
        self._mocks = LooseMocks(self.endpoint, self._exclude, None)

    def start(self) -> None:
        """Respond to calls from now on; further calls of requests need a mock of `responses`."""
        if not self._beside_requests:
            self._beside_requests = True
            outside.start(self._exclude)
        super().start()

    def reset(self, success: bool = True) -> None:
        """Stop responding to calls, and remove every mock; see the base class."""
        try:
            super().reset(success)
        finally:
            self.leave_requests(success)

    def leave_requests(self, success: bool = True) -> None:
        """Let further calls of requests through, and keep the mocks of the client.

        Args:
            success: Whether a mock of `responses` without a call is an error.

        Raises:
            AssertionError: If there was no call for a mock of `responses`.
        """
        if self._beside_requests:
            self._beside_requests = False
            outside.stop(success)

    def _ns_at(self, path: str) -> NSMock:
        return NSMock(self._mocks, path)

    def _collection_at(self, path: str) -> CollectionMock:
        return CollectionMock(self._mocks, path)


def _several(exclude: Pattern | Iterable[Pattern] | None) -> tuple[Pattern, ...]:
    if exclude is None:
        return ()
    return (exclude,) if isinstance(exclude, str | re.Pattern) else tuple(exclude)


class AsyncConnectClientMocker(ConnectClientMocker):
    """Async twin of `ConnectClientMocker`; no method is awaited."""


def get_requests_mocker() -> Any:
    """Return the mocker of `responses` for further calls of a test.

    Raises:
        ImportError: If `responses` is not installed.
    """
    return outside.mocker()


def get_httpx_mocker() -> Any:
    """Refuse: pytest-httpx makes mockers for its fixture only.

    Raises:
        NotImplementedError: Always; the message names the fixture.
    """
    raise NotImplementedError("Use the fixture httpx_mock of pytest-httpx, or httpx_mocker")
