"""Writes requests of httpx2 as bytes. No I/O, except that streams are read while sending."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, NamedTuple

import httpx2

_PIECE = 256 << 10  # bytes written at once
_HEAD = re.compile(
    rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+ [!-~]+ HTTP/1\.1\r\n"
    rb"(?:[-!#$%&'*+.^_`|~0-9A-Za-z]+: (?:[^\s\0](?:[^\r\n\0]*[^\s\0])?)?\r\n)*\r\n"
)


class Encoded(NamedTuple):
    """A request in bytes.

    Attributes:
        method: HTTP method.
        start: The head and a small body.
        rest: Pieces of a large body.
        timeouts: Seconds by name, in the form of httpx2.
    """

    method: str
    start: bytes
    rest: AsyncGenerator[bytes] | None
    timeouts: dict[str, float | None]


def encoded(request: httpx2.Request) -> Encoded:
    """Return a request in bytes.

    Raises:
        httpx2.LocalProtocolError: If HTTP does not allow the method, URL or headers, or the body
            differs from the declared length.
    """
    lines = [b"%b %b HTTP/1.1\r\n" % (request.method.encode(), request.url.raw_path)]
    length: int | None = 0
    for name, value in request.headers.raw:
        lines.append(b"%b: %b\r\n" % (name, value))
        lowered = name.lower()
        if lowered == b"content-length":
            length = int(value)
        elif lowered == b"transfer-encoding":
            length = None
    head = b"".join((*lines, b"\r\n"))
    if not _HEAD.fullmatch(head):
        raise httpx2.LocalProtocolError("HTTP does not allow this method, URL or header")
    method, timeouts = request.method, request.extensions["timeout"]
    stream: Any = request.stream
    if not isinstance(stream, httpx2.ByteStream):
        return Encoded(method, head, _framed(stream, length), timeouts)
    body = request.content
    if len(body) != length:
        raise httpx2.LocalProtocolError(f"The body has {len(body)} bytes, not {length}")
    if len(body) <= _PIECE:
        return Encoded(method, head + body, None, timeouts)
    return Encoded(method, head, _slices(body), timeouts)


async def _slices(body: bytes) -> AsyncGenerator[bytes]:
    for start in range(0, len(body), _PIECE):
        yield body[start : start + _PIECE]


async def _framed(stream: Any, length: int | None) -> AsyncGenerator[bytes]:
    """Yield the pieces of a body, framed as declared by the headers.

    Args:
        stream: Yields the body.
        length: Declared length; ``None`` for chunks (RFC 9112, section 7.1).
    """
    left = length or 0
    async with aclosing(aiter(stream)) as pieces:
        async for piece in pieces:
            if length is not None:
                left -= len(piece)
                if left < 0:
                    break
                yield piece
            elif piece:  # an empty chunk would end the body
                yield b"%x\r\n%b\r\n" % (len(piece), piece)
    if left:
        raise httpx2.LocalProtocolError(f"The body has not the {length} bytes that were declared")
    if length is None:
        yield b"0\r\n\r\n"
