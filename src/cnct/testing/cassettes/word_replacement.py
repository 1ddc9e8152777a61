"""Replaces texts that stand for themselves, thousands of them in one pass. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping

_START = r"(?<![\w@.-])"
_TOKEN = re.compile(rf"{_START}[\w@-][\w.@-]*")


class WordReplacement:
    """Replaces texts as whole words: a full stop may follow, a letter or hyphen may not.

    Args:
        texts: The replacements by text.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {text: name for text, name in texts.items() if text}
        others = [text for text in self._texts if not _TOKEN.fullmatch(text)]
        pattern = "|".join(map(re.escape, sorted(others, key=len, reverse=True)))
        self._others = re.compile(rf"{_START}(?:{pattern})(?![\w@-])") if others else None
        self._has_tokens = len(others) < len(self._texts)

    def apply(self, text: str) -> str:
        """Return a text with the replacements."""
        if self._others is not None:
            text = self._others.sub(lambda match: self._texts[match[0]], text)
        return _TOKEN.sub(self._token, text) if self._has_tokens else text

    def _token(self, match: re.Match[str]) -> str:
        """Return the replacement of a word, or of its beginning before a full stop."""
        word = start = match[0]
        while start:
            if start in self._texts:
                return self._texts[start] + word[len(start) :]
            start = start.rpartition(".")[0]
        return word
