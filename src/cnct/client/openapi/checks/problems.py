"""What a check finds, and the nearest right name beside a wrong one. Plain data, no look-ups."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import NamedTuple

_MOST_SHOWN = 12
_NEAR = 0.6  # of 1.0; difflib's own default
_SURELY_MEANT = 0.92


class Problem(NamedTuple):
    """Something about a call that the document speaks against.

    Attributes:
        kind: What sort of mistake it is: ``path``, ``method``, ``field``, ``operator``, ``value``,
            ``ordering``, ``select``, ``search`` or ``syntax``; in payloads ``unknown``,
            ``required``, ``read-only``, ``value`` or, if the document is to blame, ``schema``.
        message: What is wrong and what would be right; enough to mend it.
        path: Where in the payload it is: ``items[2].quantity``; empty elsewhere.
    """

    kind: str
    message: str
    path: str = ""

    def __str__(self) -> str:
        """Tell the message."""
        return self.message


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Find the names that somebody may have meant: the one that is surely meant, or up to three.

    Letter case does not matter, and a part of a dotted name counts as near: ``product.id`` to
    ``asset.product.id``.
    """
    by_lower = {candidate.lower(): candidate for candidate in names}
    wanted = name.lower()
    sure = get_close_matches(wanted, by_lower, 1, _SURELY_MEANT)
    if sure:
        return [by_lower[sure[0]]]
    ending = sorted((lower for lower in by_lower if lower.endswith(f".{wanted}")), key=len)
    found = dict.fromkeys([*get_close_matches(wanted, by_lower, 3, _NEAR), *ending])
    return [by_lower[lower] for lower in found][:3]


def did_you_mean(name: str, names: Collection[str]) -> str:
    """Write the sentence that follows "Unknown ...": the nearest names, or else which there are.

    Returns:
        The sentence with a space before it; nothing if there are no names.
    """
    found = nearest(name, names)
    if found:
        return f" Did you mean {either(map(repr, found))}?"
    return f" There are {listed(sorted(names))}." if names else ""


def either(words: Iterable[str]) -> str:
    """Join words as alternatives: ``a, b or c``."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def listed(words: Iterable[str]) -> str:
    """Join words, the first dozen of them, and tell how many there are beside."""
    known = [*words]
    more = len(known) - _MOST_SHOWN
    text = ", ".join(known[:_MOST_SHOWN])
    return f"{text} and {more} more" if more > 0 else text


def one_of(choices: Collection[str], given: str, shown: str) -> str:
    """Write what follows "takes" or "expected": the choices, what was given, the nearest choice.

    Args:
        choices: What is right.
        given: What was given, as text.
        shown: The same as a message shows it.
    """
    near = nearest(given, choices)[:1]
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{'one of ' * (len(choices) > 1)}{listed(choices)}, not {shown}.{hint}"
