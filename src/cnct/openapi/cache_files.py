"""Stores values in files of the cache folder. Loads a value as it was saved, or none.

Each value is one file, written under another name and then moved, so that processes can share the
folder. A file with a wrong digest or of another version is ignored, and so is a folder that cannot
be used: then everything is computed again. Knows nothing about the values.

``CNCT_CACHE_DIR`` is the folder, by default the user's cache folder; empty switches the cache off.
"""

from __future__ import annotations

import logging
import math
import os
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar

from msgspec import DecodeError
from msgspec.msgpack import decode, encode
from platformdirs import user_cache_path

VERSION = 3
"""Raise this with every change to the stored structs or to the reading of documents."""

_log = logging.getLogger("cnct.specs")
_T = TypeVar("_T")

_loaded: dict[Path, tuple[tuple[int, int, int], Any]] = {}
"""Decoded values with the time, size and inode of their files: shared by all clients."""


class Stored(Generic[_T]):
    """A value on disk.

    Args:
        key: Location of the document. The file's name is a digest, since a URL can have secrets.
        kind: Type of the value, a msgspec struct; a key can have one value of each type.
    """

    def __init__(self, key: str, kind: type[_T]) -> None:
        self._kind = kind
        folder = _folder()
        key_bytes = key.encode(errors="surrogatepass")  # file names need not be UTF-8
        name = f"{_digest(key_bytes).hex()[:32]}.{kind.__name__.lower()}"
        self._file = folder / name if folder else None

    def load(self) -> _T | None:
        """Return the value; ``None`` if it is missing, damaged or of another version."""
        if self._file is None:
            return None
        try:
            status = self._file.stat()
            version = status.st_mtime_ns, status.st_size, status.st_ino
            loaded_version, value = _loaded.get(self._file, (None, None))
            if loaded_version != version:
                value = self._decoded(memoryview(self._file.read_bytes()))
                _loaded[self._file] = version, value
        except OSError:
            return None
        return value

    def _decoded(self, data: memoryview) -> _T | None:
        size = sha256().digest_size
        if _digest(data[size:]) != bytes(data[:size]):
            return None
        try:
            return decode(data[size:], type=self._kind)
        except DecodeError:
            return None

    def save(self, value: _T) -> None:
        """Store a value; a failure is logged and otherwise ignored."""
        if self._file is None:
            return
        packed = encode(value)
        aside = self._file.with_name(f"{self._file.name}.{os.urandom(8).hex()}")
        try:
            aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            aside.write_bytes(_digest(packed) + packed)
            aside.replace(self._file)
        except OSError as error:
            _log.info("The index of the specification is not kept: %s", error)
            with suppress(OSError):
                aside.unlink()

    def age(self) -> float:
        """Return the seconds since the value was saved, or as `set_age` has set them."""
        try:
            age = time.time() - self._file.stat().st_mtime if self._file else math.inf
        except OSError:
            return math.inf
        return age if age >= 0 else math.inf  # a clock has been set back

    def set_age(self, seconds: float) -> None:
        """Set the age of the value."""
        then = time.time() - seconds
        with suppress(OSError):
            if self._file:
                os.utime(self._file, (then, then))


def _folder() -> Path | None:
    named = os.environ.get("CNCT_CACHE_DIR")
    if named == "":
        return None
    return Path(named) if named else user_cache_path("cnct", appauthor=False)


def _digest(packed: bytes | memoryview) -> bytes:
    digest = sha256(f"cnct {VERSION} ".encode())
    digest.update(packed)
    return digest.digest()
