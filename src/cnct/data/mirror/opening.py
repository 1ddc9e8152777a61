"""Opens the database of a mirror, and locks it for one writer. Knows no rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from cnct.exceptions import MirrorError
from cnct.store import Storage

MEMORY = ":memory:"
_APPLICATION = 0x636E6374  # "cnct", in the header of a SQLite file
_FORMAT = 1


def opened(path: str, *, is_read_only: bool = False) -> Storage:
    """Open a mirror's database, after creating a missing one unless the mirror is only read.

    Raises:
        MirrorError: If the file is something else, was written by a newer version, or cannot be
            opened.
    """
    try:
        if is_read_only:
            _check(path)
        elif path != MEMORY:
            _mark(path)
        return Storage(path, is_read_only=is_read_only)
    except sqlite3.Error as error:
        remedy = (
            "SQLite needs the right to write in its folder, also to read: grant that right, or read"
            " a copy of the file elsewhere. If the file is damaged, delete it and make it anew"
            if is_read_only
            else "Name a file that can be written, or one that does not exist yet"
        )
        raise MirrorError(f"{path} cannot be used as a mirror: {error}. {remedy}") from error


def _check(path: str) -> None:
    """Refuse a database that is no mirror."""
    name = f"{Path(path).absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(name, uri=True)) as connection:
        if not _is_marked(path, connection):
            raise _no_mirror(path)


def _mark(path: str) -> None:
    """Mark a new database as a mirror, and refuse any other one without a change."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if _is_marked(path, connection):
            return
        if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            raise _no_mirror(path)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {_FORMAT}")
        connection.execute("COMMIT")


def _is_marked(path: str, connection: sqlite3.Connection) -> bool:
    """Return whether a database is marked as a mirror; refuse one of a newer format."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application == _APPLICATION and version > _FORMAT:
        raise MirrorError(
            f"{path} was written by a newer version of cnct (format {version}): update cnct, or"
            " name another file"
        )
    return bool(application == _APPLICATION)


def _no_mirror(path: str) -> MirrorError:
    return MirrorError(f"{path} is a database, but no mirror: name another file")


@contextmanager
def sqlite_errors(path: str) -> Generator[None]:
    """Raise errors of SQLite within as errors of the mirror: a full disk, a file without rights.

    Raises:
        MirrorError: With the message of SQLite.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise MirrorError(
            f"{path} cannot be written: {error}. What was committed before is kept; run again"
            " when the file can be written"
        ) from error


@contextmanager
def writing(path: str) -> Generator[None]:
    """Hold the lock of a mirror's only writer; the end of the process releases the lock, too.

    The lock is that of SQLite on an empty file beside the mirror, so that readers of the mirror
    never wait.

    Raises:
        MirrorError: If another process, or another mirror of this process, holds the lock.
    """
    if path == MEMORY:
        yield
        return
    lock = Path(f"{path}.lock").absolute()
    name = f"file:{quote(lock.as_posix())}"
    with closing(
        sqlite3.connect(name, 0, isolation_level=None, uri=True, check_same_thread=False)
    ) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise MirrorError(
                f"{path} is being synchronised by another mirror: wait until that run has ended"
            ) from error
        yield
