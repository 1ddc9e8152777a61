"""The asynchronous client, `AsyncConnectClient`. Every call goes through `execute`."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar, Unpack

from cnct.client._core.messages import Request, Response, expecting_json
from cnct.client._core.paging import Unread
from cnct.client._core.reader import Reader
from cnct.client._core.responses import value_of
from cnct.client._http.async_pools import AsyncPools
from cnct.client._http.living import Living
from cnct.client._http.offloading import import_driver, rows_of
from cnct.client.base_client import BaseClient, with_payload
from cnct.client.checking import load
from cnct.client.downloading import AsyncHasDownload
from cnct.client.dry_runs import AsyncHasDryRun
from cnct.client.mirrors import AsyncHasMirror
from cnct.client.models import AsyncCollection, AsyncNS
from cnct.client.uploading import AsyncHasUpload
from cnct.client.whole_answers import AsyncHasAnswers

if TYPE_CHECKING:
    import httpx2

    from cnct.client._http.asynchronous import AsyncDriver
    from cnct.client._http.tasks import AsyncAhead
    from cnct.client.work.outcomes import Summary
    from cnct.client.work.settings import Options
    from cnct.client.work.waiting import Wait

    AsyncResponse: TypeAlias = httpx2.Response

T = TypeVar("T")


class AsyncConnectClient(
    BaseClient[AsyncNS, AsyncCollection, "AsyncResponse"],
    AsyncHasDownload,
    AsyncHasUpload,
    AsyncHasDryRun,
    AsyncHasMirror,
    AsyncHasAnswers,
):
    """Async twin of `ConnectClient`, on httpx2: await the methods that call the API.

    A client may be created outside an event loop, and used in several loops, one after the other or
    in threads. `aclose` and ``async with`` close the connections of the running loop, which are
    closed with the loop at the latest.

    Examples:
        ``async with AsyncConnectClient(api_key) as client: await client.products["PRD-1"].get()``
    """

    _library = "httpx2"

    def _open(self) -> None:
        self._open_with(AsyncPools(self._network))

    def _open_with(self, pools: AsyncPools) -> None:
        super()._open()
        self._pools = pools
        self._opened: AsyncDriver | None = None
        self._readers: Living[AsyncAhead] = Living()

    def _share(self, origin: AsyncConnectClient, *, is_same: bool) -> None:
        self._open_with(origin._pools if is_same else origin._pools.with_own_cookies())
        self._adopt(origin)
        self._document = origin._document

    @property
    def _driver(self) -> AsyncDriver:
        if self._opened is None:
            from cnct.client._http.asynchronous import AsyncDriver  # noqa: PLC0415 - slow import

            self._opened = AsyncDriver(self.clock, self._pools)
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

    async def session(self) -> httpx2.AsyncClient:
        """Return the client of httpx2 that sends in the running event loop, for instrumentations.

        `aclose` closes it, and later calls use a new one.

        Raises:
            httpx2.ConnectError: If a certificate cannot be loaded.
        """
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

        await in_thread(import_driver, self._library)
        return self._pools.client(await self._pools.current())

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
        return value_of(request, response, self._serves_pages) if rows is None else rows

    async def _fetch(
        self, path: str, kwargs: Mapping[str, Any], is_checked: bool, is_raw: bool = False
    ) -> Unread:
        """GET a page of a list. Async twin of `ConnectClient._fetch`.

        Args:
            path: As there.
            kwargs: As there.
            is_checked: As there.
            is_raw: Whether the rows will not be decoded, so that no thread needs to do that.
        """
        request = expecting_json(await self._checked_request("GET", path, {**kwargs}, is_checked))
        response = await self._exchange(request)
        return Unread(request, response, None if is_raw else await rows_of(response))

    def _read_ahead(self, reader: Reader, pages: int) -> AsyncAhead:
        from cnct.client._http.tasks import AsyncAhead  # noqa: PLC0415 - needs asyncio

        ahead = AsyncAhead(reader, self._pages_at_a_time(pages))
        self._readers.add(ahead)
        return ahead

    async def _checked_request(
        self, method: str, path: str, kwargs: dict[str, Any], is_checked: bool = False
    ) -> Request:
        """Build and check a request.

        The import of the HTTP library and the loading of the OpenAPI document run in a thread.
        """
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

        if self._opened is None:
            await in_thread(import_driver, self._library)
        if not self._is_key_at_hand:
            await in_thread(getattr, self, "api_key")
        specs = self._specs_to_check(is_checked)
        if specs and not specs.at_hand():
            await in_thread(load, specs)
        return self._request(method, path, kwargs, is_checked)

    async def _wait(self, path: str, wait: Wait) -> dict[str, Any]:
        """Read a resource until the condition is met. Async twin of `ConnectClient._wait`."""
        first = await self._checked_request("GET", path, {})
        flow = self._wait_flow(first, path, wait)
        row: dict[str, Any] = await self._driver.run(flow, self._send_once)
        return row

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

        self._check_progress_file(options.get("journal"))
        plan = each_plan(self.endpoint, items, function, async_items_of, is_async=True, **options)
        return await async_runs.process(plan)

    async def aclose(self) -> None:
        """Close the connections, end the tasks and drop `response` of the running loop.

        A set that another task reads ahead raises a `ClientError`. A later call opens new
        connections.
        """
        for copy in self._shares():
            await copy.aclose()
        for reader in self._readers:
            await reader.close(is_closed=True)
        if self._opener is self:
            await self._pools.close()
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
