"""Chooses the media type of a response by ``Accept`` (RFC 9110, section 12.5.1).

Writes no response.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnct.emulator.service import sheets
from cnct.openapi.shapes import JSON

_FORMATS = {"json": frozenset({JSON}), "xlsx": sheets.MEDIA_TYPES}


class _Range(NamedTuple):
    """A media range of ``Accept``: type, subtype, and quality from 0 to 1."""

    type: str
    subtype: str
    quality: float

    def precision(self, type_: str, subtype: str) -> int:
        """Return the precision with which the range names a media type; 0 outside the range."""
        if (self.type, self.subtype) == ("*", "*"):
            return 1
        if self.type != type_:
            return 0
        return {"*": 2, subtype: 3}.get(self.subtype, 0)


def chosen(media_types: Sequence[str], accept: str, form: str = "") -> str:
    """Return the media type of a response.

    Args:
        media_types: Media types of the operation, the preferred one first.
        accept: Value of ``Accept``; empty if the request has none.
        form: Value of the query parameter ``format``, such as ``xlsx``, which overrides the header.

    Returns:
        The type of the highest quality. If none is acceptable, the preferred one, as the
        specification allows.
    """
    named = [name for name in media_types if _bare(name) in _FORMATS.get(form.lower(), ())]
    if named:
        return named[0]
    ranges = [*_ranges(accept)]
    best = max(media_types, key=lambda name: _quality(name, ranges), default="")
    return best if _quality(best, ranges) else next(iter(media_types), "")


def _quality(media_type: str, ranges: Sequence[_Range]) -> float:
    """Return the quality of the range that names a media type most precisely."""
    type_, _, subtype = _bare(media_type).partition("/")
    precise = max(
        ranges, key=lambda media_range: media_range.precision(type_, subtype), default=None
    )
    return precise.quality if precise and precise.precision(type_, subtype) else 0.0


def _ranges(accept: str) -> Iterator[_Range]:
    for part in accept.split(","):
        name, *parameters = part.split(";")
        type_, _, subtype = name.strip().lower().partition("/")
        if type_:
            yield _Range(type_, subtype, _weight(parameters))


def _weight(parameters: Sequence[str]) -> float:
    """Return the value of ``q``, or 1 if it is not a number."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 1.0
    return 1.0


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
