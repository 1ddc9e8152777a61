"""The clients: cnct's, with the defaults that programs of connect-openapi-client rely on."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

import httpx
import requests
from connect.client.constants import CONNECT_ENDPOINT_URL
from connect.client.exceptions import bridged
from connect.client.models import NS, AsyncCollection, AsyncNS, Collection
from connect.client.replaced import is_replaced, is_transport_replaced
from connect.client.retries import RETRIES
from connect.client.sessions import Sessions
from connect.client.version import get_version

from cnct.client import fluent as _native
from cnct.client._core.headers import merged
from cnct.client._core.messages import Request, Response
from cnct.client._core.paging import Unread
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
        return self._overlap and not (is_transport_replaced() or self._is_seam_replaced)

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

    def _fetch(self, path: str, kwargs: Mapping[str, Any], is_checked: bool) -> Unread:
        with bridged(self._cause):
            return super()._fetch(path, kwargs, is_checked)

    def _wait(self, *args: Any) -> Any:
        with bridged():
            return super()._wait(*args)


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

    async def _fetch(self, path: str, kwargs: Mapping[str, Any], is_checked: bool) -> Unread:
        with bridged(self._cause):
            return await super()._fetch(path, kwargs, is_checked)

    async def _wait(self, *args: Any) -> Any:
        with bridged():
            return await super()._wait(*args)

    async def _send_once(self, request: Request) -> Response:
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
        """Send one request and set ``self.response``. May be overridden or replaced."""
        self.response = await self._sessions.send(method, url, kwargs)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await super().aclose()
        await self._sessions.close()


def _user_agent() -> str:
    python = f"{platform.python_implementation()}/{platform.python_version()}"
    system = f"{platform.system()}/{platform.release()}"
    return f"connect-fluent/{get_version()} {python} {system}"
