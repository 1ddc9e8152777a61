"""Finds the end of a response among the bytes of a connection. No I/O; h11 raises the errors.

h11 keeps bytes behind the end and takes them for the next response, so that a connection with
surplus bytes must not be used again.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_HEAD_END = re.compile(rb"\n\r?\n")
_STATUS = re.compile(rb"HTTP/[0-9]\.[0-9] ([0-9]{3})")
_CHUNKED = re.compile(rb"\ntransfer-encoding:[ \t]*chunked[ \t]*\r?\n", re.IGNORECASE)
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*([0-9]+)[ \t]*[,\r\n]", re.IGNORECASE)
_OVERLAP = 3  # bytes of the end of a head that may have arrived before
_CHUNK_END = 2  # bytes of the line break behind a chunk
_BODILESS = (b"204", b"304")


class ResponseEnd:
    """Follows the framing of one response (RFC 9112, section 6.3).

    Args:
        method: Method of the request.

    Attributes:
        complete: Whether the response has ended.
    """

    def __init__(self, method: bytes) -> None:
        self.complete = False
        self._method = method
        self._step: Callable[[bytes, int], int] = self._read_head
        self._line = b""
        self._left = 0

    def take(self, data: bytes) -> int:
        """Return how many bytes of the received data belong to the response."""
        position = 0
        while position < len(data) and not self.complete:
            position = self._step(data, position)
        return position

    def _read_head(self, data: bytes, position: int) -> int:
        seen = len(self._line)
        text = self._line + data[position:]
        end = _HEAD_END.search(text, max(seen - _OVERLAP, 0))
        if end is None:
            self._line = text
            return len(data)
        self._line = b""
        self._begin_body(text[: end.end()])
        return position + end.end() - seen

    def _begin_body(self, head: bytes) -> None:
        match = _STATUS.match(head)
        status = match[1] if match else b""
        if status.startswith(b"1") and status != b"101":
            return  # an interim response; another head follows
        length = _LENGTH.search(head)
        if self._method == b"CONNECT" and status.startswith(b"2"):
            self._step = self._read_rest
        elif self._method == b"HEAD" or status in _BODILESS:
            self.complete = True
        elif _CHUNKED.search(head):
            self._step = self._read_size
        elif length is None:
            self._step = self._read_rest
        else:
            self._left = int(length[1])
            self._step = self._read_sized
            self.complete = self._left == 0

    def _read_sized(self, data: bytes, position: int) -> int:
        size = min(self._left, len(data) - position)
        self._left -= size
        self.complete = self._left == 0
        return position + size

    def _read_rest(self, data: bytes, _: int) -> int:
        return len(data)

    def _read_size(self, data: bytes, position: int) -> int:
        position = self._read_line(data, position)
        if self._line.endswith(b"\n"):
            try:
                size = int(self._line.partition(b";")[0], 16)
            except ValueError:
                self._step = self._read_rest
            else:
                self._left = size + _CHUNK_END
                self._step = self._read_chunk if size else self._read_trailer
            self._line = b""
        return position

    def _read_chunk(self, data: bytes, position: int) -> int:
        size = min(self._left, len(data) - position)
        self._left -= size
        if self._left == 0:
            self._step = self._read_size
        return position + size

    def _read_trailer(self, data: bytes, position: int) -> int:
        position = self._read_line(data, position)
        if self._line.endswith(b"\n"):
            self.complete = not self._line.strip()
            self._line = b""
        return position

    def _read_line(self, data: bytes, position: int) -> int:
        end = data.find(b"\n", position) + 1 or len(data)
        self._line += data[position:end]
        return end
