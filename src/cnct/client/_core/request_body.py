"""Request bodies: encodes payloads, and rewinds files for a retry. Opens nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from cnct.client._core.placeholders import refuse_placeholders
from cnct.openapi.shapes import is_array, is_object

JSON = "application/json"

PIECE = 256 << 10
"""Bytes of a file that are read and sent at once."""


class Body:
    """The files and iterators in the body of a request.

    Remembers the positions of the files, so that a repeated upload sends the same bytes.

    Args:
        kwargs: Keyword arguments of the request.
    """

    def __init__(self, kwargs: Mapping[str, Any]) -> None:
        self._positions: list[tuple[Any, int]] = []
        self._has_one_shot_part = False
        self._read_when_prepared = bool(kwargs.get("files"))
        for part in _parts(kwargs):
            if _is_stream(part):
                position = position_of(part)
                if position is None:
                    self._has_one_shot_part = True
                else:
                    self._positions.append((part, position))

    def can_be_sent_again(self, *, sent: bool) -> bool:
        """Return whether a retry would send the same bytes.

        A generator or pipe can be read once. Those in ``files`` are read when the request is
        prepared, so that even a failed connection exhausts them.

        Args:
            sent: Whether the failed attempt may have sent a part of the body.
        """
        return not self._has_one_shot_part or not (sent or self._read_when_prepared)

    def rewind(self) -> None:
        """Set every file to its initial position."""
        for stream, position in self._positions:
            stream.seek(position)


def _is_stream(part: Any) -> bool:
    """Return whether reading exhausts the value: a file or an iterator."""
    return any(hasattr(part, name) for name in ("read", "__next__", "__anext__"))


def encoded_json(payload: Any) -> bytes:
    """Encode the payload of a request.

    Raises:
        TypeError: If a value in the payload has no JSON form.
        ValueError: If a number is NaN or infinite, which JSON (RFC 8259) excludes.
        PlaceholderError: If there is an id of a dry run in the payload.
    """
    text = json_text(payload)
    refuse_placeholders(text)
    return text.encode()


def json_text(payload: Any) -> str:
    """Return a payload as JSON; datetimes and dates are texts in ISO 8601.

    A datetime without an offset is local time, as in filters, with a `NaiveDatetimeWarning`.

    Raises:
        TypeError: If a value in the payload has no JSON form, or a field is named ``None``.
        ValueError: If a number is NaN or infinite, which JSON (RFC 8259) excludes.
    """
    form = _Form()
    try:
        text = json.dumps(payload, allow_nan=False, default=form)
    except TypeError as error:
        raise TypeError(f"payload must be JSON: {error}") from error
    except ValueError as error:
        raise ValueError(f"payload must be JSON: {error}") from error
    if '"null":' in text:
        _refuse_none(payload)
    if form.has_naive:
        from cnct.rql.literals import warn_of_naive  # noqa: PLC0415 - few payloads have a moment

        warn_of_naive()
    return text


def _refuse_none(payload: Any) -> None:
    """Refuse fields named ``None``, which json writes as ``"null"``."""
    values = [payload]
    for value in values:
        if is_object(value):
            if None in value:
                from cnct.rows.table_cells import SURPLUS_CELLS  # noqa: PLC0415 - of an error

                raise TypeError(f"payload has {SURPLUS_CELLS}")
            values += value.values()
        elif is_array(value):
            values += value


class _Form:
    """Returns the JSON form of a value that json does not know.

    Attributes:
        has_naive: Whether there was a datetime without an offset.
    """

    def __init__(self) -> None:
        self.has_naive = False

    def __call__(self, value: Any) -> str:
        from datetime import date, datetime  # noqa: PLC0415 - few payloads have a moment

        if not isinstance(value, date):
            kind = type(value).__name__
            raise TypeError(f"{kind} has no JSON form{_REMEDIES.get(kind, '')}")
        if isinstance(value, datetime) and value.utcoffset() is None:
            from cnct.rql.literals import local_time  # noqa: PLC0415 - likewise

            self.has_naive = True
            value = local_time(value)
        text: str = value.isoformat()
        return text


_REMEDIES = {
    **dict.fromkeys(
        ("set", "frozenset", "dict_keys", "dict_values", "generator"), ": write [*value]"
    ),
    **dict.fromkeys(("Decimal", "UUID", "PosixPath", "WindowsPath"), ": write str(value)"),
    **dict.fromkeys(("bytes", "bytearray"), ": write value.decode()"),
    "Answer": ": write answer.value",
    "timedelta": ": write value.total_seconds()",
}


def _parts(kwargs: Mapping[str, Any]) -> Iterator[Any]:
    data: Any = kwargs.get("data")
    yield from (data, kwargs.get("content"))
    if is_object(data):
        yield from data.values()
    files: Any = kwargs.get("files") or {}
    for _, value in files.items() if is_object(files) else files:
        yield value[1] if isinstance(value, tuple | list) else value


def file_name(stream: Any) -> str | None:
    """Return the last part of the name of a file; ``None`` if the file has no name."""
    name = getattr(stream, "name", None)
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    if not isinstance(name, str) or name[:1] in ("", "<"):
        return None
    return os.path.basename(name)  # noqa: PTH119 - as requests does


def position_of(stream: Any) -> int | None:
    """Return the position of a stream, ``None`` if the stream cannot seek."""
    try:
        position: int = stream.tell()
        stream.seek(position)
    except (AttributeError, OSError, ValueError):  # not a file, a pipe, or closed
        return None
    return position
