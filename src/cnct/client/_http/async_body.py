"""Encodes request bodies for httpx2, byte for byte as the synchronous driver does."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from itertools import islice
from typing import Any

from cnct.client._http.in_threads import in_thread

Content = bytes | str | AsyncIterable[bytes]

_CHUNK = 1 << 20  # bytes of a file of unknown length read at once
_PIECES = 4  # of a file that are read in one thread, whose start takes longer than reading one


async def prepared(
    data: Any, files: Any, content_type: str = ""
) -> tuple[Content | None, Mapping[str, str]]:
    """Return a request body and its headers; without data and files, ``None`` and no headers.

    Args:
        data: Bytes, text, a file, an iterable of bytes (asynchronous too), or form fields.
        files: Files of a multipart body, in any form that requests accepts.
        content_type: ``Content-Type`` of the request, if the user has passed one.

    Raises:
        SourceError: If a file that is read at once cannot be read.
    """
    if data is None and not files:
        return None, {}
    if isinstance(data, bytes | str) and not files:
        return data, {}
    if hasattr(data, "__aiter__") and not files:
        return data, {}
    # In a thread, since this reads files.
    body, headers = await in_thread(_prepared, data, files, content_type)
    if body is None:
        return None, {}
    if isinstance(body, bytes | str):
        return body, headers
    if type(body) in (bytearray, memoryview):
        return bytes(body), headers
    return _chunks(body), headers


def _prepared(data: Any, files: Any, content_type: str) -> tuple[Any, Mapping[str, str]]:
    from requests import PreparedRequest  # noqa: PLC0415 - only forms, files and streams need it
    from requests.structures import CaseInsensitiveDict  # noqa: PLC0415 - same

    from cnct.client._http.multipart import encode_files  # noqa: PLC0415 - same

    kwargs: dict[str, Any] = {"data": data, "files": files}
    kwargs["headers"] = {"Content-Type": content_type} if content_type else {}
    if files or hasattr(data, "read"):
        encode_files(kwargs)
    request: Any = PreparedRequest()
    request.headers = CaseInsensitiveDict[str](kwargs["headers"])
    request.prepare_body(kwargs["data"], None)
    return request.body, request.headers


async def _chunks(stream: Any) -> AsyncIterator[bytes]:
    """Yield the pieces of a file or iterator, read in threads."""
    from cnct.client._http.multipart import StreamedBody  # noqa: PLC0415 - loads requests

    # A generator may make each piece only when the one before was sent.
    most = _PIECES if isinstance(stream, StreamedBody) else 1
    pieces = iter(stream) if not hasattr(stream, "read") else _read(stream)
    while several := await in_thread(_next_pieces, pieces, most):
        for piece in several:
            yield piece.encode() if isinstance(piece, str) else piece


def _next_pieces(pieces: Iterator[Any], most: int) -> list[Any]:
    return [*islice(pieces, most)]


def _read(stream: Any) -> Iterator[bytes]:
    while piece := stream.read(_CHUNK):
        yield piece
