"""Decides whether a stored index is up to date or the document must be indexed again.

Knows neither the contents of an index nor its file format.
"""

from __future__ import annotations

import logging
from hashlib import sha256
from typing import TYPE_CHECKING

from cnct.exceptions import SpecError
from cnct.openapi.cache_files import Stored
from cnct.openapi.cache_folder import cache_key
from cnct.openapi.index import Index
from cnct.openapi.index import index as make_index
from cnct.openapi.sources import NO_STAMP, file_stamp, is_url, read

if TYPE_CHECKING:
    from cnct.openapi.words import Words

_FRESH = 24 * 3600  # seconds between two downloads of a document
_RETRY = 3600  # seconds until the next attempt after a failed one

_log = logging.getLogger("cnct.specs")


def indexed(location: str) -> Index:
    """Return an up-to-date index, from the cache or after indexing the document.

    Files are checked every time, URLs once a day. If a URL cannot be reached, an older index is
    used.

    Args:
        location: Path or URL.

    Raises:
        SpecError: If the document cannot be read or is not OpenAPI 3, and there is no older index.
    """
    file = Stored(cache_key(location), Index)
    stored = _whole(file.load())
    if stored and is_url(location) and file.age() < _FRESH:
        return stored
    try:
        latest = _latest(location, stored)
    except SpecError as error:
        if stored is None or not is_url(location):
            raise
        _log.warning("Using the cached OpenAPI document, which may be outdated: %s", error)
        file.set_age(_FRESH - _RETRY)
        return stored
    return _kept(file, latest, stored, location)


def refreshed(location: str) -> tuple[Index, bool]:
    """Read and index a document again, however new the stored index is.

    Args:
        location: Path or URL.

    Returns:
        The index, and whether the document differs from the stored one.

    Raises:
        SpecError: If the document cannot be read or is not OpenAPI 3.
    """
    file = Stored(cache_key(location), Index)
    stored = _whole(file.load())
    index = _kept(file, _latest(location, stored), stored, location)
    return index, stored is None or stored.digest != index.digest


def _kept(file: Stored[Index], latest: Index, stored: Index | None, location: str) -> Index:
    """Return the latest index of a document; store a new one."""
    if latest is not stored:
        file.save(latest)
    elif is_url(location):
        file.set_age(0)
    return latest


def at_hand(location: str) -> Index | None:
    """Return the stored index, without network; ``None`` without one, or if the file has changed.

    The index of a URL may be outdated.
    """
    stored = _whole(Stored(cache_key(location), Index).load())
    if stored and (is_url(location) or stored.stamp == file_stamp(location)):
        return stored
    return None


def searched(location: str, index: Index) -> Words:
    """Return the stored words of an indexed document; collect and store missing ones."""
    from cnct.openapi.words import Words, words  # noqa: PLC0415 - few programs search

    file = Stored(cache_key(location), Words)
    stored = file.load()
    if stored is None or stored.digest != index.digest:
        stored = words(index.document(), index.digest)
        file.save(stored)
    return stored


def _whole(stored: Index | None) -> Index | None:
    """Return a stored index, or ``None`` if another file of the document has changed since."""
    if stored is None:
        return None
    files = stored.files
    return stored if all(file_stamp(path) == tuple(files[path]) for path in files) else None


def _latest(location: str, stored: Index | None) -> Index:
    """Read the document again; return the stored index itself if the document has not changed."""
    data, stamp = read(location, stored.stamp if stored else NO_STAMP)
    if stored and data is None:
        return stored
    content = data or b""
    digest = sha256(content).digest()
    if stored and stored.digest == digest:
        return stored.stamped(stamp)
    from cnct.openapi.document import parse  # noqa: PLC0415 - not needed for a stored index

    return make_index(parse(content, location), digest).stamped(stamp)
