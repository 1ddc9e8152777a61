"""Matches texts with patterns of letters, repeated letters and wildcards, in linear time.

A regular expression with several wildcards takes minutes on a long text. Knows no SQL and no RQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple


class Step(NamedTuple):
    """One step of a pattern.

    Attributes:
        letter: The letter; empty for any text.
        repeated: Whether the letter may occur any number of times, or not at all.
    """

    letter: str
    repeated: bool = False


ANY = Step("")

_ANY, _ONCE, _REPEATED = "*=+"


def encoded(steps: Iterable[Step]) -> str:
    """Write a pattern as text."""
    return "".join(
        f"{_REPEATED if step.repeated else _ONCE}{step.letter}" if step.letter else _ANY
        for step in steps
    )


def matches(pattern: str, text: object) -> bool:
    """Return whether a whole text matches a pattern; anything but a text does not.

    Args:
        pattern: Encoded steps, of which at least one is ``ANY``.
        text: The text.
    """
    return isinstance(text, str) and _matcher(pattern)(text)


@lru_cache(maxsize=64)
def _matcher(pattern: str) -> Callable[[str], bool]:
    steps = _decoded(pattern)
    if any(step.repeated for step in steps):
        return _Automaton(steps).matches
    segments = [""]
    for step in steps:
        if step.letter:
            segments[-1] += step.letter
        else:
            segments.append("")
    return _Segments(segments).matches


def _decoded(pattern: str) -> list[Step]:
    steps: list[Step] = []
    at = 0
    while at < len(pattern):
        if pattern[at] == _ANY:
            steps.append(ANY)
            at += 1
        else:
            steps.append(Step(pattern[at + 1], repeated=pattern[at] == _REPEATED))
            at += 2
    return steps


class _Segments:
    """Plain texts with any text between them: the first place of each is as good as any other."""

    def __init__(self, segments: list[str]) -> None:
        self._first, *self._middle, self._last = segments

    def matches(self, text: str) -> bool:
        at, end = len(self._first), len(text) - len(self._last)
        if at > end or not text.startswith(self._first) or not text.endswith(self._last):
            return False
        for segment in self._middle:
            start = text.find(segment, at, end)
            if start < 0:
                return False
            at = start + len(segment)
        return True


class _Automaton:
    """Keeps all possible positions in the pattern as bits, which move with each letter.

    Source: Navarro and Raffinot, "Flexible Pattern Matching in Strings", section 4.5.
    """

    def __init__(self, steps: list[Step]) -> None:
        self._end = 1 << len(steps)
        self._any = self._optional = 0
        self._stay: dict[str, int] = {}
        self._move: dict[str, int] = {}
        for number, step in enumerate(steps):
            bit = 1 << number
            if not step.letter:
                self._any |= bit
            masks = self._stay if step.repeated else self._move
            masks[step.letter] = masks.get(step.letter, 0) | bit
            if step.repeated or not step.letter:
                self._optional |= bit

    def matches(self, text: str) -> bool:
        positions = self._closed(1)
        for letter in text:
            stay = positions & (self._any | self._stay.get(letter, 0))
            move = positions & self._move.get(letter, 0)
            positions = self._closed(stay | move << 1)
            if not positions:
                return False
        return bool(positions & self._end)

    def _closed(self, positions: int) -> int:
        """Add the positions behind optional steps: the carry runs through all of a row."""
        optional = self._optional
        return positions | (((positions & optional) + optional) ^ optional)
