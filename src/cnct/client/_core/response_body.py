"""Decompresses the bodies of responses, piece by piece, and bounds their size. No I/O.

Replaces the decoders of both HTTP libraries, which accept truncated compressed streams, and bodies
of any size.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from cnct.client._core.body_errors import BodyError
from cnct.client._core.messages import JsonLimit, Limits, Receiver
from cnct.client._core.responses import is_json

_PIECE = 1 << 20  # bytes decompressed at once
_FIRST_ERROR = 400
_ENCODING_LAYERS = 5
_HEADER = 2  # bytes of a zlib header (RFC 1950)


if TYPE_CHECKING:

    class _Decoder(Protocol):
        def feed(self, data: bytes) -> Iterator[bytes]: ...

        def finish(self) -> None: ...


class ResponseBody:
    """The body of one response on its way from the wire.

    Args:
        status: Status of the response.
        headers: Headers of the response.
        limits: Bounds of the call.

    Attributes:
        receiver: Takes the body; ``None`` if the body becomes ``content`` of the response.
    """

    def __init__(self, status: int, headers: Mapping[str, str], limits: Limits) -> None:
        receiver = limits.receiver
        self.receiver = receiver if receiver and receiver.begin(status, headers) else None
        self._left = _most(status, headers.get("Content-Type", ""), limits, self.receiver)
        if self._left is not None and self.receiver is not None:
            self._left -= self.receiver.position  # the limit is for the whole
        self._limits = limits
        self._encoding = headers.get("Content-Encoding", "")
        self._decoders: list[_Decoder] = []

    def take(self, data: bytes) -> None:
        """Decompress bytes from the wire for the receiver.

        Raises:
            BodyError: As from `feed`.
        """
        receiver: Any = self.receiver
        for piece in self.feed(data):
            receiver.write(piece)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decompress bytes from the wire, and yield the pieces.

        Raises:
            BodyError: If the encoding is unknown, or its package is not installed; if the stream is
                broken, or the body exceeds ``max_answer``.
        """
        if self._encoding and data:  # a response without a body may name any encoding
            self._decoders, self._encoding = _decoders(self._encoding), ""
        for piece in _through(self._decoders, data) if self._decoders else (data,):
            if self._left is not None:
                self._left -= len(piece)
                if self._left < 0:
                    raise BodyError(
                        f"The body is larger than max_answer, {self._limits.max_answer} bytes:"
                        " pass a larger max_answer, or None for no limit"
                    )
            if self._limits.tape is not None:
                self._limits.tape.add(piece)
            yield piece

    def finish(self) -> None:
        """Check that every compressed stream has ended.

        Raises:
            BodyError: If a stream is truncated.
        """
        for decoder in self._decoders:
            decoder.finish()


def _most(status: int, content_type: str, limits: Limits, receiver: Receiver | None) -> int | None:
    """Return the largest allowed number of bytes."""
    if not isinstance(limits.max_answer, JsonLimit):
        return limits.max_answer
    applies = limits.expects_json or status >= _FIRST_ERROR or is_json(content_type)
    # A body that a receiver refuses, such as a page of a login, is only for a message.
    applies = receiver is None and (applies or limits.receiver is not None)
    return limits.max_answer if applies else None


def _through(decoders: Sequence[_Decoder], data: bytes) -> Iterator[bytes]:
    first, *others = decoders
    for piece in first.feed(data):
        if others:
            yield from _through(others, piece)
        else:
            yield piece


def _decoders(content_encoding: str) -> list[_Decoder]:
    """Return the decoders of a ``Content-Encoding``, the last applied encoding first."""
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > _ENCODING_LAYERS:
        raise BodyError(f"The body is compressed {len(names)} times")
    return [_decoder(name) for name in reversed(names)]


def _decoder(name: str) -> _Decoder:
    if name in ("gzip", "x-gzip"):
        return _Gzip()
    if name == "deflate":
        return _Deflate()
    create = _PACKAGES.get(name)
    if create is None:
        raise BodyError(f"The body is compressed with {name!r}, which is not supported")
    return create()


def _cut(name: str) -> BodyError:
    return BodyError(f"The {name} stream of the body is cut", transient=True)


def _broken(name: str, error: Exception) -> BodyError:
    return BodyError(f"The {name} stream of the body is broken: {error}", transient=True)


class _Gzip:
    """Gzip (RFC 1952), of one or more members; padding behind them is ignored."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream.eof:
                if not data.startswith(b"\x1f"):
                    return
                self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
            yield from _inflated(self._stream, data, "gzip")
            data = self._stream.unused_data

    def finish(self) -> None:
        if not self._stream.eof:
            raise _cut("gzip")


class _Deflate:
    """Deflate: a zlib stream (RFC 1950), or the bare stream that some servers send."""

    def __init__(self) -> None:
        self._head = b""
        self._stream: Any = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            data = self._head = self._head + data
            if len(data) < _HEADER:
                return
            is_wrapped = data[0] & 0x0F == zlib.DEFLATED and not (data[0] * 256 + data[1]) % 31
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS)
        if not self._stream.eof:
            yield from _inflated(self._stream, data, "deflate")

    def finish(self) -> None:
        if self._stream is None or not self._stream.eof:
            raise _cut("deflate")


def _inflated(stream: Any, data: bytes, name: str) -> Iterator[bytes]:
    """Yield the pieces of a zlib stream, none larger than a megabyte however dense it is."""
    try:
        piece = stream.decompress(data, _PIECE)
        # A full piece may leave output inside zlib although all input is used up.
        while stream.unconsumed_tail or len(piece) == _PIECE:
            yield piece
            piece = stream.decompress(stream.unconsumed_tail, _PIECE)
    except zlib.error as error:
        raise _broken(name, error) from error
    if piece:
        yield piece


class _Packaged:
    """A decoder of an optional package.

    Args:
        name: Name of the encoding.
        decompress: Decompresses bytes.
        is_finished: Returns whether the stream has ended.
    """

    def __init__(
        self, name: str, decompress: Callable[[bytes], bytes], is_finished: Callable[[], bool]
    ) -> None:
        self._name = name
        self._decompress = decompress
        self._is_finished = is_finished

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            yield self._decompress(data)
        except Exception as error:
            raise _broken(self._name, error) from error

    def finish(self) -> None:
        if not self._is_finished():
            raise _cut(self._name)


def _brotli() -> _Decoder:
    stream = _first_installed("br", "brotli", "brotlicffi").Decompressor()
    return _Packaged("br", stream.process, stream.is_finished)


def _zstandard() -> _Decoder:
    package = _first_installed("zstd", "compression.zstd", "backports.zstd", "zstandard")
    stream = package.ZstdDecompressor()
    if hasattr(stream, "decompressobj"):  # the package zstandard
        stream = stream.decompressobj()
    return _Packaged("zstd", stream.decompress, lambda: stream.eof)


_PACKAGES: dict[str, Callable[[], _Decoder]] = {"br": _brotli, "zstd": _zstandard}


def _first_installed(name: str, *packages: str) -> Any:
    for package in packages:
        try:
            return import_module(package)
        except ImportError:
            continue
    raise BodyError(f"The body is compressed with {name!r}: install {packages[-1]} to read it")
