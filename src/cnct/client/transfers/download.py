"""One download: receives the bodies of responses in a file, over as many requests as it takes.

Which bytes to request is decided by `resumption`; the file is kept by `part_file`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cnct.client._core.body_errors import BodyError
from cnct.client._core.headers import merged
from cnct.client._core.messages import Flow, Message, Request, Response, TransportError
from cnct.client._core.responses import content_of, unreadable
from cnct.client.transfers.answer_kinds import is_file, refusal
from cnct.client.transfers.download_options import DownloadPlan
from cnct.client.transfers.file_names import file_name
from cnct.client.transfers.part_file import DownloadPart, DownloadSource, continued_in
from cnct.client.transfers.resumption import Resumption
from cnct.exceptions import ClientError, ExportError

_MOST_RESTARTS = 5
_PART = 206


class Download:
    """A file on its way from a server; a `Receiver`.

    Methods that touch the file may run in a thread, and wait for one another.

    Args:
        plan: The arguments of the download.
    """

    def __init__(self, plan: DownloadPlan) -> None:
        self._plan = plan
        self._progress = plan.new_progress()
        self._resumption = Resumption()
        self._source: DownloadSource | None = None
        self._file: DownloadPart | None = None
        self._request = Request("GET", "", {})
        self._name = ""
        self._received = 0
        self._has_begun = False
        self._is_taken = False
        self._is_new = False  # whether the next byte is the first of a version
        self._failure: Exception | None = None
        self._is_closed = False
        self._lock = threading.Lock()

    @property
    def position(self) -> int:
        """Number of the next byte of the file."""
        return self._resumption.position

    @property
    def received(self) -> int:
        """Bytes of the present response so far."""
        return self._received

    def open(self, url: str) -> Self:
        """Open the file, with the bytes of an earlier run from the same URL.

        A file in a directory, whose name the server chooses, is opened later unless there are some.

        Raises:
            ExportError: If the file cannot be written.
            FileExistsError: If there is a file that must not be replaced.
            OSError: If the file cannot be created.
        """
        plan = self._plan
        with self._lock:
            if self._is_closed:
                return self
            self._source = DownloadSource.of(url) if plan.resume else None
            path: Path | None = plan.path
            if plan.is_directory:
                path = self._source and continued_in(plan.path, self._source)
            if path is not None:
                self._file = DownloadPart(path, self._source, overwrites=plan.overwrites)
                self._resumption = self._file.resumption()
            self._progress.begin(self.position)
        return self

    def __enter__(self) -> Self:
        """Return the download."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; an incomplete one is kept only if another run can continue it."""
        with self._lock:
            self._is_closed = True
            if self._file is not None:
                self._file.close()
        self._progress.close()

    def flow(self, call: Callable[[Request], Flow[Response]], request: Request) -> Flow[Response]:
        """Request the file, or the missing bytes, until the file is whole.

        Args:
            call: Returns the flow of one call, with its retries and redirects.
            request: The first request.

        Raises:
            ClientError: The error of the last attempt, or that the response is no file.
            Exception: If the file cannot be written, or a function for the progress fails.
        """
        if request.limits.deadline is not None:
            end = time.monotonic() + request.limits.deadline
            request = request.but(limits=request.limits.but(end=end))
        restarts = 0
        while True:
            try:
                response = yield from self._amended(call(request))
                self._check(response)
            except ClientError as error:
                if self._failure is not None:
                    raise self._failure from None
                if not self._resumption.must_restart or restarts == _MOST_RESTARTS:
                    error.remedy = error.remedy or self._advice()
                    raise
                restarts += 1
                self._resumption.restart()
            else:
                if self._resumption.is_complete:
                    return response

    def _advice(self) -> str:
        """Return the sentence about the bytes that are kept; empty if there are none."""
        if self._file is None or not self.position or not self._file.can_be_continued:
            return ""
        return f"The next download goes on after the {self.position:,} bytes in {self._file.part}"

    def _amended(self, flow: Flow[Response]) -> Flow[Response]:
        """Run a flow whose requests get the headers for the missing bytes."""
        step: Callable[[], Message] = partial(next, flow)
        with closing(flow):
            while True:
                try:
                    message = step()
                except StopIteration as stop:
                    response: Response = stop.value
                    return response
                if not isinstance(message, Request):
                    yield message
                    step = partial(next, flow)
                    continue
                try:
                    response = yield self._prepared(message)
                    self._take(response)
                except TransportError as error:
                    # Another attempt would get the same bytes of no use.
                    error.transient = error.transient and not self._resumption.must_restart
                    step = partial(flow.throw, error)
                except BodyError as error:
                    step = partial(flow.throw, TransportError(error, sent=True, transient=False))
                else:
                    step = partial(flow.send, response)

    def _prepared(self, request: Request) -> Request:
        """Return a request for the missing bytes, uncompressed unless the call asks for more."""
        self._has_begun = self._is_taken = False
        self._received = 0
        headers: Mapping[str, str] = request.kwargs.get("headers") or {}
        headers = merged({"Accept-Encoding": "identity"}, headers)
        headers = merged(headers, self._resumption.headers())
        self._request = request.but(kwargs={**request.kwargs, "headers": headers})
        return self._request

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Return whether the body is one of the file."""
        self._has_begun = True
        has_bytes = self._resumption.begin(status, headers)
        if has_bytes and status != _PART:
            has_bytes = is_file(self._request, headers, refuses_json=self._plan.is_resource)
            self._is_new = has_bytes
            self._name = file_name(headers, self._request.url)
            self._progress.begin(0)
        self._is_taken = has_bytes
        return has_bytes

    def write(self, data: bytes) -> None:
        """Append a piece of the body to the file.

        Raises:
            BodyError: If the bytes are of no use, or the file cannot be written.
        """
        if self._resumption.must_restart:
            raise BodyError("The server has sent other bytes than the requested ones")
        try:
            with self._lock:
                self._file_to_write().write(data)
        except (OSError, ExportError) as error:
            self._failure = error
            raise BodyError("The file cannot be written") from error
        self._resumption.position += len(data)
        self._received += len(data)

    def _file_to_write(self) -> DownloadPart:
        """Return the file, opened and emptied if a version begins; call with the lock."""
        if self._is_closed:
            raise BodyError("The download has ended")
        file, plan = self._file, self._plan
        if file is None or self._is_new:
            path = plan.path / self._name if plan.is_directory else plan.path
            if file is None or file.path != path:
                if file is not None:
                    file.drop()
                file = DownloadPart(path, self._source, overwrites=plan.overwrites)
                self._file = file
            file.restart(self._resumption.validator, self._resumption.total)
            self._is_new = False
        return file

    def report(self) -> None:
        """Show the progress.

        Raises:
            BodyError: If the user's function fails.
        """
        try:
            self._progress.show(self.position, self._resumption.total)
        except Exception as error:
            self._failure = error
            raise BodyError("The function for the progress has failed") from error

    def _take(self, response: Response) -> None:
        """Take the body of a response that did not come through the drivers: of a mock, a mirror.

        Raises:
            BodyError: As from `write`.
        """
        if not self._has_begun and self.begin(response.status_code, response.headers):
            content = content_of(response)
            if content:
                self.write(content)
            self.report()

    def _check(self, response: Response) -> None:
        """Refuse a response without bytes of the file.

        Raises:
            ClientError: If the body is another kind of answer, or the server sends no more.
        """
        if not self._is_taken:
            raise refusal(self._request, response)
        if not self._resumption.is_complete and not self._received:
            problem = "The response has none of the missing bytes"
            raise unreadable(self._request, response, problem)

    def finish(self, response: Response) -> Path:
        """Give the file its name, and return the path.

        Raises:
            ClientError: If the response has no file.
            FileExistsError: If there is such a file by now, which must not be replaced.
            OSError: If the file cannot be written.
        """
        if not self._has_begun:
            self._take(response)
            self._check(response)
        with self._lock:
            file = self._file_to_write()
            file.commit()
        return file.path


def received_in(request: Request, download: Any) -> Request:
    """Return a request whose response goes to a download."""
    return request.but(limits=request.limits.but(receiver=download))
