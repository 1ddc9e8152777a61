"""The mockers: users write mocks here, as they write calls with a client. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from cnct.client.models.noun import HasCollections, HasNamespaces
from cnct.endpoints import checked_endpoint
from cnct.openapi import OpenAPISpecs
from cnct.testing.mocks import Mocks, Pattern
from cnct.testing.nouns import CollectionMock, NSMock
from cnct.testing.replies import Headers, Reply, ReplyToBody


class ConnectClientMocker(HasNamespaces[NSMock], HasCollections[CollectionMock]):
    """Responds to the calls of every client of one endpoint, strictly.

    A mock is written like the call, with the response as arguments in place of the payload. While
    the mocker is active, from `start` to `reset` or within a ``with`` block, a call that matches
    no mock fails; at the end, a mock without a call fails. A mock responds to any number of calls.
    Equal mocks respond in the order of writing, each once, and the last one to all further calls.
    Where mockers of one endpoint are nested, the inner one comes first.

    Args:
        base_url: Endpoint of the clients, such as ``client.endpoint``.
        exclude: URLs whose calls go to the network: a beginning, a compiled pattern, or several.
        specs: The API's OpenAPI document, or its path or URL. A mock that contradicts the document
            is refused.

    Raises:
        ValueError: If ``base_url`` is no URL of an endpoint.

    Examples:
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
        self.endpoint = checked_endpoint(base_url)
        self._mocks = Mocks(self.endpoint, _patterns(exclude), _document(specs))

    def _ns_at(self, path: str) -> NSMock:
        return NSMock(self._mocks, path)

    def _collection_at(self, path: str) -> CollectionMock:
        return CollectionMock(self._mocks, path)

    def get(self, url: str, status_code: int = 200, **reply: Unpack[Reply]) -> None:
        """Mock a GET of a path below the endpoint; see `mock`."""
        self._mocks.add("GET", url, status_code, **reply)

    def create(self, url: str, status_code: int = 201, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a POST to a path below the endpoint; see `mock`."""
        self._mocks.add("POST", url, status_code, **reply)

    def update(self, url: str, status_code: int = 200, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a PUT to a path below the endpoint; see `mock`."""
        self._mocks.add("PUT", url, status_code, **reply)

    def delete(self, url: str, status_code: int = 204, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a DELETE of a path below the endpoint; see `mock`."""
        self._mocks.add("DELETE", url, status_code, **reply)

    def mock(
        self,
        method: str,
        path: str,
        status_code: int = 200,
        return_value: Any = None,
        headers: Headers = None,
        match_body: Any = None,
    ) -> None:
        """Mock a call of any method; the other methods that mock take the same arguments.

        Args:
            method: HTTP method.
            path: Path below the endpoint, with the expected query. Without a query, the call must
                have none.
            status_code: Status of the response.
            return_value: Body of the response: str and bytes as they are, any other value as JSON;
                or an exception to raise, such as ``requests.ConnectTimeout()``.
            headers: Headers of the response.
            match_body: Expected body: str and bytes are compared byte for byte, a `FormBody` with
                the form, any other value with the decoded JSON; ``None`` accepts every body.

        Raises:
            TypeError: If an argument is of the wrong type.
            ValueError: If ``status_code`` is less than 100.
            ImpossibleMockError: If the mocker has ``specs`` that contradict the mock.
        """
        self._mocks.add(method, path, status_code, return_value, headers, match_body)

    @property
    def active(self) -> bool:
        """Whether the mocker responds to calls."""
        return self._mocks.active

    def start(self) -> None:
        """Respond to calls from now on."""
        self._mocks.start()

    def reset(self, success: bool = True) -> None:
        """Stop responding to calls, and remove every mock.

        Args:
            success: Whether unexpected calls and unused mocks are errors. Pass ``False`` after a
                failure, which these errors would hide.

        Raises:
            UnexpectedCallError: If calls matched no mock, even if the code under test caught the
                error.
            UnusedMockError: If a mock was not called.
        """
        self._mocks.reset(success)

    def __enter__(self) -> Self:
        """Start the mocker and return it."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Reset the mocker; an error of the block gets the unexpected calls as notes."""
        if error is not None:
            self._mocks.explain(error)
        self.reset(success=error is None)

    def __repr__(self) -> str:
        """Show the endpoint and the number of mocks."""
        return f"<{type(self).__name__} {self.endpoint}: {len(self._mocks.entries)} mocks>"


class AsyncConnectClientMocker(ConnectClientMocker):
    """Async twin of `ConnectClientMocker`, for `AsyncConnectClient`; no method is awaited.

    Either mocker responds to both kinds of clients.
    """


def _document(specs: OpenAPISpecs | str | Path | None) -> OpenAPISpecs | None:
    return OpenAPISpecs(specs) if isinstance(specs, str | Path) else specs


def _patterns(exclude: Pattern | Iterable[Pattern] | None) -> Iterable[Pattern]:
    if exclude is None:
        return ()
    return (exclude,) if isinstance(exclude, str | re.Pattern) else exclude
