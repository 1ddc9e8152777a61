"""The calls recorded by a dry run: their responses, and the ids they depend on. No network."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from secrets import token_hex
from typing import Any, NamedTuple, NoReturn
from urllib.parse import quote

from cnct.client._core.curl import curl_command
from cnct.client._core.messages import Request
from cnct.client._core.placeholders import placeholder, placeholders_in, replaced
from cnct.client._core.request_body import json_text
from cnct.client.work.job import is_ambiguous
from cnct.client.work.outcomes import Outcome, Summary
from cnct.exceptions import AmbiguousWriteError, ClientError, PlaceholderError
from cnct.openapi.shapes import is_list, is_object
from cnct.text import clean

_SHOWN = 5  # calls in a repr
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, eq=False)
class RecordedCall:
    """A write that a dry run has recorded. ``str()`` shows it in one line.

    Attributes:
        number: Position in the dry run, from 1.
        method: HTTP method.
        url: URL, the API key masked.
        payload: JSON payload, the API key masked; ``None`` without one.
        ids: Placeholders for the ids in the response.
    """

    number: int
    method: str
    url: str
    payload: Any
    ids: tuple[str | None, ...] = ()
    _request: Request = field(default=Request("", "", {}), repr=False)

    def __str__(self) -> str:
        """Return number, method, URL and body."""
        return clean(f"{self.number} {self.method} {self.url}{self._body()}")

    def to_curl(self) -> str:
        """Return a shell command that makes the call with curl.

        The command reads the API key from the variable ``CNCT_API_KEY``, and the files of an upload
        from their paths. Other secret headers are masked, and placeholders are not filled in.
        """
        return curl_command(self._request)

    def _body(self) -> str:
        kwargs = self._request.kwargs
        if self.payload is not None:
            return f" {json.dumps(self.payload, ensure_ascii=False)}"
        parts = [f"{name}=..." for name in ("data", "content") if kwargs.get(name)]
        parts += [f"{name}=@{file[0]}" for name, file in kwargs.get("files") or ()]
        return f" ({', '.join(parts)})" if parts else ""


class Echo(NamedTuple):
    """The response to a recorded call."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class Recording:
    """The calls of a dry run, in order. Safe to use from several threads."""

    def __init__(self) -> None:
        self._run = token_hex(3)
        self._numbers = count(1)
        self._placeholders = count(1)
        self._calls: list[RecordedCall] = []
        self._owners: dict[str, int] = {}
        self._done: set[int] = set()
        self._begun: set[int] = set()
        self._doubtful: set[int] = set()
        self._applying = threading.Lock()
        self.ids: dict[str, str | int] = {}

    def __reduce__(self) -> NoReturn:
        """Refuse pickling: calls recorded in another process would be lost."""
        raise TypeError(
            "A dry run belongs to its process: pass the client to the other process, and call "
            "dry_run() there"
        )

    @property
    def calls(self) -> list[RecordedCall]:
        """All calls in the order of their numbers, applied ones included."""
        return sorted(self._calls, key=lambda call: call.number)

    def _refuse_unknown(self, *values: Any) -> None:
        """Refuse placeholders of another dry run.

        Raises:
            PlaceholderError: If there is one.
        """
        for text in sorted(placeholders_in(*values)):
            if text not in self._owners:
                raise PlaceholderError(f"{text} stands for an id that another dry run records")

    def record(self, request: Request, own_id: str | None = None) -> Echo:
        """Record a request whose body is a `snapshot`.

        Args:
            request: The request.
            own_id: Id of the resource that the request changes.

        Returns:
            A response with the payload, and a placeholder for each id that is not in the payload.

        Raises:
            PlaceholderError: If the request contains a placeholder of another dry run.
        """
        payload = request.kwargs.get("json")
        self._refuse_unknown(request.url, request.kwargs)
        number = next(self._numbers)
        value: Any = None
        ids: tuple[str | None, ...] = ()
        if request.method != "DELETE":
            value, ids = self._echoed(payload, number, own_id)
        visible = request.masked_data(payload)
        self._calls.append(
            RecordedCall(number, request.method, request.shown_url, visible, ids, request)
        )
        if request.method == "DELETE":
            return Echo(204, {}, b"")
        return Echo(200, _JSON, json_text(value).encode())

    def _echoed(
        self, payload: Any, number: int, own_id: str | None
    ) -> tuple[Any, tuple[str | None, ...]]:
        if is_list(payload):
            members = [self._with_id(member, number) for member in payload]
            return members, tuple(map(self._placeholder_of, members))
        value: Any = payload if is_object(payload) else {}
        if own_id is not None:
            return {**value, "id": value.get("id") or own_id}, ()
        value = self._with_id(value, number)
        return value, (self._placeholder_of(value),)

    def _with_id(self, payload: Any, number: int) -> Any:
        if not is_object(payload):
            return payload
        if payload.get("id") is not None:
            return payload
        text = placeholder(self._run, next(self._placeholders))
        self._owners[text] = number
        return {**payload, "id": text}

    def _placeholder_of(self, value: Any) -> str | None:
        text = value.get("id") if is_object(value) else None
        return text if isinstance(text, str) and text in self._owners else None

    def refuse_wait(self, url: str) -> None:
        """Refuse to wait for a resource that a recorded call would change.

        Raises:
            ClientError: If there is one.
        """
        for call in self.calls:
            target = call._request.url.partition("?")[0]
            if call.number not in self._done and f"{target}/".startswith(f"{url}/"):
                raise ClientError(
                    f"The wait would not end, since the dry run has not sent this call: {call}. "
                    "Apply the dry run first"
                )

    @contextmanager
    def applying(self, summary: Summary) -> Generator[list[RecordedCall]]:
        """Return the calls to send; count the others as ``skipped``.

        Raises:
            RuntimeError: If another thread or task is sending them.
        """
        if not self._applying.acquire(blocking=False):
            raise RuntimeError("The dry run is being applied already: wait for that")
        calls = [call for call in self.calls if call.number not in self._done]
        self._begun.clear()
        try:
            yield calls
        finally:
            for call in calls:
                if call.number not in self._begun:
                    summary._add(Outcome(call.number, state="skipped"))
            self._applying.release()

    @contextmanager
    def sending(self, call: RecordedCall) -> Generator[Request]:
        """Return the request to send, with the real ids.

        An error leaves the call to a later `applying`, unless the call may have been done.

        Raises:
            PlaceholderError: If an id is unknown, since the call that creates the resource has
                failed.
            AmbiguousWriteError: If an earlier attempt may have done the call.
        """
        self._begun.add(call.number)
        if call.number in self._doubtful:
            raise AmbiguousWriteError(
                "An earlier apply() does not know how this call ended, so it is not sent again",
                method=call.method,
                url=call.url,
            )
        request = self._filled(call)
        self._doubtful.add(call.number)
        try:
            yield request
        except BaseException as error:
            if not is_ambiguous(error):
                self._doubtful.discard(call.number)
            raise
        self._doubtful.discard(call.number)
        self._done.add(call.number)

    def _filled(self, call: RecordedCall) -> Request:
        def segment(text: str) -> str:
            return quote(str(self._id_for(text, call)), safe="")

        def id_itself(text: str) -> str | int:
            return self._id_for(text, call)

        request = call._request
        return request.but(
            url=replaced(request.url, segment), kwargs=replaced(request.kwargs, id_itself)
        )

    def _id_for(self, text: str, call: RecordedCall) -> str | int:
        if text not in self.ids:
            raise PlaceholderError(
                f"Not sent: it needs {text}, the id that call {self._owners[text]} of the dry run "
                "has not returned",
                method=call.method,
                url=call.url,
            )
        return self.ids[text]

    def learn(self, call: RecordedCall, value: Any) -> None:
        """Store the ids from the response to a call."""
        values: list[Any] = value if is_list(value) else [value]
        if len(values) != len(call.ids):
            return
        for text, member in zip(call.ids, values, strict=True):
            real = member.get("id") if is_object(member) else None
            if text is not None and isinstance(real, str | int):
                self.ids[text] = real

    def __str__(self) -> str:
        """Return the counts and the first calls."""
        calls = self.calls
        applied = f", {len(self._done):,} applied" if self._done else ""
        lines = [f"{len(calls):,} recorded{applied}", *map(str, calls[:_SHOWN])]
        lines += [f"and {len(calls) - _SHOWN:,} more"] if calls[_SHOWN:] else []
        return "\n  ".join(lines)
