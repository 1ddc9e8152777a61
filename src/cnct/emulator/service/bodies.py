"""Bodies of calls -> payloads and files, and data -> answers, by media type. Changes no records."""

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
"""Where files are that answers lead to, below the host."""

_FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class File:
    """Something uploaded."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """What a call brings: a payload, files, or both as parts of a form.

    Attributes:
        payload: JSON, or the fields of a form; ``None`` for no body.
        files: Files by name of their part; a raw body has no name.
    """

    payload: Any = None
    files: Mapping[str, File] = field(default_factory=dict[str, File])


async def read(request: Request, media_types: Collection[str]) -> Body:
    """Read the body of a call.

    Args:
        request: The call.
        media_types: Media types that its operation takes.

    Raises:
        ApiError: If it is no JSON, or is JSON though a form is due.
    """
    content = await request.body()
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type == _FORM:
        return await _form(request)
    if content and media_type in media_types and media_type != JSON:
        return Body(files={"": File(_disposition(request), media_type, content)})
    if [*media_types] == [_FORM]:
        raise api_errors.invalid(f"payload: expected {_FORM}.")
    if not content:
        return Body()
    try:
        payload = json.loads(content, parse_constant=_refuse)
        json.dumps(payload, ensure_ascii=False).encode()  # half a character cannot be kept
    except (ValueError, RecursionError) as error:
        raise api_errors.invalid("payload: JSON parse error.") from error
    return Body(payload)


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and the infinities, which are not JSON


async def _form(request: Request) -> Body:
    fields: Record = {}
    files: dict[str, File] = {}
    try:
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    kind = value.content_type or "application/octet-stream"
                    files[name] = File(value.filename or name, kind, await value.read())
                else:
                    fields[name] = _field(value)
    except Exception as error:
        raise api_errors.invalid("payload: the form cannot be read.") from error
    return Body(fields, files)


def _field(text: str) -> Any:
    """Read an object in a field of a form, which travels as JSON (OpenAPI 3.0, "Encoding")."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if is_record(value) or is_list(value) else text


def _disposition(request: Request) -> str:
    given = request.headers.get("Content-Disposition", "")
    return given.partition("filename=")[2].strip('"; ')


def answer(success: Success, data: Any) -> Response:
    """Answer data the way the document says.

    Args:
        success: The response that the document describes.
        data: JSON.
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
    """Write data as a file of a media type."""
    told = {name: value for name, value in as_record(data).items() if isinstance(value, str)}
    if media_type in sheets.MEDIA_TYPES:
        return sheets.workbook([[*told], [*told.values()]])
    if media_type == "text/x-gettext-translation":
        return b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    title = told.get("name", told.get("id", "Document"))
    lines = (f"- {name}: {value}" for name, value in told.items())
    return "\n".join([f"# {title}", "", *lines, ""]).encode()
