"""Converts bodies between bytes and the readable forms of cassettes. No I/O.

Forms: ``json``, ``text``, ``lines`` (a text of several lines), and ``base64`` of responses, which
may have a ``charset`` beside the text;
``form``, ``parts`` (multipart) and ``file`` (size and digest) of requests.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl
from zipfile import BadZipFile, ZipFile

from cnct.client._core.responses import is_json
from cnct.openapi.shapes import is_list
from cnct.testing.cassettes.binary_data import text_of_bytes
from cnct.testing.cassettes.calls import Form
from cnct.testing.cassettes.form_parts import FormPart, parts_of

JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_LONGEST_TEXT = 64 << 10  # bytes of a request's text, beyond which it is kept by its digest
_WIDTH = 76  # characters of base64 on a line
_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)
_WRITTEN_WHEN = "docProps/"  # properties of workbooks, with the time of writing


def request_form(content_type: str, body: bytes) -> Form:
    """Return the body of a request by its form."""
    if not body:
        return {}
    is_known, value = _json(content_type, body)
    if is_known:
        return {"json": value}
    if content_type.lower().startswith(_FORM):
        return {"form": _fields(body)}
    parts = parts_of(content_type, body)
    if parts:
        return {"parts": [_part(part) for part in parts]}
    return _text_or_digest(body)


def response_form(content_type: str, body: bytes) -> Form:
    """Return the body of a response by its form, from which `bytes_of` makes an equal body."""
    if not body:
        return {}
    is_known, value = _json(content_type, body)
    if is_known:
        return {"json": value}
    text = text_of_bytes(body)
    if text is not None:
        return text_form(text)
    for charset in _charsets(content_type, body):
        text = _text_in(charset, body)
        if text is not None:
            return text_form(text, charset)
    return {"base64": base64_lines(body)}


def text_form(text: str, charset: str = "") -> Form:
    """Return a text by its form; the charset is UTF-8 if there is none."""
    form: Form = {"lines": text.split("\n")} if "\n" in text else {"text": text}
    return {**form, "charset": charset} if charset else form


def base64_lines(body: bytes) -> list[str]:
    """Return bytes in base64, as lines of 76 characters."""
    text = b64encode(body).decode()
    return [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]


def bytes_of(form: Form) -> bytes:
    """Return the body of a response.

    Raises:
        ValueError: If ``base64`` is damaged.
        LookupError: If the charset is unknown.
    """
    if "json" in form:
        return json.dumps(form["json"]).encode()
    if "base64" in form:
        return b64decode("".join(form["base64"]), validate=True)
    return text_of(form).encode(form.get("charset", "utf-8"), "replace")


def text_of(form: Form) -> str:
    """Return the text of a form; empty for other forms."""
    text: str = "\n".join(form["lines"]) if "lines" in form else form.get("text", "")
    return text


def is_exact(content_type: str, form: Form) -> bool:
    """Return whether the content type of a response follows from the form."""
    return "json" in form and content_type.partition(";")[0].strip().lower() == JSON


def _json(content_type: str, body: bytes) -> tuple[bool, Any]:
    """Decode JSON that a cassette can hold; numbers of more digits than a float has stay text."""
    if not is_json(content_type):
        return False, None
    try:
        value = json.loads(body, parse_float=_exact_float, parse_constant=_refused)
        json.dumps(value, ensure_ascii=False).encode()  # lone surrogates have no UTF-8
    except (ValueError, RecursionError):
        return False, None
    return True, value


def _exact_float(text: str) -> float:
    value = float(text)
    if Decimal(text) != Decimal(repr(value)):
        raise ValueError(text)
    return value


def _refused(name: str) -> Any:
    raise ValueError(name)


def _fields(body: bytes) -> dict[str, Any]:
    """Return the fields of a form; those that are repeated as lists."""
    fields: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        if name in fields:
            earlier = fields[name] if is_list(fields[name]) else [fields[name]]
            fields[name] = [*earlier, value]
        else:
            fields[name] = value
    return fields


def _part(part: FormPart) -> dict[str, Any]:
    described = {"name": part.name, "filename": part.filename, "type": part.content_type}
    return {key: text for key, text in described.items() if text} | dict(
        _text_or_digest(part.content)
    )


def _text_or_digest(body: bytes) -> Form:
    text = text_of_bytes(body) if len(body) <= _LONGEST_TEXT else None
    if text is not None:
        return text_form(text)
    return _members(body) or {"file": {"bytes": len(body), "sha256": sha256(body).hexdigest()}}


def _members(body: bytes) -> Form:
    """Return the digest of the members of a zip archive, such as a workbook.

    The archive itself has the time of writing, so that no two runs send the same.
    """
    if not body.startswith(b"PK"):
        return {}
    digest = sha256()
    try:
        with ZipFile(BytesIO(body)) as archive:
            names = [name for name in archive.namelist() if not name.startswith(_WRITTEN_WHEN)]
            for name in sorted(names):
                digest.update(f"{name}\0{sha256(archive.read(name)).hexdigest()}\n".encode())
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        return {}
    return {"file": {"members": len(names), "sha256": digest.hexdigest()}}


def _charsets(content_type: str, body: bytes) -> Iterator[str]:
    """Yield the names of charsets that a text other than UTF-8 may have."""
    declared = _CHARSET.search(content_type)
    if declared:
        yield declared[1].lower()
    if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        yield "utf-16"
    elif content_type.lower().startswith("text/"):
        yield from ("cp1252", "latin-1")


def _text_in(charset: str, body: bytes) -> str | None:
    """Return a text from which the body can be made again; ``None`` without one."""
    try:
        text = body.decode(charset)
        return text if "\0" not in text and text.encode(charset) == body else None
    except (ValueError, LookupError):
        return None
