"""A call of a recording, before it is scrubbed. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from cnct.client._core.messages import Response, TransportError
from cnct.testing.cassettes.calls import CassetteResponse
from cnct.testing.cassettes.whereabouts import RawRequest

_RANGE = re.compile(r"bytes=(\d+)-")


class TapeUse(NamedTuple):
    """The functions of a recorder that its tapes call.

    Attributes:
        tick: Returns the next number of the beginnings and ends of calls.
        outcome: Returns a response or failure as it is recorded, from the body.
        max_body: Largest body of a response in bytes.
    """

    tick: Callable[[], int]
    outcome: Callable[[Response | TransportError, bytes], CassetteResponse]
    max_body: int


class CallTape:
    """A call while it is made; see `cnct.client._core.messages.Tape`.

    Args:
        request: The request.
        start: Number of the first byte that a download goes on with; ``None`` for other requests.
        use: The functions of the recorder.

    Attributes:
        request: As passed.
        start: As passed.
        begun: Number of calls that had begun or ended before.
        ended: Number of calls that had begun or ended before the end; ``None`` before.
        outcome: Response or failure, ``None`` without one; not scrubbed.
        content: Body of the response, cut at the limit.
        size: Size of the body in bytes.
    """

    def __init__(self, request: RawRequest, start: int | None, use: TapeUse) -> None:
        self.request = request
        self.start = start
        self.begun = use.tick()
        self.ended: int | None = None
        self.outcome: CassetteResponse | None = None
        self.content = b""
        self.size = 0
        self._pieces: list[bytes] = []
        self._use = use

    def add(self, data: bytes) -> None:
        """Record a piece of the body."""
        self.size += len(data)
        if self.size <= self._use.max_body:
            self._pieces.append(data)

    def end(self, outcome: Response | TransportError) -> None:
        """Record status and headers, or the failure."""
        self.ended = self._use.tick()
        self.content = b"".join(self._pieces)
        self._pieces.clear()
        self.outcome = self._use.outcome(outcome, self.content)


def start_of_rest(headers: Mapping[str, str]) -> int | None:
    """Return the number of the first byte that a download goes on with.

    Args:
        headers: Headers of a request, names in lower case.

    Returns:
        ``None`` if the request is not for the rest of a file: downloads send ``If-Range``.
    """
    match = _RANGE.fullmatch(str(headers.get("range", "")))
    return int(match[1]) if match and "if-range" in headers else None
