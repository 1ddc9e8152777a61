"""Responds to the calls of a test with those of a cassette, strictly. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cnct.client._core.messages import TransportError
from cnct.client._http.interception import WireRequest, WireResponse
from cnct.testing.addresses import segments
from cnct.testing.body_differences import short_repr
from cnct.testing.cassettes.binding import Binder, body_lines
from cnct.testing.cassettes.calls import CassetteCall, CassetteRequest, CassetteResponse
from cnct.testing.cassettes.cassette_format import Contents
from cnct.testing.cassettes.coverage import Coverage
from cnct.testing.cassettes.scrub_rules import ScrubRules
from cnct.testing.cassettes.scrubbed_calls import restored
from cnct.testing.cassettes.taped_bodies import JSON, bytes_of
from cnct.testing.cassettes.whereabouts import ENDPOINT, Whereabouts
from cnct.testing.matching import Mock, NormalizedRequest
from cnct.testing.mocks import Mocks, Nearest

_MOST_LISTED = 20  # calls in a message
_CHANGED = "If the program has changed on purpose, record again with pytest --record."
_SHARED = (
    "Another test of this run has recorded the cassette. Tests that share one make the same calls:"
    " give this test a cassette of its own."
)
_ABANDONED = "The recorded program did not wait for this response"


class CassetteMock(Mock):
    """A recorded call.

    Args:
        call: The call.

    Attributes:
        recorded: As passed.
    """

    _holder = "cassette"

    def __init__(self, call: CassetteCall) -> None:
        super().__init__(_normalized(call.request), WireResponse(0, {}, b""))
        self.recorded = call

    def lines(self, request: CassetteRequest) -> Iterator[str]:
        """Describe how a request differs from the recorded one, one line per difference."""
        yield from self.differences(_normalized(request))
        yield from body_lines(self.recorded.request, request)

    def answer(self, response: WireResponse | TransportError) -> None:
        """Set the response to the next call."""
        self._response = response

    def __str__(self) -> str:
        """Write the recorded request and the number of calls on one line."""
        request = self.recorded.request
        body = f" with {short_repr(dict(request.body))}" if request.body else ""
        return f"{request}{body} ({'made' if self.calls else 'not made'})"


class CassetteReplay(Mocks):
    """The calls of a cassette as mocks, each for one call.

    Args:
        contents: The cassette.
        name: Name of the file, for messages.
        coverage: URLs whose calls are kept from the network.
        strict: Whether each recorded call must be made, and only once.
        ordered: Whether the calls must be made in the recorded order.
        is_new: Whether another test of this run has recorded the cassette.
    """

    _noun = "recorded call"

    def __init__(
        self,
        contents: Contents,
        name: str,
        coverage: Coverage,
        *,
        strict: bool = True,
        ordered: bool = False,
        is_new: bool = False,
    ) -> None:
        super().__init__(coverage.endpoint or ENDPOINT, (), None)
        self.recorded = [CassetteMock(call) for call in contents.calls]
        self.entries = [*self.recorded]
        self._coverage = coverage
        self._strict = strict
        self._ordered = ordered
        self._advice = _SHARED if is_new else _CHANGED
        self._where = Whereabouts(coverage.endpoint)
        self._binder = Binder(ScrubRules(contents.scrub), self._where, contents.calls)
        self._place = f" in {name}"
        self._unexpected_text = f"is not in {name}"
        self._name = name

    def covers(self, url: str) -> bool:
        """Return whether requests for a URL are kept from the network."""
        return self._coverage.includes(url)

    def expecting(self, request: WireRequest) -> Mock | None:
        """Return the recorded call for a request, with the response."""
        key = {name.lower(): value for name, value in request.headers.items()}.get("authorization")
        if key:
            self._binder.keys.add(str(key))
        raw = self._where.raw(request)
        scrubbed = self._binder.scrubbed(raw)
        for mock in self._candidates():
            bound = self._binder.match(mock.recorded.request, raw, scrubbed)
            if bound is not None:
                self._binder.bind(bound)
                mock.answer(self._wire_response(mock.recorded.response))
                return mock
        return None

    def _candidates(self) -> list[CassetteMock]:
        unused = [mock for mock in self.recorded if not mock.calls]
        if self._ordered:
            unused = unused[:1]
        used = [] if self._strict else [mock for mock in self.recorded if mock.calls]
        return [*unused, *used[::-1]]

    def _wire_response(self, response: CassetteResponse | None) -> WireResponse | TransportError:
        """Return a response with the values of the test in the place of their replacements."""
        if response is None:
            return TransportError(ConnectionError(_ABANDONED), sent=True, transient=False)
        names, rename = self._binder.texts, self._where.actual
        if response.failure:
            kind = TimeoutError if response.failure == "timeout" else ConnectionError
            cause = kind(restored(response.reason, names, rename))
            sent, transient = response.sent, response.transient
            return TransportError(cause, sent=sent, transient=transient, status=response.status)
        headers = {name: restored(text, names, rename) for name, text in response.headers.items()}
        if "json" in response.body and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = JSON
        content = bytes_of(restored(response.body, names, rename))
        return WireResponse(response.status or 0, headers, content)

    def complaint(self, request: WireRequest, nested: list[Mocks]) -> str:
        """Write the message about an unexpected call; see `Mocks.complaint`."""
        return f"{super().complaint(request, nested)}\n{self._advice}"

    def described(self, request: WireRequest) -> str:
        """Write a request on one line."""
        scrubbed = self._binder.scrubbed(self._where.raw(request))
        return f"{scrubbed}{f' with {short_repr(dict(scrubbed.body))}' if scrubbed.body else ''}"

    def nearest(self, request: WireRequest) -> Nearest:
        """Return the recorded call that is nearest to a request; of equal ones, one not made."""
        scrubbed = self._binder.scrubbed(self._where.raw(request))
        normalized = _normalized(scrubbed)
        distance, _, index = min(
            (mock.distance(normalized), bool(mock.calls), index)
            for index, mock in enumerate(self.recorded)
        )
        mock = self.recorded[index]
        lines = [*mock.lines(scrubbed)]
        if not lines:
            lines = [self._reason(mock)]
        return Nearest(distance, str(mock), lines)

    def _reason(self, mock: CassetteMock) -> str:
        if not mock.calls:
            return "the recorded calls before this one were not made"
        return "each recorded call is made once; with strict=False it may be made again"

    def listed(self) -> list[str]:
        """Return the recorded calls, one line each."""
        return [*_first([*self.entries])]

    def _unused_lines(self, unused: Iterable[Mock], used: Iterable[Mock]) -> Iterator[str]:  # noqa: ARG002 - those of mocks are few
        yield f"Recorded calls in {self._name} that were not made:"
        yield from (f"  {line}" for line in _first([*unused]))

    def _is_needed(self, mock: Mock) -> bool:
        needed = isinstance(mock, CassetteMock) and mock.recorded.response is not None
        return self._strict and needed


def _normalized(request: CassetteRequest) -> NormalizedRequest:
    return NormalizedRequest(request.method, segments(request.path), request.terms)


def _first(mocks: Sequence[Mock]) -> Iterator[str]:
    """Yield the first mocks and the number of the others, one line each."""
    yield from map(str, mocks[:_MOST_LISTED])
    more = len(mocks) - _MOST_LISTED
    if more > 0:
        yield f"and {more} more"
