"""Files to upload: read piece by piece while they are sent, and refused once they have changed.

Knows no requests. A `PathFile` holds no open file, and a copy for later needs no copy of the bytes.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeAlias

from cnct.client._core.body_errors import SourceError
from cnct.client._core.request_body import file_name, position_of
from cnct.client.transfers.byte_progress import ByteProgress


class BinaryReader(Protocol):
    """An open binary file."""

    def read(self, size: int = ..., /) -> bytes:
        """Return at most so many bytes."""
        ...


FileSource: TypeAlias = str | os.PathLike[str] | BinaryReader
"""The path of a file, or an open binary file."""

_END = 2  # of a file, for its method `seek`
_OPEN = "open the file with open(path, 'rb')"


class _Stamp(NamedTuple):
    """The state of a file, by which a change is noticed."""

    inode: int
    size: int
    modified: int

    @classmethod
    def of(cls, state: os.stat_result) -> _Stamp:
        """Return the state that the system gives."""
        return cls(state.st_ino, state.st_size, state.st_mtime_ns)


class PathFile:
    """A file at a path. Each piece is read from the file opened anew.

    Args:
        path: The path.
        progress: Receives the position after each piece.

    Raises:
        FileNotFoundError: If there is no file.
        IsADirectoryError: If the path is a directory.
        PermissionError: If the file cannot be opened.
        ValueError: If the path is neither a file nor a directory, such as a named pipe.
    """

    def __init__(self, path: Path, progress: ByteProgress | None = None) -> None:
        self.name = str(path)
        self._path = path
        self._progress = progress
        self._position = 0
        self._stamp = _Stamp.of(_checked(path))
        self.size = self._stamp.size

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes, by default all.

        Raises:
            SourceError: If the file has changed since this object was made.
            OSError: If the file cannot be read.
        """
        left = max(self.size - self._position, 0)
        size = left if size < 0 else min(left, size)
        if not size:
            return b""
        with self._path.open("rb", buffering=0) as file:
            if _Stamp.of(os.fstat(file.fileno())) != self._stamp:
                raise _changed(self.name)
            file.seek(self._position)
            piece = file.read(size)
        self._position += len(piece)
        _show(self._progress, self._position, self.size)
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        """Set the position, as of a file."""
        self._position = offset + (0, self._position, self.size)[whence]
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def for_later(self) -> PathFile:
        """Return the same file at its beginning, to be sent unless it has changed by then."""
        later = PathFile.__new__(PathFile)
        vars(later).update(vars(self), _progress=None, _position=0)
        return later

    def __repr__(self) -> str:
        """Return class, path and size."""
        return f"<{type(self).__name__} {self.name!r} {self.size:,} bytes>"


class OpenFile:
    """An open binary file of the user, from its position to its end.

    Args:
        stream: The file.
        progress: Receives the position after each piece.

    Raises:
        TypeError: If this is no binary file.
        ValueError: If the file is closed, not open for reading, or at its end.
    """

    def __init__(self, stream: Any, progress: ByteProgress | None = None) -> None:
        _check_stream(stream)
        self.name = file_name(stream) or ""
        self._stream = stream
        self._progress = progress
        self._start = position_of(stream) or 0
        self.size = _size_of(stream)
        self._stamp = _stamp_of(stream)
        self._read = 0
        if self._start and self.size == 0:
            raise ValueError(f"source, {stream!r}, is at its end: call seek(0) to send all of it")

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes.

        Raises:
            SourceError: If the file has changed since this object was made.
        """
        if not size:
            return b""
        piece: bytes = self._stream.read(size)
        self._read += len(piece)
        if self.size is not None and self._read >= self.size:
            self._check_end()
        _show(self._progress, self._read, self.size)
        return piece

    def _check_end(self) -> None:
        """Refuse a file that has grown, before the last piece is sent."""
        stamp = _stamp_of(self._stream)
        if stamp != self._stamp or (stamp is None and self._stream.read(1)):
            raise _changed(self.name)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Set the position, as of the file.

        Raises:
            OSError: If the file cannot seek.
        """
        self._stream.seek(offset, whence)
        position = self.tell()
        self._read = position - self._start
        return position

    def for_later(self) -> OpenFile:
        """Return the same file, without progress, to be copied."""
        return OpenFile(self._stream)

    def tell(self) -> int:
        """Return the position, as of the file."""
        position: int = self._stream.tell()
        return position

    def __repr__(self) -> str:
        """Return class, name and size."""
        size = "unknown size" if self.size is None else f"{self.size:,} bytes"
        return f"<{type(self).__name__} {self.name!r} {size}>"


def opened(source: FileSource, progress: ByteProgress | None = None) -> PathFile | OpenFile:
    """Return a file to upload.

    Args:
        source: Path of a file, or an open binary file.
        progress: Receives the position after each piece.

    Raises:
        TypeError: If ``source`` is neither.
        ValueError: As of `PathFile` and `OpenFile`; also for an empty path.
        OSError: As of `PathFile`.
    """
    if isinstance(source, str | os.PathLike):
        text = os.fspath(source)
        if not text or "\0" in text:
            raise ValueError(f"source must be the path of a file, not {text!r}")
        return PathFile(Path(source), progress)
    return OpenFile(source, progress)


def _checked(path: Path) -> os.stat_result:
    """Return the state of a file that can be read.

    Raises:
        OSError: If there is none.
        ValueError: If the path is of another kind.
    """
    try:
        state = path.stat()
        if stat.S_ISREG(state.st_mode):
            path.open("rb").close()
            return state
    except OSError as error:
        folder = "" if path.is_absolute() else f", seen from {Path.cwd()}"
        text = f"source cannot be read{folder}: {error.strerror}"
        raise type(error)(error.errno, text, str(path)) from None
    if stat.S_ISDIR(state.st_mode):
        text = "source is a directory: upload_directory() of a collection sends its files"
        raise IsADirectoryError(errno.EISDIR, text, str(path))
    raise ValueError(f"source, {str(path)!r}, is no regular file: pass open(path, 'rb')")


def _check_stream(stream: Any) -> None:
    kind = type(stream).__name__
    if isinstance(stream, bytes | bytearray | memoryview):
        raise TypeError(f"source must be a path or an open file, not {kind}: write io.BytesIO(...)")
    if not callable(getattr(stream, "read", None)):
        raise TypeError(f"source must be a path or an open binary file, not {kind}")
    if iscoroutinefunction(stream.read):
        raise TypeError(f"source, {stream!r}, is read asynchronously: pass its path")
    if getattr(stream, "closed", False):
        raise ValueError(f"source, {stream!r}, is closed: {_OPEN}, and close it after the upload")
    try:
        is_binary = isinstance(stream.read(0), bytes)
    except io.UnsupportedOperation:
        raise ValueError(f"source, {stream!r}, is not open for reading: {_OPEN}") from None
    if not is_binary:
        raise TypeError(f"source, {stream!r}, is open as text: {_OPEN}")


def _size_of(stream: Any) -> int | None:
    """Return the number of bytes to the end; ``None`` if the stream does not know its end."""
    start = position_of(stream)
    if start is None:
        return None
    try:
        stream.seek(0, _END)
        end: int = stream.tell()
        stream.seek(start)
    except (OSError, ValueError):
        return None
    return max(end - start, 0)


def _stamp_of(stream: Any) -> _Stamp | None:
    """Return the state of the file behind a stream; ``None`` if there is none."""
    try:
        return _Stamp.of(os.fstat(stream.fileno()))
    except (AttributeError, OSError, ValueError):
        return None


def _changed(name: str) -> SourceError:
    return SourceError(
        f"The file {name!r} has changed since the upload was begun: send it again when nothing "
        "writes to it"
    )


def _show(progress: ByteProgress | None, position: int, size: int | None) -> None:
    if progress is None:
        return
    try:
        progress.show(position, size)
    except Exception as error:
        progress.failure = error
        raise SourceError("The function for the progress has failed") from error
