"""Stores values in files of the cache folder. Loads a value unchanged, or none.

Each value is one file, written under another name and then moved, so that processes can share the
folder. A file with a wrong checksum or version is ignored, like a folder that cannot be used or to
which others can write: then values are computed again. Raises no errors, since the cache is
optional. Does not interpret the values.
"""

from __future__ import annotations

import errno
import logging
import math
import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar
from zlib import crc32

from cnct.openapi.cache_folder import VERSION, cache_file, make_private

_log = logging.getLogger("cnct.specs")
_T = TypeVar("_T", bound="Storable")

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

_CHECKSUM = 4  # bytes

_Version = tuple[int, int, int, int]

_loaded: dict[Path, tuple[_Version, Any]] = {}
"""Decoded values with the times, size and inode of their files: shared by all clients."""


if TYPE_CHECKING:

    class Storable(Protocol):
        """A value that can be stored."""

        def packed(self) -> bytes:
            """Return the value as bytes."""
            ...

        @classmethod
        def from_packed(cls, data: bytes) -> Self:
            """Return the value of `packed`.

            Raises:
                TypeError: If the bytes are of another form.
                ValueError: If the bytes are of another form.
            """
            ...


class Stored(Generic[_T]):
    """A value on disk.

    Args:
        key: Location of the document. The file's name is a digest, since a URL can have secrets.
        kind: Type of the value; a key can have one value of each type.
    """

    def __init__(self, key: str, kind: type[_T]) -> None:
        self._kind = kind
        self._file = cache_file(key, kind.__name__.lower())

    def load(self) -> _T | None:
        """Return the value; ``None`` if missing, damaged or of another version."""
        if self._file is None:
            return None
        try:
            version = _version(self._file.stat())
            loaded_version, value = _loaded.get(self._file, (None, None))
            if loaded_version != version:
                value = self._decoded(*_content(self._file))
                _loaded[self._file] = version, value
        except (OSError, ValueError):
            return None
        return value

    def _decoded(self, checksum: bytes, packed: bytes) -> _T | None:
        if checksum != _checksum(packed):
            return None
        try:
            return self._kind.from_packed(packed)
        except (TypeError, ValueError):
            return None

    def save(self, value: _T) -> None:
        """Store a value; a failure is logged and otherwise ignored."""
        if self._file is None:
            return
        aside = self._file.with_name(f"{self._file.name}.{os.urandom(8).hex()}")
        try:
            packed = value.packed()
            make_private(aside.parent)
            with os.fdopen(os.open(aside, _CREATE, 0o600), "wb") as file:
                file.write(_checksum(packed) + packed)
            aside.replace(self._file)
        except (OSError, ValueError, OverflowError, RecursionError) as error:
            _log.info("The index of the OpenAPI document cannot be cached: %s", error)
            with suppress(OSError, ValueError):
                aside.unlink()

    def age(self) -> float:
        """Return the age of the value in seconds, as of saving or `set_age`."""
        try:
            age = time.time() - self._file.stat().st_mtime if self._file else math.inf
        except (OSError, ValueError):
            return math.inf
        return age if age >= 0 else math.inf  # a clock has been set back

    def set_age(self, seconds: float) -> None:
        """Set the age of the value."""
        then = time.time() - seconds
        with suppress(OSError, ValueError):
            if self._file:
                os.utime(self._file, (then, then))


def _checksum(packed: bytes) -> bytes:
    """Return a checksum, against damage, that changes with the version of the stored data."""
    return crc32(packed, VERSION).to_bytes(_CHECKSUM)


def _content(file: Path) -> tuple[bytes, bytes]:
    """Read checksum and value from a regular file; a FIFO would block until a writer opens it.

    Raises:
        OSError: If there is no such file, or it is not regular.
    """
    with os.fdopen(os.open(file, _READ), "rb", buffering=0) as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise OSError(errno.EINVAL, "No regular file", str(file))
        return opened.read(_CHECKSUM), opened.read()


def _version(status: os.stat_result) -> _Version:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino
