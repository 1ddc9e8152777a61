"""Decides which bytes of a file to request, and which ones a response has. No I/O.

Ranges are those of RFC 9110, section 14. Bytes are joined only if a strong validator proves that
both parts are of one file, and never where they are compressed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_WHOLE = frozenset({200, 203})
_PART = 206
_UNSATISFIABLE = 416
_SECOND = timedelta(seconds=1)
_CONTENT_RANGE = re.compile(r"bytes\s+(\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.IGNORECASE)
_LENGTH = re.compile(r"\d{1,18}")
_STRONG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')


class Validator(NamedTuple):
    """The part of a response that names the version of a file.

    Attributes:
        etag: Strong ``ETag``, or empty.
        last_modified: ``Last-Modified`` that is as good as one, or empty.
    """

    etag: str = ""
    last_modified: str = ""

    @property
    def condition(self) -> str:
        """The value of ``If-Range``; empty if the file cannot be recognized again."""
        return self.etag or self.last_modified


def validator_of(headers: Mapping[str, str]) -> Validator:
    """Return the validator of a response.

    A ``Last-Modified`` counts only if a ``Date`` is later: within one second a file may change
    twice (RFC 9110, section 8.8.2.2).
    """
    if is_encoded(headers) or headers.get("Accept-Ranges", "").strip().lower() == "none":
        return Validator()
    etag, modified = headers.get("ETag", "").strip(), headers.get("Last-Modified", "").strip()
    date, moment = _http_date(headers.get("Date", "")), _http_date(modified)
    is_strong = date is not None and moment is not None and date - moment >= _SECOND
    return Validator(etag if _STRONG.fullmatch(etag) else "", modified if is_strong else "")


def is_encoded(headers: Mapping[str, str]) -> bool:
    """Return whether the body is compressed on its way."""
    return headers.get("Content-Encoding", "").strip().lower() not in ("", "identity")


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else None


class Resumption:
    """The state of a download.

    Args:
        position: Number of bytes that are there already.
        validator: Version of the file that they are from.
        total: Size of the file in bytes, ``None`` if unknown.

    Attributes:
        position: As passed, and then the number of the next byte.
        validator: As passed, and then of the last response.
        total: As passed, and then of the last response.
        must_restart: Whether the bytes belong to another version, or the range to nothing.
    """

    def __init__(
        self, position: int = 0, validator: Validator | None = None, total: int | None = None
    ) -> None:
        # A range behind the last byte would be refused although everything is there.
        self.position = position if total is None else min(position, max(total - 1, 0))
        self.validator = validator or Validator()
        self.total = total
        self.must_restart = False

    def headers(self) -> dict[str, str]:
        """Return the headers that request the rest."""
        if not self.position or not self.validator.condition:
            return {}
        return {"Range": f"bytes={self.position}-", "If-Range": self.validator.condition}

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Return whether a response has bytes of the file; `position` is where they begin.

        With ``must_restart``, they are of no use.
        """
        requested = bool(self.headers())
        self.must_restart = status == _UNSATISFIABLE and requested
        if status in _WHOLE:
            self.position = 0
            self.validator = validator_of(headers)
            length = headers.get("Content-Length", "").strip()
            is_known = _LENGTH.fullmatch(length) and not is_encoded(headers)
            self.total = int(length) if is_known else None
            return True
        if status != _PART or not requested:
            return False
        self.must_restart = not self._continues(headers)
        return True

    def _continues(self, headers: Mapping[str, str]) -> bool:
        """Return whether a partial response has the next bytes of the same version."""
        match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
        etag = headers.get("ETag", "").strip()
        is_other = bool(self.validator.etag and etag and etag != self.validator.etag)
        if match is None or int(match[1]) != self.position or is_other or is_encoded(headers):
            return False
        self.total = None if match[3] == "*" else int(match[3])
        return True

    def restart(self) -> None:
        """Forget the bytes that are there."""
        self.position, self.validator, self.total = 0, Validator(), None
        self.must_restart = False

    @property
    def is_complete(self) -> bool:
        """Whether the whole file is there, after a response that came to its end."""
        return self.total is None or self.position >= self.total
