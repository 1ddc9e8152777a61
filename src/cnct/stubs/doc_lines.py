"""Takes the first sentences of a document's descriptions as docstrings. Knows no Python classes."""

from __future__ import annotations

import re

from cnct.openapi.places import Place
from cnct.text import clean

_END = re.compile(r"(?<=[.!?])\s|\n\s*\n|:\s*\n")
_MARKUP = re.compile(r"<[^<>]*>|^\s*[#|>*].*$|[`*]|\[([^\]]*)\]\([^)]*\)", re.MULTILINE)
_LONGEST = 160
_MOST = 2_000  # characters of a description that are read


def sentence(text: str) -> str:
    """Return the first sentence of a description, without markup and on one line."""
    plain = _MARKUP.sub(lambda markup: markup[1] or "", text[:_MOST]).strip()
    line = clean(" ".join(_END.split(plain, maxsplit=1)[0].split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rpartition(' ')[0]} ..."


def place_line(place: Place) -> str:
    """Return the first sentence on a place, or on the first of its operations that has one."""
    texts = (item.summary or item.description for item in place.operations.values())
    lines = (sentence(text) for text in (place.description, *texts))
    return next((line for line in lines if line), "")


def docstring(line: str, indent: int) -> list[str]:
    """Return the lines of a docstring; none for empty text."""
    return [f"{' ' * indent}{line!r}"] if line else []
