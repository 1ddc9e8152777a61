"""Appends JSON objects to a file that one process holds at a time: journals and checkpoints.

Does not interpret the contents.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

from cnct.exceptions import JournalError
from cnct.openapi.shapes import Record, is_record

_FAR = 1 << 60
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)


class JsonLines:
    """A locked file of JSON objects, one a line, that grows at its end.

    Safe to use from several threads. Call `read` before the first `append`.

    Args:
        path: The file; created if missing.
        start: Beginning of the first line; a file that begins otherwise is left unchanged.

    Raises:
        JournalError: If another process, or another object of this process, holds the file.
        OSError: If the file cannot be opened.
    """

    def __init__(self, path: str | os.PathLike[str], start: str) -> None:
        self.path = Path(path)
        self._start = start.encode()
        is_new = not self.path.exists()
        self._descriptor = os.open(self.path, _FLAGS, 0o666)
        try:
            _lock(self._descriptor, self.path)
            if is_new:
                _sync_folder(self.path.absolute().parent)
        except BaseException:
            os.close(self._descriptor)
            raise
        self._lines: list[bytes] = []  # appended, not yet in the file
        self._appended = 0
        self._synced = 0
        self._file_lock = threading.Lock()  # held while the file is written
        self._lines_lock = threading.Lock()
        _open_files.add(self)

    def read(self) -> Iterator[Record]:
        """Yield the objects in the file, and cut off an incomplete last line.

        Raises:
            JournalError: If a line before the last one is not a JSON object.
        """
        end = 0
        with os.fdopen(self._descriptor, "rb", closefd=False) as file:
            file.seek(0)
            for number, line in enumerate(file, 1):
                record = _record(line)
                if record is None or (number == 1 and not line.startswith(self._start)):
                    self._check_torn(number, line, is_last=not file.read(1))
                    break
                end += len(line)
                yield record
        os.ftruncate(self._descriptor, end)
        os.lseek(self._descriptor, end, os.SEEK_SET)

    def _check_torn(self, number: int, line: bytes, *, is_last: bool) -> None:
        """Refuse a file that `append` did not write, since it must not be cut."""
        is_header = line.startswith(self._start) or self._start.startswith(line)
        if not is_last or (number == 1 and not is_header):
            raise JournalError(
                f"{self.path}, line {number}, was not written by a job: use another file"
            )

    def append(self, record: Record) -> int:
        """Append an object, and return the mark to pass to `sync`."""
        line = json.dumps(record, ensure_ascii=False, separators=(", ", ": ")).encode() + b"\n"
        with self._lines_lock:
            self._lines.append(line)
            self._appended += 1
            return self._appended

    def write(self) -> int:
        """Write appended objects to the file, to outlive this process. Returns the last mark."""
        with self._file_lock:
            return self._write()

    def sync(self, mark: int) -> None:
        """Wait until everything up to a mark is on the disk.

        Threads that wait together share one fsync.
        """
        with self._file_lock:
            if self._synced < mark:
                last = self._write()
                os.fsync(self._descriptor)
                self._synced = last

    def _write(self) -> int:
        with self._lines_lock:
            data, mark = b"".join(self._lines), self._appended
            self._lines.clear()
        while data:
            data = data[os.write(self._descriptor, data) :]
        return mark

    def clear(self) -> None:
        """Remove everything from the file."""
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)

    def close(self) -> None:
        """Write the rest to the disk and release the file. Safe to call twice."""
        if self._descriptor >= 0:
            try:
                self.sync(self._appended)
            finally:
                self._release()

    def _release(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        os.close(descriptor)

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()


_open_files: WeakSet[JsonLines] = WeakSet()


def _release_in_child() -> None:
    """Release the files in a forked child, which would keep them locked after the parent's end."""
    for file in list(_open_files):
        if file._descriptor >= 0:
            file._release()


def _record(line: bytes) -> Record | None:
    try:
        record: Any = json.loads(line)
    except ValueError:
        return None
    return record if is_record(record) and line.endswith(b"\n") else None


def _lock(descriptor: int, path: Path) -> None:
    try:
        _lock_now(descriptor)
    except OSError as error:
        raise JournalError(
            f"{path} is in use: wait until the other job has ended, or use another file"
        ) from error


if sys.platform == "win32":
    import msvcrt

    def _lock_now(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)  # a locked byte cannot be read by anyone else
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _sync_folder(folder: Path) -> None:
        """Do nothing: Windows cannot sync a folder."""

else:
    import fcntl

    os.register_at_fork(after_in_child=_release_in_child)

    def _lock_now(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _sync_folder(folder: Path) -> None:
        """Make the name of a new file durable."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
