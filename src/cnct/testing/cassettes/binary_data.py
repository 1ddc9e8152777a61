"""Scrubs binary data: archives by their contents, others by overwriting. No I/O."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from zipfile import BadZipFile, ZipFile

_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b\x08"
_MOST = 200 << 20  # bytes of unpacked contents
_DEEPEST = 3  # archives within archives

# Strict enough not to match in compressed data, in which a changed byte would be damage.
_ADDRESS = re.compile(
    rb"(?<![\w.+-])[A-Za-z0-9][\w.+'-]{2,63}@(?:[A-Za-z0-9][A-Za-z0-9-]{1,62}\.)+[A-Za-z]{2,10}\b"
)


class BinaryScrubber:
    """Scrubs binary data.

    Args:
        text: Returns a text without private values.
        keys: Bytes to overwrite.
    """

    def __init__(self, text: Callable[[str], str], keys: Sequence[bytes]) -> None:
        self._text = text
        self._keys = keys

    def scrub(self, data: bytes, depth: int = 0) -> bytes:
        """Return data without private values; of the same length unless it is text or packed."""
        if depth < _DEEPEST and data.startswith((_ZIP, _GZIP)):
            try:
                content = self._zip(data, depth) if data[:1] == b"P" else self._gzip(data, depth)
            except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error):
                content = None  # encrypted or damaged
            if content is not None:
                return content
        text = text_of_bytes(data)
        if text is not None:
            scrubbed = self._text(text)
            return data if scrubbed == text else scrubbed.encode()
        for key in self._keys:
            data = data.replace(key, b"*" * len(key))
        return _ADDRESS.sub(lambda match: re.sub(rb"[^@.]", b"x", match[0]), data)

    def _gzip(self, data: bytes, depth: int) -> bytes | None:
        """Return a scrubbed file; ``None`` if the contents are too large."""
        with gzip.open(BytesIO(data)) as file:
            content = file.read(_MOST + 1)
        if len(content) > _MOST:
            return None
        scrubbed = self.scrub(content, depth + 1)
        return data if scrubbed == content else gzip.compress(scrubbed, mtime=0)

    def _zip(self, data: bytes, depth: int) -> bytes | None:
        """Return an archive with scrubbed members; ``None`` if they are too large."""
        output = BytesIO()
        is_changed = False
        with ZipFile(BytesIO(data)) as archive, ZipFile(output, "w") as copy:
            members = archive.infolist()
            if sum(member.file_size for member in members) > _MOST:
                return None
            for member in members:
                content = archive.read(member)
                scrubbed = self.scrub(content, depth + 1)
                is_changed = is_changed or scrubbed != content
                copy.writestr(member, scrubbed)
        return output.getvalue() if is_changed else data


def text_of_bytes(data: bytes) -> str | None:
    """Return the text of bytes; ``None`` if they are binary."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
