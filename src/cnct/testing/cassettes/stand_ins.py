"""Names the replacements of private values: one for each value of a cassette. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cnct.testing.cassettes.scrubbing import SHORTEST, is_number

_FORMATS = {"email": "user{}@example.com", "phone": "+999{:07}", "token": "token-{}"}
_NUMBERS = 9_000_000_000
_SPECIAL = re.compile(r"\W")


class StandIns:
    """Replacements in the order in which they are needed: ``user1@example.com``, ``tax_id-1``.

    Args:
        occurs: Returns whether a text occurs in the recorded calls, and so is no replacement.
    """

    def __init__(self, occurs: Callable[[str], bool]) -> None:
        self._occurs = occurs
        self._names: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def __call__(self, kind: str, text: str) -> str:
        """Return the replacement for a private value; equal values have one."""
        if text not in self._names:
            self._names[text] = self._new(form_of(kind, text))
            self._kinds[text] = kind
        return self._names[text]

    def elsewhere(self) -> dict[str, str]:
        """Return the replacements of values of private fields that are replaced everywhere."""
        return {
            text: name
            for text, name in self._names.items()
            if self._kinds[text] not in _FORMATS and len(text) >= SHORTEST
        }

    def _new(self, form: str) -> str:
        return next(name for name in self._names_of(form) if not self._occurs(name))

    def _names_of(self, form: str) -> Iterator[str]:
        while True:
            number = self._counts[form] = self._counts.get(form, 0) + 1
            yield form.format(number) if form else str(_NUMBERS + number)


def form_of(kind: str, text: str) -> str:
    """Return the format of a replacement; empty text for a number."""
    if kind in _FORMATS:
        return _FORMATS[kind]
    return "" if is_number(text) else f"{_SPECIAL.sub('_', kind)}-{{}}"


def could_stand_for(name: str, kind: str, text: str) -> bool:
    """Return whether a name has the form of a replacement of a value."""
    form = form_of(kind, text) or "9{:09}"
    start, _, end = form.partition("{")
    return name.startswith(start) and name.endswith(end.partition("}")[2])
