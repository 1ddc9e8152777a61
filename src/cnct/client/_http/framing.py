"""Reads responses from a socket, for the synchronous driver: where each begins and ends.

The parser of the standard library takes a response that is cut in its headers for a complete one,
ignores a wrong ``Content-Length``, and refuses more than 100 headers. This one decides as h11 does,
which the asynchronous driver uses.
"""

from __future__ import annotations

import http.client
import io
import re
from typing import Any

from cnct.client._http.exchange import Exchange, current_exchange

_STATUS_LINE = re.compile(rb"HTTP/([0-9])\.([0-9]) ([0-9]{3})(?: ([^\r\n\0]*))?\r?\n")
_HEADER = re.compile(
    rb"([-!#$%&'*+.^_`|~0-9a-zA-Z]+):[ \t]*([^\0\s]+(?:[ \t]+[^\0\s]+)*)?[ \t]*\r?\n"
)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_LENGTH = re.compile(r"[0-9]{1,20}")
LARGEST_HEAD = 100 << 10
"""Bytes that status line and headers may have; the limit of httpcore2."""

_BLANK = (b"\r\n", b"\n")
_INFORMATIONAL = range(200)
_SWITCHING = 101
_BODILESS = frozenset({204, 304})


class Wire:
    """What a connection knows about the bytes that it received.

    Attributes:
        surplus: Whether bytes came that belong to no response, so that the next one would be wrong.
    """

    surplus = False


class _Source(io.RawIOBase):
    """The bytes of a socket, until the deadline of the exchange."""

    def __init__(self, sock: Any, exchange: Exchange) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._exchange = exchange
        self._timeout: float | None = sock.gettimeout()
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.ended:
            return 0
        if self._exchange.limits.end is not None:
            self._sock.settimeout(self._exchange.left(self._timeout))
        size: int | None = self._raw.readinto(buffer)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Lines(io.BufferedReader):
    """The bytes of a response; a line that is cut is an error.

    Args:
        source: Bytes of the socket.
        wire: Notes surplus bytes when this is closed.
    """

    def __init__(self, source: _Source, wire: Wire) -> None:
        super().__init__(source)
        self._source = source
        self._wire = wire

    def readline(self, size: int | None = -1) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n"):
            raise http.client.IncompleteRead(line)
        return line

    def close(self) -> None:
        if not self.closed:
            self._source.ended = True
            self._wire.surplus = self._wire.surplus or bool(self.peek(1))
        super().close()


class _Files:
    """Stands in for the socket, of which `http.client.HTTPResponse` only makes a file."""

    def __init__(self, sock: Any, wire: Wire) -> None:
        self._sock = sock
        self._wire = wire

    def makefile(self, _: str) -> Any:
        return _Lines(_Source(self._sock, current_exchange()), self._wire)


class FramedResponse(http.client.HTTPResponse):
    """A response that is complete, or an error.

    Args:
        wire: State of the connection.
        sock: Its socket.
        **kwargs: As for `http.client.HTTPResponse`.
    """

    def __init__(self, wire: Wire, sock: Any, **kwargs: Any) -> None:
        files: Any = _Files(sock, wire)
        super().__init__(files, **kwargs)
        self._is_head = kwargs.get("method") == "HEAD"
        self.status = 0

    def begin(self, **_: Any) -> None:
        """Read status and headers.

        Raises:
            http.client.HTTPException: If they are cut, too long, or wrong.
        """
        head: list[bytes] = []
        while self.status in _INFORMATIONAL:
            head = self._head()
            self._set_status(head[0])
            if self.status == _SWITCHING:
                raise http.client.HTTPException("The server switches protocols unasked")
        self.headers = self.msg = _message(head[1:])
        self._set_framing()

    def _head(self) -> list[bytes]:
        """Return the lines up to the blank one, which is left out."""
        try:
            lines = [self.fp.readline(LARGEST_HEAD)]
        except http.client.IncompleteRead as error:
            if error.partial:
                raise
            raise http.client.RemoteDisconnected("The server sent no response") from None
        left = LARGEST_HEAD - len(lines[0])
        while (line := self.fp.readline(LARGEST_HEAD)) not in _BLANK:
            lines.append(line)
            left -= len(line)
            if left < 0:
                raise http.client.HTTPException(f"The headers exceed {LARGEST_HEAD} bytes")
        return lines

    def _set_status(self, line: bytes) -> None:
        match = _STATUS_LINE.fullmatch(line)
        if match is None:
            raise http.client.BadStatusLine(line[:100].decode("latin-1"))
        major, minor, status, reason = match.groups()
        self.version = 10 if (major, minor) <= (b"1", b"0") else 11
        self.code = self.status = int(status)
        self.reason = (reason or b"").decode("latin-1").strip()

    def _set_framing(self) -> None:
        is_bodiless = self._is_head or self.status in _BODILESS
        length = _content_length(self.headers.get_all("Content-Length") or ())
        encodings = self.headers.get_all("Transfer-Encoding") or []
        if encodings and [encoding.lower() for encoding in encodings] != ["chunked"]:
            raise http.client.HTTPException(f"Unsupported Transfer-Encoding {encodings!r}")
        self.chunked = bool(encodings) and not is_bodiless
        self.chunk_left = None
        self.length = 0 if is_bodiless else None if self.chunked else length
        connection = ",".join(self.headers.get_all("Connection") or ()).lower()
        closes = "close" in connection if self.version > 10 else "keep-alive" not in connection  # noqa: PLR2004 - HTTP/1.0
        self.will_close = closes or not (self.chunked or self.length is not None)


def _message(lines: list[bytes]) -> http.client.HTTPMessage:
    message = http.client.HTTPMessage()
    if any(line[0] in b" \t" for line in lines):
        lines = _FOLD.sub(b" ", b"".join(lines)).splitlines(keepends=True)
    for line in lines:
        match = _HEADER.fullmatch(line)
        if match is None:
            raise http.client.HTTPException(f"Bad header line {line[:100]!r}")
        message[match[1].decode("ascii")] = (match[2] or b"").decode("latin-1")
    return message


def _content_length(values: Any) -> int | None:
    lengths = {part.strip() for value in values for part in value.split(",")}
    if not lengths:
        return None
    length = lengths.pop()
    if lengths or not _LENGTH.fullmatch(length):
        raise http.client.HTTPException(f"Bad Content-Length {', '.join(values)[:100]!r}")
    return int(length)
