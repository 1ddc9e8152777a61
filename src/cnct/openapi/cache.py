"""Decides when a document is read and indexed anew, and when what is stored will do.

Knows nothing of what is in an index, nor of how it is stored.
"""

from __future__ import annotations

import logging
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cnct.exceptions import SpecError
from cnct.openapi.cache_files import Stored
from cnct.openapi.index import Index
from cnct.openapi.index import index as make_index
from cnct.openapi.sources import NO_STAMP, Stamp, file_stamp, is_url, read

if TYPE_CHECKING:
    from cnct.openapi.words import Words

_FRESH = 24 * 3600  # seconds for which a document from the network is taken to be the latest
_RETRY = 3600  # seconds until it is asked for again if it could not be had

_log = logging.getLogger("cnct.specs")


class Indexed(Struct, array_like=True):
    """An index and what it was made of.

    Attributes:
        stamp: What tells whether the document has changed.
        index: Its index.
    """

    stamp: Stamp
    index: Index


def indexed(location: str) -> Index:
    """Index a document, or take the stored index if it is up to date as far as can be known.

    A file is looked at every time, a URL once a day; an older index of a URL serves where there is
    nothing newer to be had.

    Args:
        location: Path or URL.

    Raises:
        SpecError: If there is no index and the document cannot be read or is none.
    """
    stored = Stored(_key(location), Indexed)
    known = stored.load()
    if known and is_url(location) and stored.age() < _FRESH:
        return known.index
    try:
        latest = _latest(location, known)
    except SpecError as error:
        if known is None or not is_url(location):
            raise
        _log.warning("Going on with the specification of an earlier day: %s", error)
        stored.set_age(_FRESH - _RETRY)
        return known.index
    if latest is not known:
        stored.save(latest)
    elif is_url(location):
        stored.set_age(0)
    return latest.index


def at_hand(location: str) -> Index | None:
    """Take the stored index, without network and without making one.

    That of a URL can be of an earlier day; that of a file that has changed is not taken.
    """
    known = Stored(_key(location), Indexed).load()
    if known and (is_url(location) or known.stamp == file_stamp(location)):
        return known.index
    return None


def searched(location: str, index: Index) -> Words:
    """Collect the words of an indexed document, or take those that are stored."""
    from cnct.openapi.words import Words, words  # noqa: PLC0415 - few programs search

    stored = Stored(_key(location), Words)
    known = stored.load()
    if known is None or known.digest != index.digest:
        known = words(index.document(), index.digest)
        stored.save(known)
    return known


def _latest(location: str, known: Indexed | None) -> Indexed:
    """Read the document again; give back the known index if there is nothing new."""
    # Only here: an index that is up to date needs no parser.
    from cnct.openapi.document import parse  # noqa: PLC0415

    data, stamp = read(location, known.stamp if known else NO_STAMP)
    if known and data is None:
        return known
    content = data or b""
    digest = sha256(content).digest()
    if known and known.index.digest == digest:
        return Indexed(stamp, known.index)
    return Indexed(stamp, make_index(parse(content, location), digest))


def _key(location: str) -> str:
    return location if is_url(location) else str(Path(location).absolute())
