"""Finds the head and the body of a response among the bytes of a connection. No I/O.

Used by both drivers. Follows h11: unlike the standard library's parser, this one refuses a response
with truncated headers or a wrong ``Content-Length``, and accepts more than 100 headers.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Sequence

from cnct.text import late_pattern

LARGEST_HEAD = 100 << 10
"""Bytes that status line and headers may have; the limit of httpcore2."""

HEAD_END = re.compile(rb"\n\r?\n")
"""The end of a head, except for its first byte the blank line."""

_STATUS_LINE = re.compile(rb"HTTP/([0-9])\.([0-9]) ([0-9]{3})(?: ([^\r\n\0]*))?\r?\n")
_HEADER = re.compile(
    rb"([-!#$%&'*+.^_`|~0-9a-zA-Z]+):[ \t]*([^\0\s]+(?:[ \t]+[^\0\s]+)*)?[ \t]*\r?\n"
)
_FOLD = late_pattern(rb"\r?\n[ \t]+")
_LENGTH = re.compile(rb"[0-9]{1,20}")
_CHUNK = late_pattern(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LINE_END = b"\r\n"
_OVERLAP = 3  # bytes of the end of a head that may have arrived before
_INFORMATIONAL = range(200)
_SWITCHING = 101
_BODILESS = frozenset({204, 304})


class Head:
    """Status and headers of a response, and the framing of its body (RFC 9112, section 6.3).

    Attributes:
        version: 10 or 11.
        status: The status.
        reason: Reason phrase.
        headers: Names and values in order.
        is_chunked: Whether the body is chunked.
        length: Length of the body in bytes; ``None`` if it ends with a last chunk, or with the
            connection.
        will_close: Whether the server closes the connection behind the body.
    """

    __slots__ = ("headers", "is_chunked", "length", "reason", "status", "version", "will_close")

    def __init__(
        self,
        version: int,
        status: int,
        reason: bytes,
        headers: Sequence[tuple[bytes, bytes]],
        is_chunked: bool,
        length: int | None,
        will_close: bool,
    ) -> None:
        self.version = version
        self.status = status
        self.reason = reason
        self.headers = headers
        self.is_chunked = is_chunked
        self.length = length
        self.will_close = will_close


def parsed_head(lines: Sequence[bytes], method: str) -> Head | None:
    """Return a head; ``None`` for an interim response, which another head follows.

    Args:
        lines: Lines of the head with line ends, without the blank line.
        method: Method of the request.

    Raises:
        http.client.HTTPException: If a line is invalid, or the framing unknown.
    """
    match = _STATUS_LINE.fullmatch(lines[0])
    if match is None:
        raise http.client.BadStatusLine(lines[0][:100].decode("latin-1"))
    status = int(match[3])
    if status == _SWITCHING:
        raise http.client.HTTPException("The server switches protocols unasked")
    headers = _headers(lines[1:])
    if status in _INFORMATIONAL:
        return None
    version = 10 if (match[1], match[2]) <= (b"1", b"0") else 11
    return _framed(version, status, (match[4] or b"").strip(), headers, method)


def _headers(lines: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    headers: list[tuple[bytes, bytes]] = []
    if any(line[0] in b" \t" for line in lines):
        lines = _FOLD.sub(b" ", b"".join(lines)).splitlines(keepends=True)
    for line in lines:
        match = _HEADER.fullmatch(line)
        if match is None:
            raise http.client.HTTPException(f"Bad header line {line[:100]!r}")
        headers.append((match[1], match[2] or b""))
    return headers


def _framed(
    version: int, status: int, reason: bytes, headers: list[tuple[bytes, bytes]], method: str
) -> Head:
    lengths: list[bytes] = []
    encodings: list[bytes] = []
    connection = b""
    for name, value in headers:
        match name.lower():
            case b"content-length":
                lengths.append(value)
            case b"transfer-encoding":
                encodings.append(value.lower())
            case b"connection":
                connection += value.lower() + b","
            case _:
                pass
    length = _content_length(lengths) if lengths else None
    if encodings and encodings != [b"chunked"]:
        raise http.client.HTTPException(f"Unsupported Transfer-Encoding {encodings!r}")
    is_bodiless = method == "HEAD" or status in _BODILESS
    is_chunked = bool(encodings) and not is_bodiless
    length = 0 if is_bodiless else None if is_chunked else length
    closes = b"close" in connection if version == 11 else b"keep-alive" not in connection  # noqa: PLR2004 - HTTP/1.1
    closes = closes or not (is_chunked or length is not None)
    return Head(version, status, reason, headers, is_chunked, length, closes)


def _content_length(values: Sequence[bytes]) -> int:
    lengths = {part.strip() for value in values for part in value.split(b",")}
    length = lengths.pop()
    if lengths or not _LENGTH.fullmatch(length):
        text = b", ".join(values)[:100].decode("latin-1")
        raise http.client.HTTPException(f"Bad Content-Length {text!r}")
    return int(length)


class Incoming:
    """A response as it arrives.

    Args:
        method: Method of the request.

    Attributes:
        head: Status and headers, ``None`` until they are complete.
        complete: Whether the response has ended.
        surplus: Whether bytes arrived behind the end and would spoil the next response.
    """

    def __init__(self, method: str) -> None:
        self.head: Head | None = None
        self.complete = False
        self.surplus = False
        self._method = method
        self._line = b""
        self._left = 0
        # A function, since a bound method would form a reference cycle.
        self._step: Callable[[Incoming, bytes, int, list[bytes]], int] = Incoming._read_head

    def take(self, data: bytes) -> list[bytes]:
        """Parse received bytes, and return the pieces of the body.

        Raises:
            http.client.HTTPException: If head or framing are invalid, or the head is too long.
        """
        pieces: list[bytes] = []
        position = 0
        while position < len(data) and not self.complete:
            position = self._step(self, data, position, pieces)
        self.surplus = self.surplus or position < len(data)
        return pieces

    def end(self) -> None:
        """Handle the end of the connection.

        Raises:
            http.client.HTTPException: If the response is not complete.
        """
        if self.head is None and not self._line:
            raise http.client.RemoteDisconnected("The server sent no response")
        if self.head is None or self.head.is_chunked or self.head.length is not None:
            raise http.client.HTTPException("The connection ended before the response")
        self.complete = True

    def _read_head(self, data: bytes, position: int, _: list[bytes]) -> int:
        seen = len(self._line)
        text = self._line + data[position:]
        end = HEAD_END.search(text, max(seen - _OVERLAP, 0))
        size = len(text) if end is None else end.end()
        if size > LARGEST_HEAD:
            raise http.client.HTTPException(f"The headers exceed {LARGEST_HEAD} bytes")
        if end is None:
            self._line = text
            return len(data)
        self._line = b""
        lines = text[: end.start() + 1].splitlines(keepends=True)
        self.head = head = parsed_head(lines, self._method)
        if head is not None:
            self._left = head.length or 0
            self.complete = head.length == 0
            self._step = Incoming._read_size if head.is_chunked else Incoming._read_sized
            if head.length is None and not head.is_chunked:
                self._step = Incoming._read_rest
        return position + size - seen

    def _read_rest(self, data: bytes, position: int, pieces: list[bytes]) -> int:
        pieces.append(data[position:])
        return len(data)

    def _read_sized(self, data: bytes, position: int, pieces: list[bytes]) -> int:
        end = min(position + self._left, len(data))
        pieces.append(data[position:end])
        self._left -= end - position
        self.complete = self._left == 0
        return end

    def _read_size(self, data: bytes, position: int, _: list[bytes]) -> int:
        position = self._read_line(data, position)
        if self._line.endswith(b"\n"):
            match = _CHUNK.fullmatch(self._line)
            if match is None:
                raise http.client.HTTPException(f"Bad chunk size {self._line[:100]!r}")
            self._left = int(match[1], 16)
            self._step = Incoming._read_chunk if self._left else Incoming._read_trailer
            self._line = b""
        return position

    def _read_chunk(self, data: bytes, position: int, pieces: list[bytes]) -> int:
        end = min(position + self._left, len(data))
        pieces.append(data[position:end])
        self._left -= end - position
        if self._left == 0:
            self._step = Incoming._read_chunk_end
        return end

    def _read_chunk_end(self, data: bytes, position: int, _: list[bytes]) -> int:
        position = self._read_line(data, position)
        if self._line.endswith(b"\n"):
            if self._line.strip(_LINE_END):
                raise http.client.HTTPException(f"Bad end of a chunk {self._line[:100]!r}")
            self._line = b""
            self._step = Incoming._read_size
        return position

    def _read_trailer(self, data: bytes, position: int, _: list[bytes]) -> int:
        position = self._read_line(data, position)
        if self._line.endswith(b"\n"):
            self.complete = not self._line.strip()
            self._line = b""
        return position

    def _read_line(self, data: bytes, position: int) -> int:
        end = data.find(b"\n", position) + 1 or len(data)
        self._line += data[position:end]
        if len(self._line) > LARGEST_HEAD:
            raise http.client.HTTPException(f"A line exceeds {LARGEST_HEAD} bytes")
        return end
