"""Reads documents from files and ``http(s)`` URLs if they have changed. Parses nothing."""

from __future__ import annotations

import time
from pathlib import Path

from cnct.exceptions import SpecError
from cnct.text import safe_url

DEFAULT_LOCATION = "https://apispec.connect.cloudblue.com/connect-openapi30.yml"
"""Where CloudBlue publishes Connect's document."""

Stamp = tuple[str, str]
"""Version of a document: size and times of a file, ETag and Last-Modified of a URL."""

NO_STAMP: Stamp = ("", "")

_TIMEOUT = (2.0, 30.0)  # seconds to connect to an address, and to wait for more of the response
_SETTLED = 2_000_000_000  # ns; a younger file can change without a new time (FAT: 2 s steps)
_OK = 200
_NOT_MODIFIED = 304


def is_url(location: str) -> bool:
    """Return whether a location is an ``http(s)`` URL."""
    return location.startswith(("http://", "https://"))


def safe_location(location: str) -> str:
    """Return a location for messages: a URL without user, password and query, perhaps secret."""
    return safe_url(location).partition("?")[0] if "://" in location else location


def read(location: str, last: Stamp = NO_STAMP) -> tuple[bytes | None, Stamp]:
    """Read a document unless unchanged.

    Args:
        location: Path or URL.
        last: Stamp of the document at the last reading.

    Returns:
        The bytes, ``None`` if the document has not changed, and the stamp.

    Raises:
        SpecError: If the document cannot be read.
    """
    if is_url(location):
        return _download(location, last)
    if "://" in location:
        raise SpecError(f"{safe_location(location)} is neither a path nor an http(s) URL")
    stamp = file_stamp(location)
    try:
        return (None if stamp == last else Path(location).read_bytes()), stamp or NO_STAMP
    except OSError as error:
        raise SpecError(f"{location} cannot be read: {error.strerror}") from error
    except ValueError as error:  # NUL, or a character that file names cannot have
        raise SpecError(f"{location!r} cannot be read: {error}") from error


def file_stamp(location: str) -> Stamp | None:
    """Return the stamp of a file; ``None`` if the file is missing or too new to trust its time."""
    try:
        status = Path(location).stat()
    except (OSError, ValueError):
        return None
    if abs(time.time_ns() - status.st_mtime_ns) < _SETTLED:
        return None
    # A copy can have the size and time of another document, but not its number and change time.
    return str(status.st_size), f"{status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def _download(url: str, last: Stamp) -> tuple[bytes | None, Stamp]:
    import requests  # noqa: PLC0415 - files and cached documents need no network

    conditions = zip(("If-None-Match", "If-Modified-Since"), last, strict=True)
    headers = {name: value for name, value in conditions if value}
    try:
        response = requests.get(url, headers=headers, timeout=_TIMEOUT)
    except requests.RequestException as error:
        reason = type(error).__name__  # the error's text would show the query
        raise SpecError(f"{safe_location(url)} cannot be reached: {reason}") from error
    if response.status_code == _NOT_MODIFIED and headers:
        return None, last
    if response.status_code != _OK:
        status = f"{response.status_code} {response.reason}"
        raise SpecError(f"{safe_location(url)} cannot be read: the server answers {status}")
    return response.content, (
        response.headers.get("ETag", ""),
        response.headers.get("Last-Modified", ""),
    )
