"""Values in files of the cache folder: what is loaded is what was saved, or nothing.

A value is one file, written aside and moved into place, so that many processes can share the
folder. It carries a digest, and counts for nothing if that is wrong or of another version. A folder
that cannot be used costs time and nothing else. Knows nothing of what the values mean.

``CNCT_CACHE_DIR`` names the folder, the user's cache folder by default; empty means none.
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
"""To be raised with every change of what is stored, and of how documents are read."""

_log = logging.getLogger("cnct.specs")
_T = TypeVar("_T")

_loaded: dict[Path, tuple[tuple[int, int, int], Any]] = {}
"""What files hold, by their time, size and number: decoded once for all clients of a process."""


class Stored(Generic[_T]):
    """A value on disk.

    Args:
        key: What it belongs to. Files are named by a digest of it: URLs can hold secrets.
        kind: Its type, a msgspec struct; one key can have a value of each.
    """

    def __init__(self, key: str, kind: type[_T]) -> None:
        self._kind = kind
        folder = _folder()
        name = f"{_digest(key.encode()).hex()[:32]}.{kind.__name__.lower()}"
        self._file = folder / name if folder else None

    def load(self) -> _T | None:
        """Return the value; ``None`` if it is missing, damaged or of another version."""
        if self._file is None:
            return None
        try:
            status = self._file.stat()
            version = status.st_mtime_ns, status.st_size, status.st_ino
            known, value = _loaded.get(self._file, (None, None))
            if known != version:
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
        """Keep a value, if that is possible."""
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
        """Return the seconds since it was saved, or since :meth:`set_age` says so."""
        try:
            age = time.time() - self._file.stat().st_mtime if self._file else math.inf
        except OSError:
            return math.inf
        return age if age >= 0 else math.inf  # a clock has been set back

    def set_age(self, seconds: float) -> None:
        """Make it as old as that."""
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
