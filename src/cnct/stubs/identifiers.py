"""Python names for the names of a document, each used once. Knows no schemas and no paths."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from keyword import iskeyword

_WORD = re.compile(r"[^\W_]+")


def pascal(*texts: str) -> str:
    """Return texts as the name of a class: ``price-lists`` -> ``PriceLists``."""
    words = _WORD.findall(unicodedata.normalize("NFKC", "-".join(texts)))
    name = "".join(word[0].upper() + word[1:] for word in words)
    return name if name.isidentifier() else f"X{name}" if f"X{name}".isidentifier() else "X"


def is_name(text: str) -> bool:
    """Return whether Python code can write a text as a name, unchanged by normalization."""
    return (
        text.isidentifier() and not iskeyword(text) and unicodedata.normalize("NFKC", text) == text
    )


def attribute(name: str, taken: frozenset[str]) -> str:
    """Return the attribute for a name of the API; empty if the name needs a call.

    Args:
        name: Name of a collection, a namespace or an action.
        taken: Attributes that the object has in any case.
    """
    text = name.replace("-", "_")
    needs_call = "_" in name or text[:1] == "_" or text in taken or not is_name(text)
    return "" if needs_call else text


def literal(*values: object) -> str:
    """Return the type of some constants."""
    return f"Literal[{', '.join(map(repr, values))}]"


class UniqueNames:
    """Hands out names, each once.

    Args:
        reserved: Names that are not handed out.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._used = {*reserved}
        self._numbers: dict[str, int] = {}

    def new(self, *candidates: str) -> str:
        """Return the first candidate that is free, or the last one with a number."""
        name = next(filter(self._is_free, candidates), "") or self._numbered(candidates[-1])
        self._used.add(name)
        return name

    def _is_free(self, name: str) -> bool:
        return name not in self._used and not iskeyword(name)

    def _numbered(self, name: str) -> str:
        number = self._numbers.get(name, 2)
        while not self._is_free(f"{name}{number}"):
            number += 1
        self._numbers[name] = number + 1
        return f"{name}{number}"
