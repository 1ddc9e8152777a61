"""Bodies: what they become on the wire, and whether they can be sent again. Opens nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cnct.openapi.shapes import is_object

JSON = "application/json"


class Body:
    """The body of a call, as far as sending it again goes.

    Remembers where its files stand, so that a repeated upload sends the same bytes.

    Args:
        kwargs: Keyword arguments of the call.
    """

    def __init__(self, kwargs: Mapping[str, Any]) -> None:
        """Look where the files stand."""
        self._positions: list[tuple[Any, int]] = []
        self._once = False
        self._read_when_prepared = bool(kwargs.get("files"))
        for part in _parts(kwargs):
            if _is_stream(part):
                position = _position(part)
                if position is None:
                    self._once = True
                else:
                    self._positions.append((part, position))

    def can_be_sent_again(self, *, sent: bool) -> bool:
        """Tell whether the same bytes can be sent once more, after a try that sent some or not.

        Generators and pipes can only as long as nobody has read them; those among ``files`` are
        read before the connection is made.
        """
        return not self._once or not (sent or self._read_when_prepared)

    def rewind(self) -> None:
        """Put every file back where it stood."""
        for stream, position in self._positions:
            stream.seek(position)


def _is_stream(part: Any) -> bool:
    """Tell whether something is used up by reading it: a file or an iterator."""
    return any(hasattr(part, name) for name in ("read", "__next__", "__anext__"))


def encoded_json(payload: Any) -> bytes:
    """Encode a payload.

    Raises:
        TypeError: If a part of it has no JSON form.
        ValueError: If a part of it is NaN or infinite, which JSON (RFC 8259) does not have.
    """
    try:
        return json.dumps(payload, allow_nan=False).encode()
    except TypeError as error:
        raise TypeError(f"payload must be JSON: {error}") from error
    except ValueError as error:
        raise ValueError(f"payload must be JSON: {error}") from error


def _parts(kwargs: Mapping[str, Any]) -> Iterator[Any]:
    yield from (kwargs.get("data"), kwargs.get("content"))
    files: Any = kwargs.get("files") or {}
    for _, value in files.items() if is_object(files) else files:
        yield value[1] if isinstance(value, tuple | list) else value


def _position(stream: Any) -> int | None:
    """Where a stream stands; ``None`` if it cannot be put back there."""
    try:
        position: int = stream.tell()
        stream.seek(position)
    except (AttributeError, OSError, ValueError):  # no file, a pipe, a closed one
        return None
    return position
