"""Reads and writes files that may contain secrets or commands. Knows nothing of their contents.

As ssh does, a file is refused if others own it or can write to it: they could send the API key
elsewhere, or run a command of theirs.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from cnct.exceptions import SettingsError
from cnct.text import Secret, clean

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_LARGEST = 1 << 20  # bytes


class PrivateText:
    """The text of a file.

    Attributes:
        text: The text, with a masked ``repr``.
        is_readable_by_others: Whether other users of the machine can read the file.
    """

    __slots__ = ("is_readable_by_others", "text")

    def __init__(self, text: Secret, is_readable_by_others: bool) -> None:
        self.text = text
        self.is_readable_by_others = is_readable_by_others


def read_private(file: Path) -> PrivateText | None:
    """Return the text of a file, ``None`` if there is no such file.

    Raises:
        SettingsError: If others could have written the file, or reading fails.
    """
    try:
        text, status = _text(file)
        folder = file.resolve().parent.stat()
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RuntimeError) as error:  # a name with NUL, not UTF-8, a loop
        problem = getattr(error, "strerror", None) or type(error).__name__
    else:
        _refuse_unsafe(file, status, folder)
        return PrivateText(text, bool(status.st_mode & _OTHERS_READ) and os.name == "posix")
    raise SettingsError(f"{file} cannot be read: {problem}")


def _text(file: Path) -> tuple[Secret, os.stat_result]:
    content, status = _content(file)
    return Secret(content.decode("utf-8-sig")), status


def read_secret(file: Path) -> Secret | None:
    """Return the text of a secret's file, of any owner; ``None`` if reading fails."""
    try:
        return Secret(_content(file)[0].decode(errors="replace"))
    except (OSError, ValueError):
        return None


def _content(file: Path) -> tuple[bytes, os.stat_result]:
    """Read a regular file; a FIFO would block until a writer opens it.

    Raises:
        OSError: If the file cannot be read, is not regular, or is larger than 1 MiB.
        ValueError: If the path contains NUL.
    """
    with os.fdopen(os.open(file, _READ), "rb") as opened:
        status = os.fstat(opened.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "No regular file")
        if status.st_size > _LARGEST:
            raise OSError(0, "Larger than 1 MiB")
        return opened.read(), status


def _refuse_unsafe(file: Path, status: os.stat_result, folder: os.stat_result) -> None:
    user = getattr(os, "geteuid", None)
    if user is None:  # Windows: the user's folders have access lists
        return
    place = clean(str(file))
    if status.st_uid not in (0, user()):
        raise SettingsError(
            f"{place} is not used, since another user owns it: copy it, or chown it to yourself"
        )
    if status.st_mode & _OTHERS_WRITE:
        raise SettingsError(f"{place} is not used, since others can write to it: chmod 600 {place}")
    parent = clean(str(file.resolve().parent))
    if folder.st_uid not in (0, user()):
        raise SettingsError(
            f"{place} is not used, since another user owns its folder: chown {parent} to yourself"
        )
    if folder.st_mode & _OTHERS_WRITE and not folder.st_mode & stat.S_ISVTX:
        raise SettingsError(
            f"{place} is not used, since others can replace it in its folder: chmod 700 {parent}"
        )


def write_private(file: Path, text: str) -> None:
    """Write a file atomically, readable by this user alone.

    Raises:
        SettingsError: If writing fails.
    """
    aside: Path | None = None
    try:
        target = file.resolve()  # a link stays a link
        _make_folder(target.parent)
        aside = target.with_name(f"{target.name}.{os.urandom(8).hex()}")
        with os.fdopen(os.open(aside, _CREATE, 0o600), "wb") as opened:
            opened.write(text.encode())
            opened.flush()
            os.fsync(opened.fileno())
        aside.replace(target)
    except (OSError, ValueError, RuntimeError) as error:
        problem = getattr(error, "strerror", None) or type(error).__name__
        if aside is not None:
            with suppress(OSError):
                aside.unlink()
    else:
        return
    raise SettingsError(f"{file} cannot be written: {problem}")


def _make_folder(folder: Path) -> None:
    """Create a folder and its parents for this user alone, whatever the umask."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
