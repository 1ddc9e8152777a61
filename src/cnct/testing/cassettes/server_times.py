"""Keeps ``Date`` of the responses that programs take the time from, and of no others. No I/O.

A watch begins at the server's time, and asks for later changes. Without that time, the
replay would ask for other changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from cnct.testing.cassettes.call_tape import CallTape

_NAME = "Date"
_FAR = 3600  # seconds between the server's time and a moment that does not follow from it
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?")


def without_needless_dates(tapes: Iterable[CallTape]) -> None:
    """Remove ``Date`` from responses, unless a later request has a moment that is near.

    Also kept is the date with which a ``Retry-After`` is compared.
    """
    moments: list[float] = []  # of later requests
    for tape in reversed([*tapes]):
        outcome = tape.outcome
        if outcome is not None and _NAME in outcome.headers:
            now = _seconds(outcome.headers[_NAME])
            is_compared = not outcome.headers.get("Retry-After", "0").isdecimal()
            if not is_compared and not any(abs(moment - now) < _FAR for moment in moments):
                rest = {name: text for name, text in outcome.headers.items() if name != _NAME}
                tape.outcome = outcome._replace(headers=rest)
        moments += _moments(tape.request.query)


def _moments(query: str) -> Iterator[float]:
    for match in _MOMENT.finditer(query):
        moment = datetime.fromisoformat(match[0])
        yield (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _seconds(text: str) -> float:
    """Return a date of HTTP in seconds; infinite if it is none."""
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return float("inf")
