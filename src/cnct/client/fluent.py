"""The clients: where every call starts, and the one place that every call goes through."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from cnct.client._core.messages import Request, Response
from cnct.client._core.paging import Reader, Unread
from cnct.client._core.responses import value_of
from cnct.client.base_client import BaseClient, with_payload
from cnct.client.checking import load
from cnct.client.models import NS, AsyncCollection, AsyncNS, Collection

if TYPE_CHECKING:
    import httpx2
    import requests

    from cnct.client._http.tasks import AsyncAhead
    from cnct.client._http.threads import Ahead

    AsyncResponse: TypeAlias = httpx2.Response


class ConnectClient(BaseClient["requests.Response", NS, Collection]):
    """Connect ReST API client.

    Makes no call before it is asked for something. Safe to share between threads; ``with`` or
    :meth:`close` give its connections back.

    Args:
        api_key: As Connect shows it: ``ApiKey SU-000-000-000:secret``.
        endpoint: Base URL, by default that of CloudBlue's production.
        use_specs: Whether to use the API's OpenAPI document. It is loaded at the first call.
        specs_location: Its path or URL; by default, where Connect publishes it.
        validate_using_specs: Whether to check calls against it before they are sent.
        default_headers: Headers of every call. They win over the library's own; those of a single
            call win over them.
        default_limit: Rows asked for at once when a set is read.
        max_retries: Further tries of a call that can be repeated without harm.
        logger: Takes every request and answer; see :class:`cnct.client.logger.RequestLogger`.
        timeout: Seconds to wait for a connection and for an answer, each 0 or more; one figure is
            both, ``None`` waits for ever.
        resourceset_append: Whether sets keep the rows they have read, so that a second iteration
            costs no call.
        concurrency: Pages of a set that are fetched at a time.
        retry: How calls are repeated; ``max_retries`` says how often.
        validate: What a call that does not fit the document is: ``strict``, an error; ``warn``,
            an :class:`InvalidCallWarning`; ``off``, not noticed. By default unknown paths are
            errors, and queries and payloads that do not fit are warned of.

    Raises:
        ValueError: If an argument makes no sense, or ``default_headers`` has an ``Authorization``.
        TypeError: If an argument is of the wrong type.

    Example:
        >>> client = ConnectClient("ApiKey SU-000-000-000:secret")
        >>> client.products["PRD-000-000-000"]
        <Resource products/PRD-000-000-000>
    """

    _library = "requests"

    def _open(self) -> None:
        super()._open()
        # Imported when a client is made: requests takes most of the time of an import.
        from cnct.client._http.sync import Driver  # noqa: PLC0415

        self._driver = Driver(self.endpoint)

    def _ns_at(self, path: str) -> NS:
        return NS(self, path)

    def _collection_at(self, path: str) -> Collection:
        return Collection(self, path)

    @property
    def session(self) -> requests.Session:
        """The session of this thread, as requests has it."""
        return self._driver.session

    def get(self, url: str, **kwargs: Any) -> Any:
        """GET a path below the endpoint; see :meth:`execute`."""
        return self.execute("GET", url, **kwargs)

    def create(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """POST a JSON payload to a path below the endpoint; see :meth:`execute`."""
        return self.execute("POST", url, **with_payload(payload, kwargs))

    def update(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """PUT a JSON payload to a path below the endpoint; see :meth:`execute`."""
        return self.execute("PUT", url, **with_payload(payload, kwargs))

    def delete(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """DELETE a path below the endpoint; see :meth:`execute`."""
        return self.execute("DELETE", url, **with_payload(payload, kwargs))

    def execute(self, method: str, path: str, **kwargs: Any) -> Any:
        """Make a call and decode its answer. Every verb of every object ends here.

        Args:
            method: HTTP method.
            path: Path below the endpoint, or a URL below it; it may have a query.
            **kwargs: Forwarded to the HTTP library. In both worlds: ``params``, ``headers``,
                ``json``, ``data``, ``files``, ``content``, ``timeout``, ``auth`` and
                ``follow_redirects`` (on by default). In the synchronous one also what else
                ``requests`` takes (``verify``, ``cert``, ``stream`` and so on).

        Returns:
            Decoded JSON; ``None`` for 204; bytes for any other content type.

        Raises:
            ClientError: If there is no answer, an error, or one that cannot be read.
            ValueError: If ``path`` is a URL of another place.
        """
        request = self._request(method, path, kwargs)
        return value_of(request, self._exchange(request))

    def _fetch(self, path: str, kwargs: Mapping[str, Any], checked: bool) -> Unread:
        """GET a list, to be decoded by whoever takes its rows; for the sets.

        Args:
            path: Below the endpoint, with a query.
            kwargs: Keyword arguments of :meth:`execute`.
            checked: Whether a page of this list has been asked for already.
        """
        request = self._request("GET", path, {**kwargs}, checked)
        return Unread(request, self._exchange(request))

    def _read_ahead(self, reader: Reader, pages: int) -> Ahead:
        """Read a list with up to so many pages at a time; for the sets."""
        return self._driver.ahead(reader, pages)

    def _exchange(self, request: Request) -> Response:
        return self._driver.run(self._flow(request), self._send_once)

    def _send_once(self, request: Request) -> Response:
        """Go through the sending seam, which may have been overridden or replaced."""
        self.response = None
        self._log_request(request)
        self._execute_http_call(request.method, request.url, dict(request.kwargs))
        return self._take_response()

    def _execute_http_call(self, method: str, url: str, kwargs: dict[str, Any]) -> None:
        """Make one HTTP exchange and set ``self.response``. May be overridden or replaced.

        Raises:
            requests.RequestException: If there is no answer.
        """
        self.response = self._driver.send(method, url, kwargs)

    def close(self) -> None:
        """Give back every connection and thread. A client that is called again opens new ones."""
        self._driver.close()

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        self.close()


class AsyncConnectClient(BaseClient["AsyncResponse", AsyncNS, AsyncCollection]):
    """Async twin of `ConnectClient`, on httpx2: what makes calls is awaited.

    May be made outside an event loop, and used in several, one after the other or in threads.
    ``async with`` or :meth:`aclose` give the connections of the running loop back; so does the
    loop's own end.

    Example:
        ``async with AsyncConnectClient(api_key) as client: await client.products["PRD-1"].get()``
    """

    _library = "httpx2"

    def _open(self) -> None:
        super()._open()
        # Imported when a client is made: httpx2 takes most of the time of an import.
        from cnct.client._http.asynchronous import AsyncDriver  # noqa: PLC0415

        self._driver = AsyncDriver()

    def _ns_at(self, path: str) -> AsyncNS:
        return AsyncNS(self, path)

    def _collection_at(self, path: str) -> AsyncCollection:
        return AsyncCollection(self, path)

    async def get(self, url: str, **kwargs: Any) -> Any:
        """GET a path below the endpoint; see :meth:`execute`."""
        return await self.execute("GET", url, **kwargs)

    async def create(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """POST a JSON payload to a path below the endpoint; see :meth:`execute`."""
        return await self.execute("POST", url, **with_payload(payload, kwargs))

    async def update(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """PUT a JSON payload to a path below the endpoint; see :meth:`execute`."""
        return await self.execute("PUT", url, **with_payload(payload, kwargs))

    async def delete(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """DELETE a path below the endpoint; see :meth:`execute`."""
        return await self.execute("DELETE", url, **with_payload(payload, kwargs))

    async def execute(self, method: str, path: str, **kwargs: Any) -> Any:
        """Make a call and decode its answer. Async twin of :meth:`ConnectClient.execute`."""
        request = await self._checked_request(method, path, kwargs)
        return value_of(request, await self._exchange(request))

    async def _fetch(self, path: str, kwargs: Mapping[str, Any], checked: bool) -> Unread:
        """GET a list, to be decoded by whoever takes its rows; see the synchronous twin."""
        request = await self._checked_request("GET", path, {**kwargs}, checked)
        return Unread(request, await self._exchange(request))

    def _read_ahead(self, reader: Reader, pages: int) -> AsyncAhead:
        """Read a list with up to so many pages at a time; for the sets."""
        return self._driver.ahead(reader, pages)

    async def _checked_request(
        self, method: str, path: str, kwargs: dict[str, Any], checked: bool = False
    ) -> Request:
        """Make a request; what has to be loaded to check it does not stop the loop."""
        specs = self._to_check(checked)
        if specs and not specs.at_hand():
            from asyncio import to_thread  # noqa: PLC0415 - the synchronous world does without

            await to_thread(load, specs)
        return self._request(method, path, kwargs, checked)

    async def _exchange(self, request: Request) -> Response:
        return await self._driver.run(self._flow(request), self._send_once)

    async def _send_once(self, request: Request) -> Response:
        """Go through the sending seam, which may have been overridden or replaced."""
        self.response = None
        self._log_request(request)
        await self._execute_http_call(request.method, request.url, dict(request.kwargs))
        return self._take_response()

    async def _execute_http_call(self, method: str, url: str, kwargs: dict[str, Any]) -> None:
        """Make one HTTP exchange and set ``self.response``. May be overridden or replaced.

        Raises:
            httpx2.HTTPError: If there is no answer.
        """
        self.response = await self._driver.send(method, url, kwargs)

    async def aclose(self) -> None:
        """Give back the connections of the running loop. A later call opens new ones."""
        await self._driver.close()

    async def __aenter__(self) -> Self:
        """Return the client itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client in the running loop."""
        await self.aclose()
