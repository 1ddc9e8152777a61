"""Finds API keys in texts and bytes, also as percent, base64, hex, HTML and JSON escapes. No I/O.

Compressed and encrypted data is not searched.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, quote_plus

_SHORTEST = 8  # characters of a form that is found within words, and not as a word alone
_LEAST = 4  # characters of a part of a key; fewer are no secret
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-=")
_WORD = r"(?<!\w)(?<!\w[.:-]){}(?![.:-]?\w)"


class _Form(NamedTuple):
    """A spelling of a key.

    Attributes:
        text: The spelling, with case folded.
        is_base64: Whether the characters around belong to the encoded text.
    """

    text: str
    is_base64: bool = False


class SecretForms:
    """Every spelling of some keys.

    Args:
        keys: The keys.

    Attributes:
        data: The keys to replace in binary data, the longest first.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        keys = [*keys]
        self.data = _bytes_of(keys)
        parts = {part for key in keys for part in _parts(key)}
        forms = {form for part in parts for form in _forms(part)}
        self._forms = sorted(forms, key=lambda form: len(form.text), reverse=True)

    def without(self, text: str, mask: str) -> str:
        """Return a text with a mask in the place of each key."""
        folded = text.casefold()
        for form in self._forms:
            if form.text in folded:
                text = _masked(text, form, mask)
                folded = text.casefold()
        return text

    def position(self, text: str) -> int | None:
        """Return the index of a key in a text, short words left out; ``None`` without one."""
        folded = text.casefold()
        texts = (form.text for form in self._forms if len(form.text) >= _SHORTEST)
        return min((index for index in map(folded.find, texts) if index >= 0), default=None)


@lru_cache(maxsize=16)
def forms_of(keys: frozenset[str]) -> SecretForms:
    """Return every spelling of some keys."""
    return SecretForms(keys)


def _bytes_of(keys: Iterable[str]) -> list[bytes]:
    texts = {part for key in keys for part in _parts(key) if len(part) >= _SHORTEST}
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    return sorted((text.encode(name) for text in texts for name in encodings), key=len)[::-1]


def _parts(key: str) -> list[str]:
    """Return a key, the key without its scheme, and the secret after its last colon."""
    whole = key.strip()
    parts = (whole, whole.partition(" ")[2], whole.rpartition(":")[2])
    return [part for part in parts if len(part) >= _LEAST]


def _forms(part: str) -> Iterator[_Form]:
    yield from (_Form(form.casefold()) for form in _plain_forms(part))
    for form in _base64_forms(part.encode()):
        if len(form) >= _SHORTEST:
            yield _Form(form.casefold(), is_base64=True)


def _plain_forms(text: str) -> set[str]:
    data = text.encode()
    quoted = {quote(text), quote(text, safe=""), quote_plus(text)}
    return {
        text,
        *quoted,
        *map(quote, quoted),
        "".join(f"%{byte:02x}" for byte in data),
        "".join(f"\\u{ord(character):04x}" for character in text),
        "".join(f"&#{ord(character)};" for character in text),
        html.escape(text),
        data.hex(),
        data.hex(":"),
        text[::-1],
    }


def _base64_forms(data: bytes) -> Iterator[str]:
    """Yield the characters that the bytes become wherever they stand in the encoded input."""
    for offset in range(3):
        encoded = b64encode(b"\0" * offset + data).decode()
        whole = encoded[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


def _masked(text: str, form: _Form, mask: str) -> str:
    """Mask one spelling; of base64, all that was encoded with it."""
    escaped = re.escape(form.text)
    pattern = escaped if len(form.text) >= _SHORTEST else _WORD.format(escaped)
    pieces: list[str] = []
    done = 0
    for match in re.finditer(pattern, text, re.IGNORECASE):
        start, end = match.span()
        if start < done:
            continue
        while form.is_base64 and start > done and text[start - 1] in _BASE64:
            start -= 1
        while form.is_base64 and end < len(text) and text[end] in _BASE64:
            end += 1
        pieces += (text[done:start], mask)
        done = end
    return "".join((*pieces, text[done:]))
