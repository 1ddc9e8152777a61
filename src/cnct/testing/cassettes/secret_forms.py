"""Finds API keys in texts and bytes, also as percent, base64, hex, HTML and JSON escapes. No I/O.

Compressed and encrypted data is not searched.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 8
"""Characters of a form that is replaced wherever it occurs; shorter ones, as whole words only."""

_RUN = r"[A-Za-z0-9+/_-]*"  # base64 around an encoded key, which may be a part of the input
_WORD = r"(?<!\w)(?<!\w[.:-]){}(?![.:-]?\w)"


def pattern_of(keys: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern that matches every form of the keys; ``None`` without keys."""
    forms = {form: None for key in keys for form in _patterns(key)}
    ordered = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(ordered), re.IGNORECASE) if ordered else None


def bytes_of(keys: Iterable[str]) -> list[bytes]:
    """Return the forms of keys to replace in binary data, the longest first."""
    texts = {part for key in keys for part in _parts(key) if len(part) >= SHORTEST}
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    return sorted((text.encode(name) for text in texts for name in encodings), key=len)[::-1]


def _parts(key: str) -> list[str]:
    """Return a key, the key without its scheme, and the secret after its last colon."""
    whole = key.strip()
    return [part for part in (whole, whole.partition(" ")[2], whole.rpartition(":")[2]) if part]


def _patterns(key: str) -> Iterator[str]:
    for part in _parts(key):
        for form in _plain_forms(part):
            escaped = re.escape(form)
            yield escaped if len(form) >= SHORTEST else _WORD.format(escaped)
        for form in _base64_forms(part.encode()):
            if len(form) >= SHORTEST:
                yield f"{_RUN}{re.escape(form)}{_RUN}=*"


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
