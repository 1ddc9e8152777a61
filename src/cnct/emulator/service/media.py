"""Files that records link to, below `/media/`: uploaded ones, and placeholders of invented links.

A placeholder is a small valid file of the type given by its extension. Stores nothing.
"""

from __future__ import annotations

import mimetypes
import struct
import zlib
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import quote

from cnct.emulator.service import sheets

MEDIA = "/media/"
"""Path below the host of the files that responses link to."""

_TYPES = mimetypes.MimeTypes()  # without the machine's own tables, which differ
_TYPES.add_type(sheets.XLSX, ".xlsx")
_TYPES.add_type("text/markdown", ".md")
_OTHER = "application/octet-stream"
_PIXELS = 16  # width and height of a placeholder


def link(name: str, content: bytes) -> str:
    """Return the quoted path of an uploaded file; files of one name have different paths."""
    return f"{MEDIA}{sha256(content).hexdigest()[:12]}/{quote(name, safe='')}"


def media_type(path: str) -> str:
    """Return the media type of a file by its name."""
    return _TYPES.guess_type(path.rpartition("/")[2])[0] or _OTHER


def extension(media_type: str) -> str:
    """Return the usual extension of a media type with its dot; empty if there is none."""
    return _TYPES.guess_extension(media_type.partition(";")[0].strip()) or ""


def placeholder(path: str) -> bytes:
    """Return a small file of the type given by the path's extension, or else text."""
    write = _WRITERS.get(media_type(path), str.encode)
    return write(path)


def _png(path: str) -> bytes:
    """Return a picture of one colour that depends on the path (PNG, RFC 2083)."""
    colour = zlib.crc32(path.encode()).to_bytes(4)[1:]
    header = struct.pack(">IIBBBBB", _PIXELS, _PIXELS, 8, 2, 0, 0, 0)
    pixels = (b"\0" + colour * _PIXELS) * _PIXELS
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)
        for name, data in chunks
    )


def _svg(_path: str) -> bytes:
    return (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1H0z"/></svg>'
    )


def _pdf(_path: str) -> bytes:
    """Return a document of one empty page (ISO 32000-1, 7.5)."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    file = b"%PDF-1.4\n"
    places: list[int] = []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj%b endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        file
        + (b"xref\n0 %d\n0000000000 65535 f \n" % size)
        + table
        + (b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(file)))
    )


def _workbook(path: str) -> bytes:
    return sheets.workbook([[path]])


_WRITERS: dict[str, Callable[[str], bytes]] = {
    "image/png": _png,
    "image/svg+xml": _svg,
    "application/pdf": _pdf,
    sheets.XLSX: _workbook,
}
