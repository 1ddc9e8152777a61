"""Reads responses from a socket, for the synchronous driver. Decides nothing: `framing` does."""

from __future__ import annotations

import http.client
import io
from typing import Any

from cnct.client._http.exchange import Exchange, current_exchange
from cnct.client._http.framing import HEAD_END, LARGEST_HEAD, Head, parsed_head

_BLANK = (b"\r\n", b"\n")


class Wire:
    """The state of a connection beyond a single response.

    Attributes:
        surplus: Whether bytes arrived that belong to no response and would spoil the next one.
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
    """The bytes of a response; a truncated line is an error.

    Args:
        source: Bytes of the socket.
        wire: Records surplus bytes at closing.
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
        self._source.ended = True
        self._wire.surplus = self._wire.surplus or bool(self.peek(1))
        super().close()


class _Files:
    """Replaces the socket, from which `http.client.HTTPResponse` only makes a file."""

    def __init__(self, sock: Any, wire: Wire) -> None:
        self._sock = sock
        self._wire = wire

    def makefile(self, _: str) -> Any:
        return _Lines(_Source(self._sock, current_exchange()), self._wire)


class FramedResponse(http.client.HTTPResponse):
    """A response that raises an error unless it is complete.

    Args:
        wire: State of the connection.
        sock: Socket of the connection.
        **kwargs: As for `http.client.HTTPResponse`.
    """

    def __init__(self, wire: Wire, sock: Any, **kwargs: Any) -> None:
        files: Any = _Files(sock, wire)
        super().__init__(files, **kwargs)
        self._request_method: str = kwargs.get("method") or ""

    def begin(self, **_: Any) -> None:
        """Read status and headers.

        Raises:
            http.client.HTTPException: If they are truncated, too long, or invalid.
        """
        head = None
        while head is None:
            head = parsed_head(self._head(), self._request_method)
        self.version, self.code, self.status = head.version, head.status, head.status
        self.reason = head.reason.decode("latin-1")
        self.headers = self.msg = _message(head)
        self.chunked, self.chunk_left, self.length = head.is_chunked, None, head.length
        self.will_close = head.will_close

    def _head(self) -> list[bytes]:
        """Return the lines before the blank line."""
        end = HEAD_END.search(self.fp.peek(1))
        if end is not None:  # the whole response has arrived
            return self.fp.read(end.end())[: end.start() + 1].splitlines(keepends=True)
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


def _message(head: Head) -> http.client.HTTPMessage:
    message = http.client.HTTPMessage()
    for name, value in head.headers:
        message[name.decode("ascii")] = value.decode("latin-1")
    return message
