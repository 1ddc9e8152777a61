"""Writes files and forms with files (RFC 7578) piece by piece, for both drivers.

The heads of parts are those of urllib3, as in requests. Files are read while the request is sent,
from the positions at which they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from requests.structures import CaseInsensitiveDict
from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary

from cnct.client._core.body_errors import SourceError
from cnct.client._core.request_body import PIECE, file_name, position_of
from cnct.client._http.spooled_body import SMALL, SpooledBody, pieces_of, read_from
from cnct.openapi.shapes import is_array, is_object

_END = 2  # of a file, for its method `seek`
_BUFFERS = (bytes, bytearray, memoryview)


class _Stretch(NamedTuple):
    """The bytes of a file from its position to its end.

    Attributes:
        stream: The file.
        start: The position.
        size: Number of bytes.
    """

    stream: Any
    start: int
    size: int

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes that the file had when the request was built, and none that came later.

        Raises:
            SourceError: If the file has become shorter, or cannot be read.
        """
        left = self.size
        while left:
            piece = read_from(self.stream, min(left, PIECE), self.start + self.size - left)
            if not piece:
                raise SourceError(
                    f"A file of {self.size} bytes became shorter while it was sent: {left} bytes "
                    "are missing. Send it again when nothing writes to it"
                )
            left -= len(piece)
            yield piece


class StreamedBody:
    """A body of known length, to iterate over; each iteration reads the files anew.

    Args:
        parts: Bytes, and files.
    """

    def __init__(self, parts: Iterable[bytes | _Stretch]) -> None:
        self._parts = [*parts]
        sizes = (part.size if isinstance(part, _Stretch) else len(part) for part in self._parts)
        self._size = sum(sizes)

    def __len__(self) -> int:
        """Return the number of bytes."""
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes."""
        for part in self._parts:
            if isinstance(part, _Stretch):
                yield from part.pieces()
            else:
                yield from (part[start : start + PIECE] for start in range(0, len(part), PIECE))

    def plain(self) -> StreamedBody | bytes:
        """Return the body; a small one as bytes, with which the HTTP libraries are faster."""
        return b"".join(self) if self._size <= SMALL else self


def file_body(stream: Any) -> StreamedBody | bytes | None:
    """Return a body with the rest of a file; ``None`` if its length in bytes is unknown.

    Raises:
        SourceError: If the file cannot be read.
    """
    stretch = _stretch(stream)
    if stretch is not None:
        return StreamedBody([stretch]).plain()
    if getattr(stream, "closed", False):
        read_from(stream, 0)  # raises the error, which the HTTP libraries would take for another
    return None


def form_body(data: Any, files: Any) -> tuple[StreamedBody | bytes, str]:
    """Return the body of a form with files, and its ``Content-Type``.

    Args:
        data: Form fields, in any form that requests accepts.
        files: Files, in any form that requests accepts. Those of unknown length, such as pipes and
            files open as text, are read before the request is sent.

    Raises:
        SourceError: If a small file, or one of unknown length, cannot be read.
        TypeError: If ``data`` are not form fields, or a file is none.
    """
    boundary = choose_boundary()
    parts: list[bytes | _Stretch] = []
    for field, content in (*_texts(data), *_files(files)):
        head = f"--{boundary}\r\n{field.render_headers()}".encode("utf-8", "replace")
        parts += [head, content, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return StreamedBody(parts).plain(), f"multipart/form-data; boundary={boundary}"


def has_boundary(content_type: str) -> bool:
    """Return whether a ``Content-Type`` names the boundary, without which a form is unreadable."""
    return re.search(r"\bboundary=", content_type) is not None


def encode_files(kwargs: dict[str, Any]) -> None:
    """Replace files in the arguments of requests by a body that is read while it is sent.

    A ``Content-Type`` without the boundary of the form is replaced.

    Raises:
        SourceError: If a file that is read at once cannot be read.
    """
    data, files = kwargs.get("data"), kwargs.pop("files", None)
    if files:
        kwargs["data"], content_type = form_body(data, files)
        headers = kwargs["headers"] = CaseInsensitiveDict(kwargs["headers"])
        if not has_boundary(headers.get("Content-Type", "")):
            headers["Content-Type"] = content_type
    else:
        body = file_body(data)
        kwargs["data"] = data if body is None else body


def _texts(data: Any) -> Iterator[tuple[RequestField, bytes]]:
    if isinstance(data, str | bytes) or hasattr(data, "read"):
        raise TypeError("data must be form fields such as {'name': 'text'} in a call with files")
    for name, value in _pairs(data):
        is_one = isinstance(value, str | bytes) or not hasattr(value, "__iter__")
        for member in (value,) if is_one else value:
            if member is not None:
                content = member if isinstance(member, bytes) else str(member).encode()
                field = RequestField(name if isinstance(name, str) else name.decode(), b"")
                field.make_multipart()
                yield field, content


def _files(files: Any) -> Iterator[tuple[RequestField, bytes | _Stretch]]:
    for name, value in _pairs(files):
        if is_array(value):
            filename, content, *more = value
        else:
            filename, content, more = file_name(value) or name, value, []
        if content is None:
            continue
        content_type, headers = (*more, None, None)[:2]
        field = RequestField(name, b"", filename, headers)
        field.make_multipart(content_type=content_type)
        yield field, _content(content)


def _pairs(fields: Any) -> Iterable[tuple[Any, Any]]:
    pairs: Iterable[tuple[Any, Any]] = fields.items() if is_object(fields) else fields or ()
    return pairs


def _content(value: Any) -> bytes | _Stretch:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, int):
        return str(value).encode()
    if issubclass(type(value), _BUFFERS):
        return bytes(value)
    if not hasattr(value, "read"):
        remedy = ": write open(path, 'rb')" if hasattr(value, "__fspath__") else ""
        kind = type(value).__name__
        raise TypeError(f"A file of a call must be bytes, text or an open file, not {kind}{remedy}")
    stretch = _stretch(value)
    if stretch is None:
        body = SpooledBody.of(pieces_of(value))
        stretch = _Stretch(body, 0, body.seek(0, _END))
    return stretch


def _stretch(stream: Any) -> _Stretch | None:
    """Return the rest of a file; ``None`` if its length in bytes is unknown."""
    start = position_of(stream)
    if start is None or not isinstance(read_from(stream, 0), bytes):
        return None
    try:
        stream.seek(0, _END)
        end: int = stream.tell()
        stream.seek(start)
    except (OSError, ValueError, TypeError):  # a file that cannot tell its end
        return None
    return _Stretch(stream, start, max(end - start, 0))
