"""Keeps bodies that can be read once: small ones in memory, others in a temporary file.

Knows neither requests nor responses.
"""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, cast

from cnct.client._core.body_errors import SourceError
from cnct.client._core.request_body import PIECE

SMALL = 1 << 20
"""Bytes that a body may have in memory."""


class SpooledBody:
    """A body to write once and read many times, as a binary file."""

    def __init__(self) -> None:
        self._file = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=SMALL))  # noqa: SIM115 - closed below
        weakref.finalize(self, self._file.close)

    @classmethod
    def of(cls, pieces: Iterable[Any]) -> SpooledBody:
        """Return a body with all pieces, bytes or text, at its beginning."""
        body = cls()
        for piece in pieces:
            body.add(piece)
        body.seek(0)
        return body

    def add(self, piece: Any) -> None:
        """Append bytes or text."""
        self._file.write(piece.encode() if isinstance(piece, str) else piece)

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes; all of them by default."""
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Set the position, as of a file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell()

    def small(self) -> bytes | None:
        """Return a small body as bytes; ``None`` if it is in a temporary file."""
        size = self.seek(0, 2)
        self.seek(0)
        return self.read() if size <= SMALL else None


def pieces_of(stream: Any) -> Iterator[Any]:
    """Yield the rest of a file piece by piece.

    Raises:
        SourceError: If reading fails.
    """
    while piece := read_from(stream, PIECE):
        yield piece


def read_from(stream: Any, size: int, start: int | None = None) -> Any:
    """Return at most ``size`` bytes of a file.

    Args:
        stream: The file.
        size: Number of bytes.
        start: Position to read from, by default that of the file.

    Raises:
        SourceError: If reading fails, also because the file is closed or open for writing.
    """
    try:
        if start is not None:
            stream.seek(start)
        return stream.read(size)
    except TypeError:  # a method without an argument
        return stream.read()
    except (OSError, ValueError) as error:
        name = getattr(stream, "name", None)
        file = f"The file {name!r}" if isinstance(name, str) else f"A {type(stream).__name__}"
        raise SourceError(f"{file} in the body cannot be read: {error}") from error
