"""Makes one whole response of a download that broke off and went on, as a replay has no ranges.

The break stays, as a failed call. No I/O.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping

from cnct.exceptions import CassetteError
from cnct.testing.cassettes.call_tape import CallTape
from cnct.testing.cassettes.calls import CassetteResponse
from cnct.testing.cassettes.taped_bodies import response_form

_WHOLE = (200, 203)
_PART = 206
_UNSATISFIABLE = 416
_RANGE = "content-range"
_CONTENT_RANGE = re.compile(r"bytes\s+(\d+)-", re.IGNORECASE)


class _Beginning:
    """The bytes of a file that have arrived so far.

    Attributes:
        content: The bytes.
        whole: The call that has them in the cassette; ``None`` until one has come to its end.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.whole: CallTape | None = None


def with_whole_downloads(tapes: Iterable[CallTape]) -> list[CallTape]:
    """Return calls in which each download that went on has one response.

    Raises:
        CassetteError: If the beginning of a file is from an earlier run.
    """
    result: list[CallTape] = []
    beginnings: dict[str, _Beginning] = {}
    for tape in tapes:
        url = f"{tape.request.path}?{tape.request.query}"
        status = _outcome(tape).status
        if tape.start is None or status not in (_PART, _UNSATISFIABLE):
            if _is_broken(tape) and status in _WHOLE:
                beginnings[url] = _Beginning(tape.content)
            result.append(tape)
        elif status == _PART and _has_rest(tape):
            if url not in beginnings:
                raise _from_earlier_run(tape)
            result += _taken(tape, beginnings[url])
        # After any other response, the file is requested anew, as in the replay.
    return result


def _taken(tape: CallTape, beginning: _Beginning) -> list[CallTape]:
    """Add the bytes of a call to those before; return the call if it stays one of its own."""
    beginning.content = beginning.content[: tape.start] + tape.content
    is_first = beginning.whole is None
    if is_first and not _is_broken(tape):
        tape = beginning.whole = copy.copy(tape)
    if beginning.whole is not None:
        _fill(beginning.whole, beginning.content)
    return [tape] if is_first else []


def _fill(tape: CallTape, content: bytes) -> None:
    """Make the response one with the whole file."""
    outcome = _outcome(tape)
    headers = {name: text for name, text in outcome.headers.items() if name.lower() != _RANGE}
    form = response_form(_lower(headers).get("content-type", ""), content)
    tape.outcome = outcome._replace(status=_WHOLE[0], headers=headers, body=form)
    tape.content, tape.size = content, len(content)


def _lower(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name.lower(): text for name, text in headers.items()}


def _outcome(tape: CallTape) -> CassetteResponse:
    return tape.outcome or CassetteResponse(None)


def _is_broken(tape: CallTape) -> bool:
    return bool(_outcome(tape).failure)


def _has_rest(tape: CallTape) -> bool:
    """Return whether a partial response begins where the request wants it to."""
    match = _CONTENT_RANGE.match(_lower(_outcome(tape).headers).get(_RANGE, ""))
    return match is not None and int(match[1]) == tape.start


def _from_earlier_run(tape: CallTape) -> CassetteError:
    request = tape.request
    return CassetteError(
        f"{request.method} {request.path} went on with a download of an earlier run, whose first"
        f" {tape.start} bytes were not recorded: delete the file that ends with .part, or pass"
        " resume=False, and record again"
    )
