"""The mockers: where mocks are written down, and what answers the clients' calls with them.

Stands where the clients' HTTP libraries would go to the network; patches nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cnct.client._core.urls import checked_endpoint
from cnct.client._http.interception import (
    WireRequest,
    WireResponse,
    active_interceptors,
    add_interceptor,
    remove_interceptor,
)
from cnct.client.models.noun import HasCollections, HasNamespaces
from cnct.exceptions import UnexpectedCallError, UnusedMockError
from cnct.openapi import OpenAPISpecs
from cnct.testing.addresses import Address
from cnct.testing.body_differences import shown
from cnct.testing.mock_checks import check_mock
from cnct.testing.mocks import Asked, Mock, answer_of
from cnct.testing.nouns import CollectionMock, NSMock
from cnct.testing.query_terms import terms_of

Pattern = str | re.Pattern[str]

_lock = threading.Lock()  # programs under test call from any thread


class ConnectClientMocker(HasNamespaces[NSMock], HasCollections[CollectionMock]):
    """Answers the calls of every client of one endpoint, strictly.

    Mocks are written as calls are, with what to answer instead of what to send. While the mocker
    is active, between :meth:`start` and :meth:`reset` or in a ``with`` block, a call that no mock
    expects fails, and at the end so does a mock that was not called. A mock answers as often as it
    is called; of equal ones each answers once, in the order they were written, and the last one
    from then on. Within another mocker of the same endpoint, the inner one answers first.

    Args:
        base_url: Endpoint of the clients, such as ``client.endpoint``.
        exclude: URLs whose calls go to the network: a beginning, a compiled pattern, or several.
        specs: The API's OpenAPI document, or its path or URL: what it does not have cannot be
            mocked.

    Raises:
        ValueError: If ``base_url`` is no URL of an endpoint.

    Example:
        >>> from cnct import ConnectClient
        >>> client = ConnectClient("ApiKey SU-000-000-000:secret")
        >>> with ConnectClientMocker(client.endpoint) as mocker:
        ...     mocker.products.filter(status="draft").mock(return_value=[{"id": "PRD-1"}])
        ...     mocker.products["PRD-1"].update(return_value={}, match_body={"name": "New"})
        ...     for product in client.products.filter(status="draft"):
        ...         client.products[product["id"]].update({"name": "New"})
        {}
    """

    _path = ""

    def __init__(
        self,
        base_url: str,
        exclude: Pattern | Iterable[Pattern] | None = None,
        specs: OpenAPISpecs | str | Path | None = None,
    ) -> None:
        """Check the arguments; nothing is answered yet."""
        self.endpoint = checked_endpoint(base_url)
        self._base = Address.of(self.endpoint)
        self._exclude = _patterns(exclude)
        self._document = _document(specs)
        self._mocks: list[Mock] = []
        self._unexpected: list[UnexpectedCallError] = []

    def _ns_at(self, path: str) -> NSMock:
        return NSMock(self, path)

    def _collection_at(self, path: str) -> CollectionMock:
        return CollectionMock(self, path)

    def get(
        self,
        url: str,
        status_code: int = 200,
        return_value: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Mock a GET of a path below the endpoint; see :meth:`mock`."""
        self.mock("GET", url, status_code, return_value, headers)

    def create(
        self,
        url: str,
        status_code: int = 201,
        return_value: Any = None,
        headers: Mapping[str, str] | None = None,
        match_body: Any = None,
    ) -> None:
        """Mock a POST to a path below the endpoint; see :meth:`mock`."""
        self.mock("POST", url, status_code, return_value, headers, match_body)

    def update(
        self,
        url: str,
        status_code: int = 200,
        return_value: Any = None,
        headers: Mapping[str, str] | None = None,
        match_body: Any = None,
    ) -> None:
        """Mock a PUT to a path below the endpoint; see :meth:`mock`."""
        self.mock("PUT", url, status_code, return_value, headers, match_body)

    def delete(
        self,
        url: str,
        status_code: int = 204,
        return_value: Any = None,
        headers: Mapping[str, str] | None = None,
        match_body: Any = None,
    ) -> None:
        """Mock a DELETE of a path below the endpoint; see :meth:`mock`."""
        self.mock("DELETE", url, status_code, return_value, headers, match_body)

    def mock(
        self,
        method: str,
        path: str,
        status_code: int = 200,
        return_value: Any = None,
        headers: Mapping[str, str] | None = None,
        match_body: Any = None,
    ) -> None:
        """Mock a call; every mock of every object ends here.

        Args:
            method: HTTP method.
            path: Path below the endpoint, with the query to expect. Without a query, the call
                must have none.
            status_code: Status to answer.
            return_value: What to answer: str and bytes as they are, anything else as JSON; or an
                exception to raise, such as ``requests.ConnectTimeout()``.
            headers: Headers to answer.
            match_body: Body to expect: str and bytes to the letter, anything else as JSON, by
                value; ``None`` for any.

        Raises:
            TypeError: If an argument is of the wrong type.
            ImpossibleMockError: If the mocker has ``specs``, and they do not have this.
        """
        reply = answer_of(status_code, return_value, headers)
        if self._document is not None:
            check_mock(self._document, method, path, status_code, return_value, match_body)
        self._mocks.append(Mock(Asked.at(method, path), reply, match_body))

    @property
    def active(self) -> bool:
        """Whether calls are answered here."""
        return self in active_mockers()

    def start(self) -> None:
        """Answer calls from now on."""
        if not self.active:
            add_interceptor(self)

    def reset(self, success: bool = True) -> None:
        """Answer no more calls, and forget every mock.

        Args:
            success: Whether to fail for unexpected calls and unused mocks; not after a failure,
                which would be hidden.

        Raises:
            UnexpectedCallError: If there were calls that no mock expects, even if the code under
                test went on after them.
            UnusedMockError: If a mock was not called.
        """
        remove_interceptor(self)
        mocks, unexpected = self._mocks, self._unexpected
        self._mocks, self._unexpected = [], []
        unused = [mock for mock in mocks if not mock.calls]
        if success and unexpected:
            raise UnexpectedCallError("\n\n".join(map(str, unexpected)))
        if success and unused:
            raise UnusedMockError("\n".join(_unused_lines(mocks)))

    def explain(self, error: BaseException) -> None:
        """Add the unexpected calls so far to an error that may come of them, as notes."""
        for unexpected in self._unexpected:
            if unexpected is not error:
                error.add_note(str(unexpected))

    def __enter__(self) -> Self:
        """Start; return the mocker itself."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Reset; an error of the block stays what it is, with the unexpected calls as notes."""
        if error is not None:
            self.explain(error)
        self.reset(success=error is None)

    def __repr__(self) -> str:
        """Show the endpoint and how many mocks there are."""
        return f"<{type(self).__name__} {self.endpoint}: {len(self._mocks)} mocks>"

    def covers(self, url: str) -> bool:
        """Tell whether calls to this URL are answered here."""
        return Address.of(url).is_below(self._base) and not any(
            url.startswith(each) if isinstance(each, str) else each.match(url)
            for each in self._exclude
        )

    def respond(self, request: WireRequest) -> WireResponse:
        """Answer a call with the mock that expects it, of this mocker or of one around it.

        Raises:
            UnexpectedCallError: If there is none.
            Exception: What the mock gives instead of an answer.
        """
        __tracebackhide__ = True  # what pytest shows begins where the call was made
        mockers = [each for each in active_mockers() if each.covers(request.url)]
        with _lock:
            for mocker in mockers:
                mock = mocker._expecting(request)
                if mock:
                    return mock.reply()
            error = UnexpectedCallError(self._complaint(request, mockers))
            self._unexpected.append(error)
        raise error

    def _expecting(self, request: WireRequest) -> Mock | None:
        asked = self._asked(request)
        fitting = [mock for mock in self._mocks if mock.expects(asked)]
        return next((mock for mock in fitting if not mock.calls), fitting[-1] if fitting else None)

    def _asked(self, request: WireRequest) -> Asked:
        address = Address.of(request.url)
        path = address.path[len(self._base.path) :]
        return Asked(request.method, path, terms_of(address.query), request.body)

    def _complaint(self, request: WireRequest, mockers: Iterable[ConnectClientMocker]) -> str:
        asked = self._asked(request)
        mocks = [mock for mocker in mockers for mock in mocker._mocks]
        body = f" with {shown(asked.body)}" if asked.body else ""
        lines = [f"{asked}{body} is not mocked."]
        if mocks:
            nearest = min(mocks, key=lambda mock: mock.distance(asked))
            lines += [f"The nearest mock is {nearest}:"]
            lines += [f"  {difference}" for difference in nearest.differences(asked)]
            lines += ["The mocks:", *(f"  {mock}" for mock in mocks)]
        else:
            lines += [f"There are no mocks for {self.endpoint}."]
        return "\n".join(lines)


class AsyncConnectClientMocker(ConnectClientMocker):
    """Async twin of :class:`ConnectClientMocker`: the same for :class:`AsyncConnectClient`.

    Mocks are written down the same way, nothing is awaited. Either mocker answers the clients of
    both kinds.
    """


def active_mockers() -> list[ConnectClientMocker]:
    """Return the mockers that answer calls, the latest first."""
    return [each for each in active_interceptors() if isinstance(each, ConnectClientMocker)]


def _document(specs: OpenAPISpecs | str | Path | None) -> OpenAPISpecs | None:
    return OpenAPISpecs(specs) if isinstance(specs, str | Path) else specs


def _patterns(exclude: Pattern | Iterable[Pattern] | None) -> tuple[Pattern, ...]:
    if exclude is None:
        return ()
    return (exclude,) if isinstance(exclude, str | re.Pattern) else tuple(exclude)


def _unused_lines(mocks: Iterable[Mock]) -> Iterator[str]:
    yield "Mocks that no call used:"
    yield from (f"  {mock}" for mock in mocks if not mock.calls)
    yield from (f"Used: {mock}" for mock in mocks if mock.calls)
