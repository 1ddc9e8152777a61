"""Names the folder and the files of the cache of documents. Reads and writes none of them.

``CNCT_CACHE_DIR`` is the folder, by default the user's cache folder; an empty value switches the
cache off. A folder that cannot be used, or to which others can write, is ignored. Does not import
msgspec, which is slow for completion at a prompt.
"""

from __future__ import annotations

import errno
import os
import stat
from hashlib import sha256
from pathlib import Path

from cnct.openapi.sources import is_url

VERSION = 7
"""Raise this with every change to the stored structs or to the reading of documents."""

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def cache_key(location: str) -> str:
    """Return the key under which a document is stored: its URL, or the absolute path."""
    return location if is_url(location) else str(Path(location).absolute())


def cache_file(key: str, ending: str) -> Path | None:
    """Return the file for a key; ``None`` without a cache folder.

    The file's name is a digest, since a URL can have secrets.
    """
    folder = trusted_folder()
    # File names need not be UTF-8.
    versioned = f"cnct {VERSION} {key}".encode(errors="surrogatepass")
    return folder / f"{sha256(versioned).hexdigest()[:32]}.{ending}" if folder else None


def trusted_folder() -> Path | None:
    """Return the cache folder; ``None`` if the cache is off, or others can write there."""
    try:
        folder = cache_folder()
        return folder if folder is None or is_private(folder) else None
    except (OSError, ValueError, RuntimeError, KeyError) as error:  # no home, a name with NUL
        _inform("The cache of specifications is not used: %s", error)
        return None


def cache_folder() -> Path | None:
    """Return the cache folder without a check of permissions; ``None`` if the cache is off."""
    named = os.environ.get("CNCT_CACHE_DIR")
    if named == "":
        return None
    if named:
        return Path(named)
    from platformdirs import user_cache_path  # noqa: PLC0415 - CNCT_CACHE_DIR needs none

    folder = user_cache_path("cnct", appauthor=False)
    return folder if folder.is_absolute() else None  # a user without a home has "~/.cache"


def is_private(folder: Path) -> bool:
    """Return whether only this user and root can write to a folder; a missing folder is private."""
    try:
        status = folder.stat()
    except FileNotFoundError:
        return True
    user = getattr(os, "geteuid", None)
    if user is None:  # Windows: the user's folders have access lists
        return True
    private = status.st_uid in (0, user()) and not status.st_mode & _OTHERS_WRITE
    if not private:
        _inform("The cache folder %s is not used, since others can write to it", folder)
    return private


def _inform(text: str, value: object) -> None:
    import logging  # noqa: PLC0415 - completion at a prompt has little time

    logging.getLogger("cnct.specs").info(text, value)


def make_private(folder: Path) -> None:
    """Create a folder and its parents for this user alone, whatever the umask."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
