"""Records the calls of a test, which go to the network, and scrubs them. Writes no file."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from cnct.client._core.messages import Response, TransportError
from cnct.client._http.interception import (
    Recorder,
    WireRequest,
    add_interceptor,
    remove_interceptor,
)
from cnct.exceptions import CassetteError
from cnct.testing.cassettes.call_tape import CallTape, TapeUse, start_of_rest
from cnct.testing.cassettes.calls import CassetteCall, CassetteResponse
from cnct.testing.cassettes.coverage import Coverage
from cnct.testing.cassettes.resumed_downloads import with_whole_downloads
from cnct.testing.cassettes.scrub_rules import PRIVATE_HEADERS, ScrubRules, texts_of
from cnct.testing.cassettes.scrubbed_calls import (
    scrubbed_binary,
    scrubbed_request,
    scrubbed_response,
)
from cnct.testing.cassettes.scrubbing import Scrubber
from cnct.testing.cassettes.secret_forms import forms_of
from cnct.testing.cassettes.server_times import without_needless_dates
from cnct.testing.cassettes.stand_ins import StandIns
from cnct.testing.cassettes.taped_bodies import is_exact, response_form
from cnct.testing.cassettes.whereabouts import Whereabouts

_ERROR = 400
_LONGEST_COOKIE = 12  # characters that a setting such as a language has at most
_KEPT = (
    *("Content-Type", "Content-Range", "Content-Disposition", "Accept-Ranges", "ETag"),
    *("Last-Modified", "Location", "Link", "Retry-After", "Date"),
)
_KEPT_OF_ERRORS = ("X-Request-Id", "Request-Id", "X-Correlation-Id")


class CallRecorder(Recorder):
    """Records calls.

    Args:
        coverage: URLs whose calls are recorded.
        rules: The private fields.
        headers: Names of further headers of responses to keep.
        max_body: Largest body of a response in bytes.

    Attributes:
        keys: API keys, and long values of cookies, that were sent or received.
    """

    def __init__(
        self, coverage: Coverage, rules: ScrubRules, headers: Iterable[str], max_body: int
    ) -> None:
        self.keys: set[str] = set()
        self._max_body = max_body
        self._use = TapeUse(self._tick, self._outcome, max_body)
        self._coverage = coverage
        self._where = Whereabouts(coverage.endpoint)
        self._rules = rules
        self._headers = (*_KEPT, *headers)
        self._keeps_dates = any(name.lower() == "date" for name in headers)
        self._tapes: list[CallTape] = []
        self._count = count(1)
        self._lock = threading.Lock()

    def start(self) -> None:
        """Record calls from now on."""
        add_interceptor(self)

    def stop(self) -> None:
        """Record no further calls."""
        remove_interceptor(self)

    def covers(self, url: str) -> bool:
        """Return whether requests for a URL are recorded."""
        return self._coverage.includes(url)

    def begin(self, request: WireRequest) -> CallTape:
        """Record a request, and return the tape for the response."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        with self._lock:
            self.keys |= {*filter(None, [_text(headers.get("authorization", ""))])}
            self.keys |= _cookies(_text(headers.get("cookie", "")))
            tape = CallTape(self._where.raw(request), start_of_rest(headers), self._use)
            self._tapes.append(tape)
        return tape

    def _tick(self) -> int:
        """Return the next number of the beginnings and ends of calls."""
        return next(self._count)

    def _outcome(self, response: Response | TransportError, content: bytes) -> CassetteResponse:
        """Return a failure, or a response with the headers that are kept; not scrubbed."""
        if isinstance(response, TransportError):
            return _failure(response)
        received = {name.lower(): value for name, value in response.headers.items()}
        self.keys |= _cookies(received.get("set-cookie", ""))
        content_type = received.get("content-type", "")
        body = response_form(content_type, content)
        names = [*self._headers]
        if response.status_code >= _ERROR:
            names += _KEPT_OF_ERRORS
        spellings = {name.lower(): name for name in reversed(names)}
        headers = {
            name: received[lower]
            for lower, name in reversed(spellings.items())
            if lower in received
        }
        if is_exact(content_type, body):
            del headers["Content-Type"]
        return CassetteResponse(response.status_code, headers, body)

    def calls(self) -> list[CassetteCall]:
        """Return the recorded calls in a stable order, without private values.

        Raises:
            CassetteError: If a body exceeds the limit, or is nested too deeply; or if a download
                goes on with bytes of an earlier run.
        """
        tapes = _ordered(with_whole_downloads(self._tapes))
        for tape in tapes:
            if tape.size > self._max_body:
                raise CassetteError(
                    f"the response to {tape.request.method} {tape.request.path} has {tape.size}"
                    f" bytes, a cassette holds {self._max_body}: pass a larger max_body, or record"
                    " a smaller response"
                )
        if not self._keeps_dates:
            without_needless_dates(tapes)
        text = "\n".join(map(_all_text, tapes))
        names = StandIns(text)
        secrets = forms_of(frozenset(self.keys))
        for_fields = Scrubber(self._rules, names, {}, secrets, self._where.canonical)
        list(self._scrubbed(tapes, for_fields))  # finds the values of private fields
        texts = names.elsewhere()
        everywhere = Scrubber(self._rules, names, texts, secrets, self._where.canonical)
        return [*self._scrubbed(tapes, everywhere)]

    def _scrubbed(self, tapes: Iterable[CallTape], scrubber: Scrubber) -> Iterator[CassetteCall]:
        for tape in tapes:
            try:
                yield _scrubbed_call(tape, scrubber)
            except RecursionError as error:
                call = f"{tape.request.method} {tape.request.path}"
                raise CassetteError(f"a body of {call} is nested too deeply") from error


def _scrubbed_call(tape: CallTape, scrubber: Scrubber) -> CassetteCall:
    outcome = tape.outcome
    if outcome is not None:
        outcome = scrubbed_response(outcome, scrubber)
        outcome = outcome._replace(body=scrubbed_binary(outcome.body, scrubber))
    return CassetteCall(scrubbed_request(tape.request, scrubber), outcome)


def checked_headers(names: Iterable[Any]) -> tuple[str, ...]:
    """Return names of headers to keep.

    Raises:
        TypeError: If ``names`` is not a list of texts.
        ValueError: If a header is private.
    """
    texts = texts_of(names, "headers must be a list of names like ['Date']")
    for name in texts:
        if name.lower() in PRIVATE_HEADERS:
            raise ValueError(f"headers must not name {name}, which is never recorded")
    return texts


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _cookies(header: str) -> set[str]:
    """Return the values of cookies that are long enough for a session."""
    values = re.findall(r"=\s*\"?([^\s;,\"]+)", header)
    return {value for value in values if len(value) > _LONGEST_COOKIE}


def _failure(error: TransportError) -> CassetteResponse:
    is_timeout = "timeout" in type(error.cause).__name__.lower()
    received = {name.lower(): value for name, value in (error.headers or {}).items()}
    headers = {name: received[name] for name in ("content-range",) if name in received}
    return CassetteResponse(
        error.status,
        headers,  # of which the file has none
        failure="timeout" if is_timeout else "connection",
        reason=str(error.cause),
        sent=error.sent,
        transient=error.transient,
    )


def _all_text(tape: CallTape) -> str:
    """Return everything in a call, to look for texts in it."""
    request = tape.request
    content = tape.content.decode("utf-8", "replace")
    headers: Mapping[str, str] = tape.outcome.headers if tape.outcome else {}
    return f"{request.path} {request.query} {request.body} {content} {headers}"


def _ordered(tapes: Iterable[CallTape]) -> list[CallTape]:
    """Sort calls that were made at the same time by their requests; the others stay in order."""
    result: list[CallTape] = []
    group: list[CallTape] = []
    last = 0.0  # end of the calls in the group
    for tape in tapes:
        if group and tape.begun > last:
            result += sorted(group, key=_natural_key)
            group, last = [], 0.0
        group.append(tape)
        last = max(last, float("inf") if tape.ended is None else tape.ended)
    return result + sorted(group, key=_natural_key)


def _natural_key(tape: CallTape) -> list[tuple[int, str]]:
    request = tape.request
    pieces = re.split(r"(\d+)", f"{request.path}?{request.query} {request.method} {request.body}")
    return [(int(piece), "") if piece.isdecimal() else (0, piece) for piece in pieces]
