"""A client that reports each request with time, size and error. Does not import Locust."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from typing import Any
from urllib.parse import unquote

from cnct.client._core.messages import Flow, Message, Request, Response, TransportError
from cnct.client._core.responses import content_of, error_of, failure_of
from cnct.client._http.reading import current
from cnct.client.fluent import ConnectClient
from cnct.exceptions import ClientError, NotFoundError

_FIRST_ERROR = 400
_NOT_FOUND = 404


class MeasuredClient(ConnectClient):
    """A client that reports each request: also retries, redirects, and requests of other threads.

    Requests that are refused before they are sent are not reported.

    Args:
        report: Receives the request as keyword arguments: ``request_type`` (the HTTP method),
            ``name``, ``response_time`` (milliseconds to the end of the body), ``response_length``
            (bytes), ``response`` (of the library requests, or ``None``), ``exception`` (a
            `ClientError` or ``None``), ``context``, ``start_time`` (seconds since 1970) and
            ``url`` (secrets masked). The name is the path template of the OpenAPI document, such
            as ``/requests/{id}/approve``. Where the document has none, segments that look like ids
            become ``{id}``.
        context: Returns the context of the requests.
        **options: Arguments of `ConnectClient`.

    Raises:
        TypeError: As for `ConnectClient`.
        ValueError: As for `ConnectClient`.
        SettingsError: As for `ConnectClient`.
    """

    def __init__(
        self,
        report: Callable[..., Any],
        context: Callable[[], Mapping[str, Any]] = dict,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._report = report
        self._context = context

    def _flow(self, request: Request) -> Flow[Response]:
        return self._measured(super()._flow(request))

    def _measured(self, flow: Flow[Response]) -> Flow[Response]:
        """Run a flow, and report each of its requests."""
        step: Callable[[], Message] = partial(next, flow)
        with closing(flow):
            while True:
                try:
                    message = step()
                except StopIteration as stop:
                    response: Response = stop.value
                    return response
                if isinstance(message, Request):
                    step = yield from self._timed(flow, message)
                else:
                    yield message
                    step = partial(next, flow)

    def _timed(self, flow: Flow[Response], request: Request) -> Flow[Any]:
        """Send a request, report it, and return the next step of the flow."""
        began, start = time.time(), time.perf_counter()
        try:
            response = yield request
        except TransportError as error:
            reading = current()
            if reading is None or not reading.has_ended:  # else the consumer stopped early
                self._send_report(request, began, start, failure_of(ClientError, request, error))
            return partial(flow.throw, error)
        failure = None
        if response.status_code >= _FIRST_ERROR:
            kind = NotFoundError if response.status_code == _NOT_FOUND else ClientError
            failure = error_of(kind, request, response)
        self._send_report(request, began, start, failure, response)
        return partial(flow.send, response)

    def _send_report(
        self,
        request: Request,
        began: float,
        start: float,
        error: ClientError | None,
        response: Response | None = None,
    ) -> None:
        self._report(
            request_type=request.method,
            name=self._name(request.url),
            response_time=(time.perf_counter() - start) * 1000,
            response_length=0 if response is None else len(content_of(response)),
            response=response,
            exception=error,
            context={**self._context()},
            start_time=began,
            url=request.shown_url,
        )

    def _name(self, url: str) -> str:
        path = url.partition("?")[0].removeprefix(self.endpoint).strip("/")
        return f"/{self._template_of(url) or shape(path)}"


def shape(path: str) -> str:
    """Return a path with ``{id}`` for each segment that looks like an id.

    Ids of Connect have digits or capital letters, and names of collections and actions do not.
    """
    return "/".join(
        "{id}" if any(sign.isdigit() or sign.isupper() for sign in unquote(segment)) else segment
        for segment in path.split("/")
    )
