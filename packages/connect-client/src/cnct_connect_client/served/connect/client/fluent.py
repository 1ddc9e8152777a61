"""The clients: cnct's, with the defaults that programs of connect-openapi-client rely on."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import requests
from connect.client.constants import CONNECT_ENDPOINT_URL
from connect.client.exceptions import bridged
from connect.client.models import NS, AsyncCollection, AsyncNS, Collection
from connect.client.replaced import is_replaced, is_request_replaced, is_transport_replaced
from connect.client.retries import RETRIES
from connect.client.seam import as_expected, with_body
from connect.client.sessions import Sessions
from connect.client.version import get_version

from cnct import exceptions as _exceptions
from cnct.client import fluent as _native
from cnct.client._core.headers import merged
from cnct.client._core.messages import Flow, Request, Response
from cnct.client._core.paging import Unread
from cnct.client._core.redirects import call_flow
from cnct.client._core.retry import retry_flow
from cnct.client._http.exchange import current_exchange
from cnct.client.base_client import BaseClient
from cnct.testing.httpx_errors import as_httpx2
from cnct.text import Secret

_ANY_KEY = "ApiKey replaced below"


class ClientBridge(BaseClient[Any, Any, Any]):
    """Base of both clients.

    Args:
        api_key: Sent as Authorization as it is; ``None`` sends none.
        endpoint: Base URL, kept as it is.
        use_specs: Whether to use the API's OpenAPI document.
        specs_location: Path or URL of the document.
        validate_using_specs: Whether to check calls against the document before they are sent.
        default_headers: Headers of every call.
        default_limit: Number of rows in a page.
        max_retries: Number of retries of a call that can be repeated without harm; every status
            from 500 on is retried.
        logger: Receives every request and response.
        timeout: Seconds to connect and to wait for data.
        resourceset_append: Whether sets keep the rows that they read.
        **options: Further arguments of cnct's clients, such as ``concurrency``.
    """

    def __init__(
        self,
        api_key: Any,
        endpoint: str | None = None,
        use_specs: bool = False,
        specs_location: Any = None,
        validate_using_specs: bool = True,
        default_headers: Mapping[str, str] | None = None,
        default_limit: int = 100,
        max_retries: int = 3,
        logger: Any = None,
        timeout: Any = (15.0, 180.0),
        resourceset_append: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(
            _ANY_KEY,
            None,
            use_specs,
            specs_location,
            validate_using_specs,
            default_headers,
            default_limit or 100,
            max_retries,
            logger,
            timeout,
            resourceset_append,
            **{"retry": RETRIES, **options},
        )
        self.endpoint = endpoint or CONNECT_ENDPOINT_URL
        self.api_key = api_key

    @property
    def overlap(self) -> bool:
        """Whether pages overlap by a row: not where tests replace the transport."""
        return self._overlap and not (
            is_transport_replaced()
            or any(is_replaced(self, name) for name in ("_execute_http_call", "execute", "get"))
        )

    @overlap.setter
    def overlap(self, overlap: bool) -> None:
        self._overlap = overlap

    def _cause(self, error: Any) -> BaseException | None:
        """Return the error of the HTTP library for a status, which programs look at."""
        response = self.response
        if response is None or response.status_code != error.status_code:
            return None
        try:
            response.raise_for_status()
        except (requests.HTTPError, httpx.HTTPStatusError) as cause:
            return cause.with_traceback(None)
        return None

    @property
    def _is_seam_replaced(self) -> bool:
        return is_replaced(self, "_execute_http_call")

    def _flow(self, request: Request) -> Flow[Response]:
        """Return the flow of a call; retries lie within `_execute_http_call` if it is replaced."""
        if not self._is_seam_replaced:
            return super()._flow(request)
        return self._observed(call_flow(request, self.retry, 0, self.default_headers), request)

    def _retrying(self, method: str, url: str, kwargs: dict[str, Any]) -> Flow[Response]:
        """Return the flow of a request that a replaced `_execute_http_call` passes on."""
        limits = current_exchange().limits
        request = Request(method.upper(), url, kwargs, self.api_key or "", limits)
        return retry_flow(request, self.retry, self.max_retries)

    def _end(self, error: BaseException) -> None:
        """Raise the error of the HTTP library for a failed request, as programs expect it."""
        if self.response is None:
            raise error
        self.response.raise_for_status()

    def _take_response(self) -> Response:
        return with_body(super()._take_response())

    @property
    def api_key(self) -> Any:
        """The API key, sent as Authorization as it is. Secret."""
        return self._api_key

    @api_key.setter
    def api_key(self, api_key: Any) -> None:
        self._api_key = Secret(api_key) if isinstance(api_key, str) else api_key

    @property
    def _headers(self) -> dict[str, Any]:
        own = {"User-Agent": _user_agent()}
        if self.api_key is not None:
            own["Authorization"] = self.api_key
        return merged(self.default_headers, own)

    def _request(self, *args: Any, **kwargs: Any) -> Request:
        with bridged():
            return super()._request(*args, **kwargs)


class ConnectClient(ClientBridge, _native.ConnectClient):
    """The synchronous client, on requests."""

    __doc__ = ClientBridge.__doc__

    def _ns_at(self, path: str) -> NS:
        return NS(self, path)

    def _collection_at(self, path: str) -> Collection:
        return Collection(self, path)

    def execute(self, method: str, path: str, **kwargs: Any) -> Any:
        """Make a call and decode the response."""
        with bridged(self._cause):
            return super().execute(method, path, **kwargs)

    def _fetch(self, *args: Any) -> Unread:
        with bridged(self._cause):
            return super()._fetch(*args)

    def _wait(self, *args: Any) -> Any:
        with bridged():
            return super()._wait(*args)

    def _send_once(self, request: Request) -> Response:
        if self._is_seam_replaced:
            request = as_expected(request, has_params=True)
        return super()._send_once(request)

    def _execute_http_call(self, method: str, url: str, kwargs: dict[str, Any]) -> None:
        """Send one request and set ``self.response``. May be overridden or replaced.

        Where it is, it includes the retries, and an error status is an error of requests.

        Raises:
            requests.RequestException: If there is no response; if it is an error, where this
                method is overridden.
        """
        if not self._is_seam_replaced:
            self._attempt(method, url, kwargs)
            return
        try:
            self._driver.run(self._retrying(method, url, kwargs), self._own_attempt)
        except _exceptions.ClientError as error:
            self._end(error.__cause__ or error)

    def _own_attempt(self, request: Request) -> Response:
        self.response = None
        self._attempt(request.method, request.url, dict(request.kwargs))
        return self._take_response()

    def _attempt(self, method: str, url: str, kwargs: dict[str, Any]) -> None:
        if is_request_replaced(self.session):
            kwargs["allow_redirects"] = False  # the flow follows them
            self.response = self.session.request(method, url, **kwargs)
        else:
            super()._execute_http_call(method, url, kwargs)


class AsyncConnectClient(ClientBridge, _native.AsyncConnectClient):
    """Async twin of `ConnectClient`, on httpx."""

    _not_copied = _native.AsyncConnectClient._not_copied | {"_sessions"}

    def _open(self) -> None:
        super()._open()
        self._sessions = Sessions()

    def _ns_at(self, path: str) -> AsyncNS:
        return AsyncNS(self, path)

    def _collection_at(self, path: str) -> AsyncCollection:
        return AsyncCollection(self, path)

    @property
    def session(self) -> Any:
        """The ``httpx.AsyncClient`` of the running event loop."""
        return self._sessions.current()

    async def execute(self, method: str, path: str, **kwargs: Any) -> Any:
        """Make a call and decode the response."""
        with bridged(self._cause):
            return await super().execute(method, path, **kwargs)

    async def _fetch(self, *args: Any) -> Unread:
        with bridged(self._cause):
            return await super()._fetch(*args)

    async def _wait(self, *args: Any) -> Any:
        with bridged():
            return await super()._wait(*args)

    async def _send_once(self, request: Request) -> Response:
        if self._is_seam_replaced:
            request = as_expected(request, has_params=False)
        try:
            return await super()._send_once(request)
        except httpx.HTTPStatusError as error:
            response: Response | None = self.response
            if response is None:
                raise as_httpx2(error) from error
            return response
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise as_httpx2(error) from error

    async def _execute_http_call(self, method: str, url: str, kwargs: dict[str, Any]) -> None:
        """Send one request and set ``self.response``. May be overridden or replaced.

        Where it is, it includes the retries, and an error status is an error of httpx.

        Raises:
            httpx.HTTPError: If there is no response; if it is an error, where this method is
                overridden.
        """
        if not self._is_seam_replaced:
            self.response = await self._sessions.send(method, url, kwargs)
            return
        try:
            await self._driver.run(self._retrying(method, url, kwargs), self._own_attempt)
        except _exceptions.ClientError as error:
            converted = error.__cause__ or error
            self._end(converted.__cause__ or converted)

    async def _own_attempt(self, request: Request) -> Response:
        self.response = None
        try:
            self.response = await self._sessions.send(
                request.method, request.url, dict(request.kwargs)
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise as_httpx2(error) from error
        return self._take_response()

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await super().aclose()
        await self._sessions.close()


@cache
def _user_agent() -> str:
    python = f"{platform.python_implementation()}/{platform.python_version()}"
    system = f"{platform.system()}/{platform.release()}"
    return f"connect-fluent/{get_version()} {python} {system}"
