"""Reads the parts of multipart bodies (RFC 7578). No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from typing import NamedTuple


class FormPart(NamedTuple):
    """A field or file of a form.

    Attributes:
        name: Name of the field.
        filename: Name of the file; empty for a field.
        content_type: Media type as sent, or empty.
        content: Value or contents.
    """

    name: str
    filename: str
    content_type: str
    content: bytes


def parts_of(content_type: str, body: bytes) -> list[FormPart]:
    """Return the parts of a multipart body; none if the body is not multipart."""
    boundary = _header("Content-Type", content_type).get_param("boundary")
    if not content_type.lower().startswith("multipart/") or not isinstance(boundary, str):
        return []
    return [*_parts(b"\r\n" + body, b"\r\n--" + boundary.encode())]


def _parts(body: bytes, line: bytes) -> Iterator[FormPart]:
    for piece in body.split(line)[1:]:
        head, _, content = piece.partition(b"\r\n\r\n")
        if piece.startswith(b"\r\n"):  # after the last part there are two hyphens
            text = head.decode("utf-8", "replace").strip()
            headers = HeaderParser().parsestr(text)
            yield FormPart(
                _param(headers, "name"),
                _param(headers, "filename"),
                headers.get("Content-Type", ""),
                content,
            )


def _param(headers: Message, name: str) -> str:
    value = headers.get_param(name, "", "Content-Disposition")
    if isinstance(value, tuple):  # RFC 2231
        charset, _, text = value
        return text.encode("latin-1", "replace").decode(charset or "utf-8", "replace")
    return str(value)


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = value
    return message
