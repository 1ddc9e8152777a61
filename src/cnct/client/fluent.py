"""The two clients, `ConnectClient` and `AsyncConnectClient`. Every call goes through `execute`."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar, Unpack

from cnct.client._core.messages import Request, Response, expecting_json
from cnct.client._core.paging import Unread
from cnct.client._core.reader import Reader
from cnct.client._core.responses import value_of
from cnct.client._http.living import Living
from cnct.client._http.offloading import import_driver, rows_of
from cnct.client.base_client import BaseClient, with_payload
from cnct.client.checking import load
from cnct.client.dry_runs import AsyncHasDryRun, HasDryRun
from cnct.client.models import NS, AsyncCollection, AsyncNS, Collection

if TYPE_CHECKING:
    import httpx2
    import requests

    from cnct.client._http.asynchronous import AsyncDriver
    from cnct.client._http.tasks import AsyncAhead
    from cnct.client._http.threads import Ahead
    from cnct.client.work.outcomes import Summary
    from cnct.client.work.settings import Options
    from cnct.client.work.waiting import Wait

    AsyncResponse: TypeAlias = httpx2.Response

T = TypeVar("T")


class ConnectClient(BaseClient[NS, Collection, "requests.Response"], HasDryRun):
    """Connect ReST API client.

    The constructor does no I/O. A client may be shared between threads. Close it with `close` or
    a ``with`` block; a later call opens new connections.

    Args:
        api_key: The key as Connect shows it: ``ApiKey SU-000-000-000:secret``.
        endpoint: Base URL; by default, CloudBlue's production.
        use_specs: Whether to use the API's OpenAPI document, which is loaded at the first call.
        specs_location: Path or URL of the document; by default, where Connect publishes it.
        validate_using_specs: Whether to check calls against the document before they are sent.
        default_headers: Headers of every call. They override the library's own headers, and the
            headers of a single call override them.
        default_limit: Number of rows in a page when a set is read.
        max_retries: Number of retries of a call that can be repeated without harm.
        logger: Receives every request and response; see `cnct.client.logger.RequestLogger`.
        timeout: Seconds, 0 or more, to connect and to wait for data; a pair for the two, or one
            number for both. ``None`` waits without limit.
        resourceset_append: Whether sets keep the rows that they read, so that a second iteration
            makes no call.
        concurrency: Number of pages of a set to fetch at the same time.
        retry: Rules for retries, whose number is ``max_retries``.
        validate: Consequence for a call that does not fit the document: ``strict`` raises an error,
            ``warn`` issues an `InvalidCallWarning`, ``off`` skips the check. By default unknown
            paths are errors, and problems of queries and payloads are warnings.
        overlap: Whether pages of a set overlap by a row, so that none is lost or repeated while
            others insert and delete rows; ``False`` pages by plain offsets.
        clock: A clock that is moved instead of pausing between calls, for tests: that of the
            emulator, or any object with its methods ``now`` and ``advance``.
        deadline: Seconds that a call may take in all: attempts, pauses, and reading of the body;
            ``None`` for no limit. The system's name resolution cannot be interrupted and may take
            longer. ``timeout`` bounds each step, and ``deadline`` of `RetryPolicy` the start of
            retries; the earlier of both deadlines counts.
        max_answer: Largest body of a response in bytes, decompressed; ``None`` for no limit. The
            default, 256 MiB, applies to JSON and errors, and not to downloads; any other number
            applies to every response.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If an argument has an invalid value, or ``default_headers`` contains
            Authorization.

    Example:
        >>> client = ConnectClient("ApiKey SU-000-000-000:secret")
        >>> client.products["PRD-000-000-000"]
        <Resource products/PRD-000-000-000>
    """

    _library = "requests"

    def _open(self) -> None:
        super()._open()
        from cnct.client._http.sync import Driver  # noqa: PLC0415 - requests is slow to import

        self._driver = Driver(self.endpoint, self.clock)

    def _ns_at(self, path: str) -> NS:
        return NS(self, path)

    def _collection_at(self, path: str) -> Collection:
        return Collection(self, path)

    @property
    def session(self) -> requests.Session:
        """The ``requests.Session`` of this thread."""
        return self._driver.session

    def get(self, url: str, **kwargs: Any) -> Any:
        """GET a path below the endpoint; see `execute`."""
        return self.execute("GET", url, **kwargs)

    def create(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """POST a JSON payload to a path below the endpoint; see `execute`."""
        return self.execute("POST", url, **with_payload(payload, kwargs))

    def update(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """PUT a JSON payload to a path below the endpoint; see `execute`."""
        return self.execute("PUT", url, **with_payload(payload, kwargs))

    def delete(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """DELETE a path below the endpoint; see `execute`."""
        return self.execute("DELETE", url, **with_payload(payload, kwargs))

    def execute(self, method: str, path: str, **kwargs: Any) -> Any:
        """Make a call and decode the response; every other method that calls the API ends here.

        Args:
            method: HTTP method.
            path: Path below the endpoint, or such a URL; may have a query.
            **kwargs: ``deadline`` and ``max_answer`` as for the client, and arguments for the HTTP
                library. Both clients accept ``params``, ``headers``, ``json``, ``data``,
                ``files``, ``content``, ``timeout``, ``auth`` and ``follow_redirects`` (on by
                default); this one also the other arguments of
                ``requests``, such as ``verify`` and ``cert``.

        Returns:
            Decoded JSON; ``None`` for 204 and for a write with an empty JSON response; bytes for
            any other content type.

        Raises:
            ClientError: If there is no response, an error response, an incomplete or unreadable
                one, or a redirect that is not followed; if the deadline passes, or the response is
                larger than ``max_answer``.
            NotFoundError: If the response is 404, or the OpenAPI document has no such path.
            InvalidCallError: If the call does not fit the document, and ``validate`` is ``strict``.
            AmbiguousWriteError: If a write failed and may have been done.
            SpecError: If the document at ``specs_location`` cannot be read.
            TypeError: If the payload has no JSON form.
            ValueError: If ``path`` is a URL elsewhere, or the payload contains NaN or an infinite
                number.
        """
        request = self._request(method, path, kwargs)
        return value_of(request, self._exchange(request))

    def _fetch(self, path: str, kwargs: Mapping[str, Any], is_checked: bool) -> Unread:
        """GET a page of a list, decoded later by its consumer.

        Args:
            path: Path below the endpoint, and query.
            kwargs: Arguments for the HTTP library, see `execute`.
            is_checked: Whether the request needs no check, since another page of the same list has
                passed it.
        """
        request = expecting_json(self._request("GET", path, {**kwargs}, is_checked))
        return Unread(request, self._exchange(request))

    def _read_ahead(self, reader: Reader, pages: int) -> Ahead:
        return self._driver.ahead(reader, pages)

    def _wait(self, path: str, wait: Wait) -> Any:
        """Read a resource until the condition of a wait is met; see `Resource.wait_until`."""
        first = self._request("GET", path, {})
        return self._driver.run(self._wait_flow(first, path, wait), self._send_once)

    def _exchange(self, request: Request) -> Response:
        return self._driver.run(self._flow(request), self._send_once)

    def _send_once(self, request: Request) -> Response:
        """Make one attempt, through the seam that users override or replace."""
        with self._responses.of_call():
            self._log_request(request)
            with self._responses.answered():
                self._execute_http_call(request.method, request.url, dict(request.kwargs))
            return self._take_response()

    def _execute_http_call(self, method: str, url: str, kwargs: dict[str, Any]) -> None:
        """Send one request and set ``self.response``. May be overridden or replaced.

        Raises:
            requests.RequestException: If there is no response; ignored if one was set.
        """
        self.response = self._driver.send(method.upper(), url, kwargs)

    def each(
        self, items: Iterable[T], function: Callable[[T], Any], **options: Unpack[Options]
    ) -> Summary:
        """Call a function with each item, and return the counts.

        The same as `ResourceSet.process`, over anything: ids, rows, payloads. An item that comes
        again, by its id, is ``skipped``.

        Args:
            items: Read once, a few ahead of the calls.
            function: Takes the item.
            **options: As for `ResourceSet.process`. ``key`` returns the id of an item; by default
                that is the item itself, if it is a str or int, or its member ``id``. ``recheck`` is
                a function that takes an item and returns it as it is now, or ``None`` to skip it.

        Raises:
            TypeError: If the items are no iterable, or a text.
            ValueError: As `ResourceSet.process`; so with the other errors.

        Example:
            ``client.each(["PR-1", "PR-2"], lambda id: client.requests[id]("approve").post())``
        """
        from cnct.client.work import runs  # noqa: PLC0415 - not at import
        from cnct.client.work.entries import items_of  # noqa: PLC0415 - not at import
        from cnct.client.work.items import each_plan  # noqa: PLC0415 - not at import

        plan = each_plan(self.endpoint, items, function, items_of, is_async=False, **options)
        return runs.process(plan)

    def close(self) -> None:
        """Close all connections, end all threads and drop `response`.

        A call that another thread makes goes on and closes its connection at the end. A set that
        another thread reads ahead raises a `ClientError`. A later call opens new connections.
        """
        self._driver.close()
        self._responses.drop()

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        self.close()


class AsyncConnectClient(BaseClient[AsyncNS, AsyncCollection, "AsyncResponse"], AsyncHasDryRun):
    """Async twin of `ConnectClient`, on httpx2: await the methods that call the API.

    A client may be created outside an event loop, and used in several loops, one after the other or
    in threads. `aclose` and ``async with`` close the connections of the running loop, which are
    closed with the loop at the latest.

    Example:
        ``async with AsyncConnectClient(api_key) as client: await client.products["PRD-1"].get()``
    """

    _library = "httpx2"

    def _open(self) -> None:
        super()._open()
        self._opened: AsyncDriver | None = None
        self._readers: Living[AsyncAhead] = Living()

    @property
    def _driver(self) -> AsyncDriver:
        if self._opened is None:
            from cnct.client._http.asynchronous import AsyncDriver  # noqa: PLC0415 - slow import

            self._opened = AsyncDriver(self.clock)
        return self._opened

    @staticmethod
    def _scope() -> object:
        from asyncio import get_running_loop  # noqa: PLC0415 - the synchronous client needs none

        try:
            return get_running_loop()
        except RuntimeError:
            return None

    def _ns_at(self, path: str) -> AsyncNS:
        return AsyncNS(self, path)

    def _collection_at(self, path: str) -> AsyncCollection:
        return AsyncCollection(self, path)

    async def get(self, url: str, **kwargs: Any) -> Any:
        """GET a path below the endpoint; see `execute`."""
        return await self.execute("GET", url, **kwargs)

    async def create(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """POST a JSON payload to a path below the endpoint; see `execute`."""
        return await self.execute("POST", url, **with_payload(payload, kwargs))

    async def update(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """PUT a JSON payload to a path below the endpoint; see `execute`."""
        return await self.execute("PUT", url, **with_payload(payload, kwargs))

    async def delete(self, url: str, payload: Any = None, **kwargs: Any) -> Any:
        """DELETE a path below the endpoint; see `execute`."""
        return await self.execute("DELETE", url, **with_payload(payload, kwargs))

    async def execute(self, method: str, path: str, **kwargs: Any) -> Any:
        """Make a call and decode the response. Async twin of `ConnectClient.execute`."""
        request = await self._checked_request(method, path, kwargs)
        response = await self._exchange(request)
        rows = await rows_of(response)
        return value_of(request, response) if rows is None else rows

    async def _fetch(self, path: str, kwargs: Mapping[str, Any], is_checked: bool) -> Unread:
        """GET a page of a list. Async twin of `ConnectClient._fetch`."""
        request = expecting_json(await self._checked_request("GET", path, {**kwargs}, is_checked))
        response = await self._exchange(request)
        return Unread(request, response, await rows_of(response))

    def _read_ahead(self, reader: Reader, pages: int) -> AsyncAhead:
        from cnct.client._http.tasks import AsyncAhead  # noqa: PLC0415 - needs asyncio

        ahead = AsyncAhead(reader, pages)
        self._readers.add(ahead)
        return ahead

    async def _checked_request(
        self, method: str, path: str, kwargs: dict[str, Any], is_checked: bool = False
    ) -> Request:
        """Build and check a request.

        Imports the HTTP library and loads the OpenAPI document in a thread, not in the loop.
        """
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

        if self._opened is None:
            await in_thread(import_driver, self._library)
        specs = self._specs_to_check(is_checked)
        if specs and not specs.at_hand():
            await in_thread(load, specs)
        return self._request(method, path, kwargs, is_checked)

    async def _wait(self, path: str, wait: Wait) -> Any:
        """Read a resource until the condition is met. Async twin of `ConnectClient._wait`."""
        first = await self._checked_request("GET", path, {})
        return await self._driver.run(self._wait_flow(first, path, wait), self._send_once)

    async def _exchange(self, request: Request) -> Response:
        return await self._driver.run(self._flow(request), self._send_once)

    async def _send_once(self, request: Request) -> Response:
        """Make one attempt, through the seam that users override or replace."""
        with self._responses.of_call():
            self._log_request(request)
            with self._responses.answered():
                await self._execute_http_call(request.method, request.url, dict(request.kwargs))
            return self._take_response()

    async def _execute_http_call(self, method: str, url: str, kwargs: dict[str, Any]) -> None:
        """Send one request and set ``self.response``. May be overridden or replaced.

        Raises:
            httpx2.HTTPError: If there is no response.
        """
        self.response = await self._driver.send(method.upper(), url, kwargs)

    async def each(
        self,
        items: Iterable[T] | AsyncIterable[T],
        function: Callable[[T], Awaitable[Any]],
        **options: Unpack[Options],
    ) -> Summary:
        """Call a function with each item, and return the counts.

        Async twin of `ConnectClient.each`; the items may be asynchronous, too.
        """
        from cnct.client.work import async_runs  # noqa: PLC0415 - not at import
        from cnct.client.work.entries import async_items_of  # noqa: PLC0415 - not at import
        from cnct.client.work.items import each_plan  # noqa: PLC0415 - not at import

        plan = each_plan(self.endpoint, items, function, async_items_of, is_async=True, **options)
        return await async_runs.process(plan)

    async def aclose(self) -> None:
        """Close the connections, end the tasks and drop `response` of the running loop.

        A set that another task reads ahead raises a `ClientError`. A later call opens new
        connections.
        """
        for reader in self._readers:
            await reader.close(is_closed=True)
        if self._opened is not None:
            await self._opened.close()
        self._responses.drop()

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client in the running loop."""
        await self.aclose()
