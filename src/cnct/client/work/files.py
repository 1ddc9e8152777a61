"""Appends JSON objects to a file that one process holds at a time: journals and checkpoints.

Does not interpret the contents.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator
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
        self._descriptor = _locked(self.path, self.path)
        if is_new:
            _sync_folder(self.path.absolute().parent)
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
        with self._lines_lock:
            self._lines.append(_line(record))
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

    def replace(self, records: Iterable[Record]) -> None:
        """Replace the contents, whole or not at all, and wait until they are on the disk.

        Raises:
            OSError: If the new file, ``NAME.part`` beside the old one, cannot be written.
        """
        final = self.path.resolve()
        part = final.with_name(f"{final.name}.part")
        with self._file_lock:
            descriptor = _locked(part, self.path)
            try:
                os.ftruncate(descriptor, 0)
                with os.fdopen(descriptor, "wb", closefd=False) as file:
                    file.writelines(map(_line, records))
                os.fsync(descriptor)
                _rename(part, final)
            except BaseException:
                os.close(descriptor)
                raise
            self._descriptor = _swapped(self._descriptor, descriptor, final)
            _sync_folder(final.parent)
            with self._lines_lock:
                self._lines.clear()
                self._synced = self._appended

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


def _line(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(", ", ": ")).encode() + b"\n"


def _record(line: bytes) -> Record | None:
    try:
        record: Any = json.loads(line)
    except ValueError:
        return None
    return record if is_record(record) and line.endswith(b"\n") else None


def _locked(file: Path, path: Path) -> int:
    """Open and lock a file, and return its descriptor.

    Args:
        file: The file.
        path: The file of the job, for messages.
    """
    while True:
        descriptor = os.open(file, _FLAGS, 0o666)
        try:
            _lock(descriptor, path)
            if _is_at(file, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # replaced by another job since it was opened


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

    def _is_at(file: Path, descriptor: int) -> bool:  # noqa: ARG001 - as on POSIX
        """Return True: Windows renames no open file."""
        return True

    def _rename(part: Path, final: Path) -> None:
        """Do nothing: `_swapped` renames the file once it is closed."""

    def _swapped(before: int, after: int, final: Path) -> int:
        """Give a new file the name of an old one, and return its descriptor."""
        os.close(before)
        os.close(after)
        final.with_name(f"{final.name}.part").replace(final)
        descriptor = _locked(final, final)
        os.lseek(descriptor, 0, os.SEEK_END)
        return descriptor

    def _sync_folder(folder: Path) -> None:
        """Do nothing: Windows cannot sync a folder."""

else:
    import fcntl

    os.register_at_fork(after_in_child=_release_in_child)

    def _lock_now(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _is_at(file: Path, descriptor: int) -> bool:
        """Return whether an open file still has its name."""
        try:
            return os.path.samestat(file.stat(), os.fstat(descriptor))
        except FileNotFoundError:
            return False

    def _rename(part: Path, final: Path) -> None:
        """Give a new file the name of an old one."""
        part.replace(final)

    def _swapped(before: int, after: int, final: Path) -> int:  # noqa: ARG001 - as on Windows
        """Close the old file, and return the descriptor of the new one."""
        os.close(before)
        return after

    def _sync_folder(folder: Path) -> None:
        """Make the name of a new file durable."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
