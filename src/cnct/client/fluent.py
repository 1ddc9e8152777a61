"""The synchronous client, `ConnectClient`. Every call goes through `execute`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from cnct.client._core.messages import Request, Response, expecting_json
from cnct.client._core.responses import value_of
from cnct.client.base_client import BaseClient, with_payload
from cnct.client.downloading import HasDownload
from cnct.client.dry_runs import HasDryRun
from cnct.client.mirrors import HasMirror
from cnct.client.models import NS, Collection
from cnct.client.uploading import HasUpload
from cnct.client.whole_answers import HasAnswers

if TYPE_CHECKING:
    import requests

    from cnct.client._core.paging import Unread
    from cnct.client._core.reader import Reader
    from cnct.client._http.threads import Ahead
    from cnct.client.async_client import AsyncConnectClient
    from cnct.client.work.outcomes import Summary
    from cnct.client.work.settings import Options
    from cnct.client.work.waiting import Wait

__all__ = ["AsyncConnectClient", "ConnectClient"]

T = TypeVar("T")


class ConnectClient(
    BaseClient[NS, Collection, "requests.Response"],
    HasDownload,
    HasUpload,
    HasDryRun,
    HasMirror,
    HasAnswers,
):
    """Connect ReST API client.

    The constructor makes no call. A client may be shared between threads. Close it with `close` or
    a ``with`` block; a later call opens new connections.

    Arguments that are left out are looked up: in ``CNCT_`` variables, in a profile of
        ``config.toml``, in the account of ``ccli``; see ``docs/settings.md``. A key that is looked
        up is sent only to the endpoint of the same source.

    Args:
        api_key: The key as Connect shows it: ``ApiKey SU-000-000-000:secret``. ``None`` sends no
            Authorization. By default the key is looked up.
        endpoint: Base URL; by default ``CNCT_ENDPOINT``, the endpoint of the profile that the key
            is from, or CloudBlue's production.
        use_specs: Whether to use the API's OpenAPI document, which is loaded at the first call.
        specs_location: Path or URL of the document; by default, where Connect publishes it.
        validate_using_specs: Whether to check calls against the document before they are sent.
        default_headers: Headers of every call. They override the library's own headers, and the
            headers of a single call override them.
        default_limit: Number of rows in a page of a set.
        max_retries: Number of retries of a call that is safe to repeat.
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
        clock: A clock to advance instead of pausing between calls, for tests: the emulator's, or
            any object with the methods ``now`` and ``advance``.
        deadline: Seconds that a call may take in all: attempts, pauses, and reading of the body;
            ``None`` for no limit. The system's name resolution cannot be interrupted and may take
            longer. ``timeout`` bounds each step, and ``deadline`` of `RetryPolicy` the start of
            retries; the earlier of both deadlines counts.
        max_answer: Largest body of a response in bytes, decompressed; ``None`` for no limit. The
            default, 256 MiB, applies to JSON and errors, and not to downloads; any other number
            applies to every response.
        profile: Name of a profile, or of an account of ``ccli``, for arguments that are left out.
        verify: File or folder of CA certificates; ``True`` for the usual ones, ``False`` for no
            check of servers. By default ``REQUESTS_CA_BUNDLE`` and its like apply.
        cert: File of a client certificate with its key, or a pair of files.
        proxy: URL of a proxy, also for hosts in ``NO_PROXY``; ``""`` for none. By default
            ``HTTPS_PROXY`` and its like apply.
        on_request: Function that receives a `cnct.client.hooks.RequestEvent` before each attempt.
            Errors of hooks reach the caller. Hooks run in the thread or task of the call, and those
            of an asynchronous client may be asynchronous.
        on_response: Receives a `cnct.client.hooks.ResponseEvent` after each response.
        on_retry: Receives a `cnct.client.hooks.RetryEvent` before the pause of each retry.
        on_error: Receives a `cnct.client.hooks.ErrorEvent` before the error of a call is raised.
        limiter: Limits the rate of calls, such as ``Limiter(per_second=10)``. Clients may share it.

    Raises:
        TypeError: If an argument is of the wrong type.
        ValueError: If an argument has an invalid value, or ``default_headers`` contains
            Authorization.
        SettingsError: If there is no API key, a setting is wrong, or the key is for another
            endpoint.

    Examples:
        >>> client = ConnectClient("ApiKey SU-000-000-000:secret")
        >>> client.products["PRD-000-000-000"]
        <Resource products/PRD-000-000-000>
    """

    _library = "requests"

    def _open(self) -> None:
        super()._open()
        from cnct.client._http.sync import Driver  # noqa: PLC0415 - requests is slow to import

        self._driver = Driver(self.endpoint, self.clock, self._network)

    def _share(self, origin: ConnectClient, *, is_same: bool) -> None:
        super()._open()
        self._adopt(origin)
        self._document = origin._document
        self._driver = origin._driver.shared(self.endpoint, is_same=is_same)

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
        return value_of(request, self._exchange(request), self._serves_pages)

    def _fetch(self, path: str, kwargs: Mapping[str, Any], is_checked: bool) -> Unread:
        """GET a page of a list; the consumer decodes the response.

        Args:
            path: Path below the endpoint, and query.
            kwargs: Arguments for the HTTP library, see `execute`.
            is_checked: Whether another page of the same list has passed the check, so that this
                request needs none.
        """
        from cnct.client._core.paging import Unread  # noqa: PLC0415 - one GET needs no pages

        request = expecting_json(self._request("GET", path, {**kwargs}, is_checked))
        return Unread(request, self._exchange(request))

    def _read_ahead(self, reader: Reader, pages: int) -> Ahead:
        return self._driver.ahead(reader, self._pages_at_a_time(pages))

    def _wait(self, path: str, wait: Wait) -> dict[str, Any]:
        """Read a resource until the condition of a wait is met; see `Resource.wait_until`."""
        first = self._request("GET", path, {})
        flow = self._wait_flow(first, path, wait)
        row: dict[str, Any] = self._driver.run(flow, self._send_once)
        return row

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

        Like `ResourceSet.process`, for items of any kind: ids, rows, payloads. An item with the id
            of an earlier one is ``skipped``.

        Args:
            items: Read once, a few ahead of the calls.
            function: Takes the item.
            **options: As for `ResourceSet.process`. ``key`` returns the id of an item; by default
                the item itself, if a str or int, or its member ``id``. ``recheck`` is a function
                that takes an item and returns its present state, or ``None`` to skip the item.

        Raises:
            TypeError: If the items are not iterable, or a text.
            ValueError: As `ResourceSet.process`, which also lists the other errors.

        Examples:
            ``client.each(["PR-1", "PR-2"], lambda id: client.requests[id]("approve").post())``
        """
        from cnct.client.work import runs  # noqa: PLC0415 - not at import
        from cnct.client.work.entries import items_of  # noqa: PLC0415 - not at import
        from cnct.client.work.items import each_plan  # noqa: PLC0415 - not at import

        self._check_progress_file(options.get("journal"))
        plan = each_plan(self.endpoint, items, function, items_of, is_async=False, **options)
        return runs.process(plan)

    def close(self) -> None:
        """Close all connections, end all threads and drop `response`.

        A call in another thread continues, and closes its connection at the end. A set that
        another thread reads ahead raises a `ClientError`. A later call opens new connections.
        """
        for copy in self._shares():
            copy.close()
        self._driver.close(is_opener=self._opener is self)
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


def __getattr__(name: str) -> Any:
    """Import the asynchronous client on first access."""
    if name != "AsyncConnectClient":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cnct.client import async_client  # noqa: PLC0415 - on first access

    return async_client.AsyncConnectClient
