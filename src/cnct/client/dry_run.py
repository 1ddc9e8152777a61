"""The clients that record writes instead of sending them. The records are in `recording`."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from cnct.client._core.messages import Request, Response
from cnct.client._core.responses import SAFE, value_of
from cnct.client._core.urls import absolute
from cnct.client._http.spooled_body import SpooledBody
from cnct.client.base_client import BaseClient
from cnct.client.body_copies import kept, snapshot
from cnct.client.fluent import AsyncConnectClient, ConnectClient
from cnct.client.recording import RecordedCall, Recording
from cnct.client.work.outcomes import Summary
from cnct.text import clean

if TYPE_CHECKING:
    import httpx2

    from cnct.client._http.tasks import AsyncAhead
    from cnct.client.work.job import OnError
    from cnct.client.work.progress import ShowsProgress
    from cnct.client.work.settings import Options
    from cnct.client.work.waiting import Wait
    from cnct.openapi import OpenAPISpecs

_UPDATES = frozenset({"PUT", "PATCH"})
_BODIES = ("data", "content", "files")


class DryRunBase(BaseClient[Any, Any, Any]):
    """Base of the dry runs of both worlds."""

    _origin: Any
    _recording: Recording

    def __init__(self, client: BaseClient[Any, Any, Any]) -> None:
        self.__setstate__({"_origin": client, **client.__getstate__(), "_recording": Recording()})

    @property
    def specs(self) -> OpenAPISpecs | None:
        """The API's OpenAPI document, shared with the original client."""
        specs: OpenAPISpecs | None = self._origin.specs
        return specs

    @property
    def calls(self) -> list[RecordedCall]:
        """The recorded calls in order, those that were applied too."""
        return self._recording.calls

    @property
    def ids(self) -> dict[str, str | int]:
        """The ids of resources that `apply` has created, by placeholder."""
        return dict(self._recording.ids)

    def _check_placeholders(self, method: str, url: str, kwargs: dict[str, Any]) -> None:
        if method.upper() in SAFE:  # for reads; writes are checked when recorded
            super()._check_placeholders(method, url, kwargs)

    def _share(self, origin: Any, *, is_same: bool) -> None:  # noqa: ARG002 - as of clients that send
        """Share the recording of another dry run, and the connections of the client."""
        self._open()

    def _recorded(self, request: Request) -> Response:
        """Record a request whose body is a snapshot, and return the response."""
        with self._responses.of_call():  # there is no last response
            return self._recording.record(request, self._own_id(request))

    def _check_progress_file(self, _file: object) -> None:
        if _file is not None:
            raise ValueError(
                "A dry run keeps no journal and no checkpoint, nor the state of a watch, since a "
                "later run would take its recorded calls for done: leave journal, checkpoint and "
                "state out"
            )

    def _own_id(self, request: Request) -> str | None:
        """Return the id of the resource that a request changes; ``None`` if unknown."""
        path = request.url.partition("?")[0].removeprefix(f"{self.endpoint}/")
        specs = self._specs
        if request.method not in _UPDATES or (specs and specs.kind(path) != "resource"):
            return None
        return unquote(path.rpartition("/")[2])

    def _check_wait(self, path: str) -> None:
        self._recording.refuse_wait(absolute(self.endpoint, path))

    def __repr__(self) -> str:
        """Return class, endpoint and the first recorded calls."""
        return clean(f"<{type(self).__name__} {self.endpoint} {self._recording}>", lines=True)


class DryRunClient(DryRunBase, ConnectClient):
    """A client that records writes; made by `ConnectClient.dry_run`.

    Closing a dry run closes no connections, since the client owns them.

    Args:
        client: Makes the reads, and the recorded calls when they are applied.
    """

    def _open(self) -> None:
        super(ConnectClient, self)._open()  # no connections of its own
        self._driver = self._origin._driver
        self._counts = self._origin._counts

    def _exchange(self, request: Request) -> Response:
        if request.method in SAFE:
            return super()._exchange(request)
        return self._recorded(request.but(kwargs=snapshot(request.kwargs)))

    def _send_once(self, request: Request) -> Response:
        response: Response = self._origin._send_once(request)
        self._responses.set(response)
        return response

    def _wait(self, path: str, wait: Wait) -> Any:
        self._check_wait(path)
        return super()._wait(path, wait)

    def apply(
        self,
        *,
        on_error: OnError = "stop",
        progress: ShowsProgress = None,
        summary: Summary | None = None,
    ) -> Summary:
        """Send the recorded calls in order, and return the counts.

        Another `apply` sends the calls that failed or were not sent. A call that may have been done
        is never sent again.

        Args:
            on_error: ``stop`` sends nothing after a failure; ``raise`` does the same and raises
                the error; ``collect`` goes on, without the calls that need an id of a failed one.
            progress: Receives a `Progress` after each call; ``True`` shows a bar on standard error,
                if that is a terminal.
            summary: Summary to fill; has the counts so far even after an error.

        Returns:
            The counts, and the outcomes of calls that failed or were not sent (``skipped``), whose
            ``id`` is the number of the call.

        Raises:
            ClientError: The first failure, if ``on_error`` is ``raise``.
            ValueError: If ``on_error`` is none of the three.
            RuntimeError: If another thread or task is applying the same dry run.
        """
        result = Summary() if summary is None else summary
        with self._recording.applying(result) as calls:
            options = _options(on_error, progress, result)
            return self.each(calls, self._apply, **options)

    def _apply(self, call: RecordedCall) -> Any:
        with self._recording.sending(call) as request:
            response = self._origin._exchange(request)
            value = value_of(request, response, self._serves_pages)
            self._recording.learn(call, value)
        return value

    def close(self) -> None:
        """Drop `response`; the connections are those of the client that made this one."""
        self._responses.drop()


class AsyncDryRunClient(DryRunBase, AsyncConnectClient):
    """Async twin of `DryRunClient`; made by `AsyncConnectClient.dry_run`."""

    def _open(self) -> None:
        super()._open()
        self._counts = self._origin._counts

    async def session(self) -> httpx2.AsyncClient:
        """Return the client of httpx2 that sends the reads in the running event loop."""
        client: httpx2.AsyncClient = await self._origin.session()
        return client

    async def _checked_request(
        self, method: str, path: str, kwargs: dict[str, Any], is_checked: bool = False
    ) -> Request:
        request = await super()._checked_request(method, path, kwargs, is_checked)
        self._opened = self._origin._driver
        return request

    def _read_ahead(self, reader: Any, pages: int) -> AsyncAhead:
        ahead: AsyncAhead = self._origin._read_ahead(reader, pages)
        return ahead

    async def _exchange(self, request: Request) -> Response:
        if request.method in SAFE:
            return await super()._exchange(request)
        return self._recorded(request.but(kwargs=await _async_snapshot(request)))

    async def _send_once(self, request: Request) -> Response:
        response: Response = await self._origin._send_once(request)
        self._responses.set(response)
        return response

    async def _wait(self, path: str, wait: Wait) -> Any:
        self._check_wait(path)
        return await super()._wait(path, wait)

    async def apply(
        self,
        *,
        on_error: OnError = "stop",
        progress: ShowsProgress = None,
        summary: Summary | None = None,
    ) -> Summary:
        """Send the recorded calls in order, and return the counts.

        Async twin of `DryRunClient.apply`.
        """
        result = Summary() if summary is None else summary
        with self._recording.applying(result) as calls:
            options = _options(on_error, progress, result)
            return await self.each(calls, self._apply, **options)

    async def _apply(self, call: RecordedCall) -> Any:
        with self._recording.sending(call) as request:
            response = await self._origin._exchange(request)
            value = value_of(request, response, self._serves_pages)
            self._recording.learn(call, value)
        return value

    async def aclose(self) -> None:
        """Drop `response`; the connections are those of the client that made this one."""
        self._responses.drop()


def dry_class(base: type[Any], client: BaseClient[Any, Any, Any]) -> Any:
    """Return a class that records, with the methods of the client's own class.

    Args:
        base: `DryRunClient` or `AsyncDryRunClient`.
        client: The client; may be of a class of the user.
    """
    kind: type[Any] = type(client)
    if issubclass(base, kind) or issubclass(kind, base):
        return base if issubclass(base, kind) else kind
    members = {"__module__": base.__module__}
    return types.new_class(
        f"DryRun{kind.__name__}", (base, kind), exec_body=lambda body: body.update(members)
    )


def _options(on_error: OnError, progress: ShowsProgress, summary: Summary) -> Options:
    return {"on_error": on_error, "progress": progress, "summary": summary, "key": _number}


def _number(call: RecordedCall) -> int:
    return call.number


async def _async_snapshot(request: Request) -> dict[str, Any]:
    """Return the arguments of a request with copies. Async twin of `snapshot`."""
    from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

    kwargs = dict(request.kwargs)
    for name in ("data", "content"):
        if hasattr(kwargs.get(name), "__aiter__"):
            body = SpooledBody()
            async for piece in kwargs[name]:
                body.add(piece)
            kwargs[name] = kept(body)
    if any(kwargs.get(name) is not None for name in _BODIES):
        copied: dict[str, Any] = await in_thread(snapshot, kwargs)
        return copied
    return snapshot(kwargs)
