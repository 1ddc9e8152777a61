"""Names the replacements of private values: one for each value of a cassette. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnct.testing.cassettes.scrub_rules import ScrubRules
from cnct.testing.cassettes.scrubbing import is_number

_SHORTEST = 5  # characters of a value that is replaced outside of its field, too
_FORMATS = {"email": "user{}@example.com", "phone": "+999{:07}", "token": "token-{}"}
_NUMBERS = 9_000_000_000
_FIELD = re.compile(r"\w+-\d+")
_NUMBER = re.compile(r"9\d{9}")
_SPECIAL = re.compile(r"\W")


class StandIns:
    """Replacements in the order in which they are needed: ``user1@example.com``, ``tax_id-1``.

    Args:
        text: All text of the recorded calls; a name that occurs in it is no replacement.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._taken: dict[str, set[str]] = {}
        self._names: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def __call__(self, kind: str, text: str) -> str:
        """Return the replacement for a private value; equal values have one."""
        key = key_of(kind, text)
        if key not in self._names:
            self._names[key] = self._new(form_of(kind, text))
            self._kinds[key] = kind
        return self._names[key]

    def elsewhere(self) -> dict[str, str]:
        """Return the replacements of values of private fields that are replaced everywhere."""
        return {
            text: name
            for text, name in self._names.items()
            if is_replaced_elsewhere(self._kinds[text], text)
        }

    def _new(self, form: str) -> str:
        if form not in self._taken:  # one pass for thousands of names
            start, _, rest = form.partition("{")
            end = rest.partition("}")[2]
            pattern = rf"{re.escape(start)}\d+{re.escape(end)}" if form else r"(?=(9\d{9}))"
            self._taken[form] = {*re.findall(pattern, self._text)}
        taken = self._taken[form]
        return next(name for name in self._names_of(form) if name not in taken)

    def _names_of(self, form: str) -> Iterator[str]:
        while True:
            number = self._counts[form] = self._counts.get(form, 0) + 1
            yield form.format(number) if form else str(_NUMBERS + number)


def form_of(kind: str, text: str) -> str:
    """Return the format of a replacement; empty text for a number."""
    if kind in _FORMATS:
        return _FORMATS[kind]
    return "" if is_number(text) else f"{_SPECIAL.sub('_', kind)}-{{}}"


def key_of(kind: str, text: str) -> str:
    """Return the form of a private value by which it is compared: e-mail addresses ignore case."""
    return text.casefold() if kind == "email" else text


def is_replaced_elsewhere(kind: str, text: str) -> bool:
    """Return whether a value is replaced outside of its field, too: not if it may be a word."""
    if kind in _FORMATS or len(text) < _SHORTEST:
        return False
    return any(character.isdigit() for character in text) or not ScrubRules.is_secret(kind)


def could_stand_for(name: str, kind: str, text: str) -> bool:
    """Return whether a name has the form of a replacement of a value.

    The kind may be another than in the recording: one field may be named in several ways.
    """
    form = form_of(kind, text)
    if kind not in _FORMATS:
        return (_FIELD if form else _NUMBER).fullmatch(name) is not None
    start, _, rest = form.partition("{")
    return name.startswith(start) and name.endswith(rest.partition("}")[2])
