"""Writes names of the API as English, for places without a text in the document. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cnct.openapi import naming

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words(name: str) -> str:
    """Write a name as words: ``listing-requests`` -> ``listing requests``."""
    return re.sub(r"[-_]+", " ", _CAMEL.sub(" ", name)).strip().lower()


def singular(name: str) -> str:
    """Write the singular of a collection's name: ``categories`` -> ``category``.

    These few rules suffice for the API's own names; other names are returned unchanged.
    """
    return naming.singular(words(name))


def counted(number: int, name: str) -> str:
    """Write a count with its noun: ``1 action``, ``4 actions``."""
    return f"{number} {singular(name) if number == 1 else name}"


def joined(names: Iterable[str]) -> str:
    """Join names in a sentence: ``a, b and c``."""
    *others, last = [*names] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def one(name: str) -> str:
    """Write one object of a collection with an article: ``a product``, ``an asset``."""
    text = singular(name)
    vowel = text[:1] in "aeio" or (text.startswith("u") and not text.startswith(("us", "uni")))
    return f"{'an' if vowel else 'a'} {text}"


def whose(template: str) -> str:
    """Write a path in words: ``items of a product``, ``assets in subscriptions``.

    Args:
        template: Path as in the document: ``products/{id}/items``.
    """
    *above, last = template.rstrip("/").split("/")
    text = words(last)
    below = last
    for name in reversed(above):
        if not _is_id(name):
            text += f" of {one(name)}" if _is_id(below) else f" in {words(name)}"
        below = name
    return text


def _is_id(segment: str) -> bool:
    return "{" in segment or segment == "-"
