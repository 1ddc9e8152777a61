"""Writes a file that appears under its name only when complete. Knows no formats."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_IRUSR, S_ISDIR, S_ISREG, S_IWUSR
from typing import IO, BinaryIO, Protocol

from cnct.exceptions import ExportError


class Target(Protocol):
    """A place for the bytes of an export.

    Attributes:
        name: Name for messages.
        file: The open file.
    """

    @property
    def name(self) -> str:
        """Name for messages."""
        ...

    @property
    def file(self) -> IO[bytes]:
        """The open file."""
        ...

    def commit(self) -> None:
        """Complete the file."""
        ...

    def discard(self) -> None:
        """Remove the incomplete file. Safe to call after `commit`."""
        ...


class WholeFile:
    """A file that is written as ``NAME.part``, and renamed after everything is on the disk.

    An existing file is replaced then, and not touched before; its permissions stay. A ``.part``
    that a killed process left behind is overwritten.

    Args:
        path: The file.
        continues: Whether a ``.part`` keeps its bytes, to be continued.

    Raises:
        ExportError: If the directory is missing, the path is no file, or another export or download
            is writing it.
        OSError: If the file cannot be created.

    Attributes:
        path: The file, as passed.
        part: The ``.part``.
        file: The open ``.part``.
    """

    def __init__(self, path: str | os.PathLike[str], *, continues: bool = False) -> None:
        self.path = Path(path)
        self._final = _checked_target(self.path)
        self.part = self._final.with_name(f"{self._final.name}.part")
        self.file: BinaryIO = _opened(self.part, self.path)
        if not continues:
            self.file.truncate(0)
        _keep_mode(self._final, self.part)

    @property
    def name(self) -> str:
        """The path as text."""
        return str(self.path)

    def commit(self, *, overwrites: bool = True) -> None:
        """Write everything to the disk, then give the file the final name.

        Args:
            overwrites: Whether a file that has the name by now is replaced.

        Raises:
            FileExistsError: If there is a file that must not be replaced.
        """
        self.file.flush()
        os.fsync(self.file.fileno())
        if sys.platform == "win32":
            self.file.close()  # Windows renames no open file
        if overwrites:
            self.part.replace(self._final)
        else:
            _rename_to_new(self.part, self._final)
        self.file.close()
        _sync_directory(self._final.parent)

    def discard(self) -> None:
        """Remove the incomplete file; do nothing after `commit`."""
        if self.file.closed:
            return
        if sys.platform == "win32":
            self.file.close()  # Windows removes no open file
        self.part.unlink(missing_ok=True)
        self.file.close()

    def leave(self) -> None:
        """Close the incomplete file, to be continued later; do nothing after `commit`."""
        self.file.close()


class OpenStream:
    """A stream that the caller opened, such as standard output; never whole or removed.

    Args:
        file: The stream.
        name: Name for messages.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.file = file
        self.name = name

    def commit(self) -> None:
        """Flush the stream."""
        self.file.flush()

    def discard(self) -> None:
        """Do nothing: the stream belongs to the caller."""


def _checked_target(path: Path) -> Path:
    """Return the path of the file to replace: behind links, in a directory that exists."""
    final = path.resolve()
    try:
        mode = path.stat().st_mode  # also of a pipe such as /dev/stdout, whose link leads nowhere
    except FileNotFoundError:
        if final.parent.is_dir():
            return final
        raise ExportError(
            f"There is no directory {str(path.parent)!r} for {path.name!r}: create it first"
        ) from None
    except NotADirectoryError:
        raise ExportError(f"{str(path.parent)!r} is no directory: name another one") from None
    if S_ISDIR(mode):
        raise ExportError(f"{str(path)!r} is a directory: name a file in it")
    if not S_ISREG(mode):
        raise ExportError(f"{str(path)!r} is no regular file, and cannot be replaced by one")
    return final


def _keep_mode(final: Path, part: Path) -> None:
    """Give the incomplete file the permissions of the one to replace, which may be private."""
    with suppress(OSError):  # there is none, or the file system has no permissions
        part.chmod(S_IMODE(final.stat().st_mode) | S_IRUSR | S_IWUSR)


if sys.platform == "win32":

    def _opened(part: Path, path: Path) -> BinaryIO:  # noqa: ARG001 - as on POSIX
        return part.open("w+b")

    def _rename_to_new(part: Path, final: Path) -> None:
        part.rename(final)

    def _sync_directory(directory: Path) -> None:
        """Do nothing: Windows cannot sync a directory."""

else:
    import fcntl

    def _opened(part: Path, path: Path) -> BinaryIO:
        """Open and lock the incomplete file."""
        while True:
            # Formats write at other places than the end, which mode "a" cannot.
            file = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_at(part, file.fileno()):
                    if os.fstat(file.fileno()).st_nlink <= 1:
                        return file
                    part.unlink()  # a kill left it as another name of a whole file
            except BlockingIOError:
                file.close()
                raise ExportError(
                    f"Another export or download is writing {str(path)!r}: wait until it has"
                    " ended, or name another file"
                ) from None
            file.close()  # renamed by another export since it was opened, or not ours to write to

    def _is_at(path: Path, descriptor: int) -> bool:
        """Return whether an open file still has its name."""
        try:
            return os.path.samestat(path.stat(), os.fstat(descriptor))
        except FileNotFoundError:
            return False

    def _rename_to_new(part: Path, final: Path) -> None:
        """Rename a file, unless there is one of that name."""
        try:
            os.link(part, final)  # refuses in one step, which a check before a renaming is not
        except FileExistsError:
            raise
        except OSError:  # the file system has no hard links
            if os.path.lexists(final):
                raise FileExistsError(errno.EEXIST, "File exists", str(final)) from None
            part.replace(final)
        else:
            part.unlink()

    def _sync_directory(directory: Path) -> None:
        """Make the new name durable."""
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
