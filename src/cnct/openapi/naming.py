"""Rules of English for the API's names. Keeps separators, which the caller chooses."""

from __future__ import annotations

import re

_SINGULAR = (
    (re.compile(r"(?<=[^aeiou])ies$"), "y"),
    (re.compile(r"(?<=ss|sh|ch)es$|(?<=x)es$"), ""),
    (re.compile(r"(?<=[^aeiou]us)es$"), ""),
    (re.compile(r"(?<=[^sui])s$"), ""),
)


def singular(name: str) -> str:
    """Return the singular of a collection's name: ``categories`` -> ``category``.

    These few rules suffice for Connect's names; other names are returned unchanged.
    """
    for ending, replacement in _SINGULAR:
        if ending.search(name):
            return ending.sub(replacement, name)
    return name
