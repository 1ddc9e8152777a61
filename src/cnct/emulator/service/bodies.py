"""Reads the bodies of requests, and writes data as responses, by media type. Changes no records."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from cnct.emulator.service import api_errors, sheets
from cnct.openapi.operations import JSON
from cnct.openapi.places import Success
from cnct.openapi.shapes import Record, as_record, is_list, is_record

MEDIA = "/media/"
"""Path below the host of the files that responses link to."""

_FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The body of a request: a payload, files, or both as parts of a form.

    Attributes:
        payload: Decoded JSON, or the fields of a form; ``None`` for no body.
        files: Files by the name of their part; the name of a raw body is empty.
    """

    payload: Any = None
    files: Mapping[str, Upload] = field(default_factory=dict[str, Upload])


async def read(request: Request, media_types: Collection[str]) -> RequestBody:
    """Read the body of a request.

    Args:
        request: The request.
        media_types: Media types that the operation takes.

    Raises:
        ApiError: If the body is no JSON, or is JSON where the operation takes a form.
    """
    content = await request.body()
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type == _FORM:
        return await _form(request)
    if content and media_type in media_types and media_type != JSON:
        return RequestBody(files={"": Upload(_file_name(request), media_type, content)})
    if [*media_types] == [_FORM]:
        raise api_errors.invalid(f"payload: expected {_FORM}.")
    if not content:
        return RequestBody()
    try:
        payload = json.loads(content, parse_constant=_refuse)
        json.dumps(payload, ensure_ascii=False).encode()  # half a surrogate pair cannot be stored
    except (ValueError, RecursionError) as error:
        raise api_errors.invalid("payload: JSON parse error.") from error
    return RequestBody(payload)


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and the infinities, which are not JSON


async def _form(request: Request) -> RequestBody:
    fields: Record = {}
    files: dict[str, Upload] = {}
    try:
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    kind = value.content_type or "application/octet-stream"
                    files[name] = Upload(value.filename or name, kind, await value.read())
                else:
                    fields[name] = _field(value)
    except Exception as error:
        raise api_errors.invalid("payload: the form cannot be read.") from error
    return RequestBody(fields, files)


def _field(text: str) -> Any:
    """Decode a field of a form; objects and arrays come as JSON (OpenAPI 3.0, "Encoding")."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if is_record(value) or is_list(value) else text


def _file_name(request: Request) -> str:
    disposition = request.headers.get("Content-Disposition", "")
    return disposition.partition("filename=")[2].strip('"; ')


def response(success: Success, data: Any) -> Response:
    """Return the response that the document describes, with some data.

    Args:
        success: Description of the response.
        data: Decoded JSON.
    """
    status = success.status
    if 300 <= status < 400:  # noqa: PLR2004 - the redirections of HTTP
        name = as_record(data).get("id", "document")
        return RedirectResponse(f"{MEDIA}{name}.pdf", status)
    media_type = success.media_type
    if media_type in ("", JSON):
        return JSONResponse(data, status) if media_type else Response(status_code=status)
    return Response(content(media_type, data), status, media_type=media_type)


def content(media_type: str, data: Any) -> bytes:
    """Return data as a file of a media type."""
    texts = {name: value for name, value in as_record(data).items() if isinstance(value, str)}
    if media_type in sheets.MEDIA_TYPES:
        return sheets.workbook([[*texts], [*texts.values()]])
    if media_type == "text/x-gettext-translation":
        return b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    title = texts.get("name", texts.get("id", "Document"))
    lines = (f"- {name}: {value}" for name, value in texts.items())
    return "\n".join([f"# {title}", "", *lines, ""]).encode()
