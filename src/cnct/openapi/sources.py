"""Reads documents from files and ``http(s)`` URLs, if they have changed. Never looks into them."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

from cnct.exceptions import SpecError

Stamp = tuple[str, str]
"""What tells a changed document: size and time of a file, ETag and Last-Modified of a URL."""

NO_STAMP: Stamp = ("", "")

_TIMEOUT = (2.0, 30.0)  # seconds to connect to each address, and between two parts of the answer
_SETTLED = 2_000_000_000  # ns; a younger file can change again without a new time (FAT counts 2 s)
_OK = 200
_NOT_MODIFIED = 304


def is_url(location: str) -> bool:
    """Tell URLs from paths."""
    return location.startswith(("http://", "https://"))


def shown(location: str) -> str:
    """Write a location for people: URLs without what can be secret, user and query."""
    if not is_url(location):
        return location
    try:
        parts = urlsplit(location)
    except ValueError:
        return "The URL"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def read(location: str, known: Stamp = NO_STAMP) -> tuple[bytes | None, Stamp]:
    """Read a document, unless it is still the known one.

    Args:
        location: Path or URL.
        known: Stamp of the document as it was read last.

    Returns:
        Its bytes, ``None`` if they are known, and its stamp.

    Raises:
        SpecError: If it cannot be read.
    """
    if is_url(location):
        return _download(location, known)
    if "://" in location:
        raise SpecError(f"{shown(location)} is neither a path nor an http(s) URL")
    stamp = file_stamp(location)
    try:
        return (None if stamp == known else Path(location).read_bytes()), stamp or NO_STAMP
    except OSError as error:
        raise SpecError(f"{location} cannot be read: {error.strerror}") from error


def file_stamp(location: str) -> Stamp | None:
    """Return the stamp of a file; ``None`` if it has none that can be trusted or is not there."""
    try:
        status = Path(location).stat()
    except OSError:
        return None
    if abs(time.time_ns() - status.st_mtime_ns) < _SETTLED:
        return None
    return str(status.st_size), str(status.st_mtime_ns)


def _download(url: str, known: Stamp) -> tuple[bytes | None, Stamp]:
    import requests  # noqa: PLC0415 - files and what is cached need no network

    asked = dict(zip(("If-None-Match", "If-Modified-Since"), known, strict=True))
    headers = {name: value for name, value in asked.items() if value}
    try:
        response = requests.get(url, headers=headers, timeout=_TIMEOUT)
    except requests.RequestException as error:
        reason = type(error).__name__  # its text would show the query
        raise SpecError(f"{shown(url)} cannot be reached: {reason}") from error
    if response.status_code == _NOT_MODIFIED and headers:
        return None, known
    if response.status_code != _OK:
        status = f"{response.status_code} {response.reason}"
        raise SpecError(f"{shown(url)} cannot be read: the server answers {status}")
    return response.content, (
        response.headers.get("ETag", ""),
        response.headers.get("Last-Modified", ""),
    )
