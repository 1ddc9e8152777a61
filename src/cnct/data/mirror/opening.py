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
    """Open a mirror's database, after creating a missing one unless it is only read.

    Raises:
        MirrorError: If the file is something else, was written by a newer version, or cannot be
            opened.
    """
    try:
        if path != MEMORY and not is_read_only:
            _mark(path)
        return Storage(path, is_read_only=is_read_only)
    except sqlite3.Error as error:
        raise MirrorError(
            f"{path} cannot be used as a mirror: {error}. Name a file that can be written, or one"
            " that does not exist yet"
        ) from error


def _mark(path: str) -> None:
    """Mark a new database as a mirror, and refuse any other one before it is changed."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if application == _APPLICATION:
            if version > _FORMAT:
                raise MirrorError(
                    f"{path} was written by a newer version of cnct (format {version}): update"
                    " cnct, or name another file"
                )
            return
        if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            raise MirrorError(f"{path} is a database, but no mirror: name another file")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {_FORMAT}")
        connection.execute("COMMIT")


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
