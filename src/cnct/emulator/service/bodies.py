"""Reads the bodies of requests, and writes data as responses, by media type. Changes no records."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from cnct.emulator.service import api_errors, media, sheets
from cnct.openapi.places import Success
from cnct.openapi.shapes import JSON, Record, as_list, as_record, is_record

_JSON = frozenset({JSON, "text/json", "*/*", "application/*"})
_FORM = "multipart/form-data"
_WITHOUT_BODY = frozenset({204, 205})  # RFC 9110, sections 15.3.5 and 15.3.6
_MOST_LEVELS = 200  # levels of JSON; the checks of payloads take 255, Python's own decoder some 900


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file."""

    name: str
    media_type: str
    content: bytes

    @property
    def link(self) -> str:
        """Path of the file below the host."""
        return media.link(self.name, self.content)


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The body of a request: a payload, files, or both as parts of a form.

    Attributes:
        payload: Decoded JSON, or the fields of a form; ``None`` for no body.
        files: Files by the name of the part; empty for a raw body.
        is_form: Whether the body is a form, whose fields are texts.
    """

    payload: Any = None
    files: Mapping[str, Upload] = field(default_factory=dict[str, Upload])
    is_form: bool = False


def is_json(media_type: str) -> bool:
    """Return whether a documented media type or media range is sent as JSON."""
    name = media_type.partition(";")[0].strip().lower()
    return name in _JSON or name.endswith("+json")


async def read(request: Request, media_types: Collection[str]) -> RequestBody:
    """Read the body of a request.

    Args:
        request: The request.
        media_types: Media types that the operation accepts.

    Raises:
        ApiError: If the body is not JSON, or is JSON where the operation accepts a form.
    """
    content = await request.body()
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type == _FORM:
        return await _form(request)
    if content and media_type in media_types and not is_json(media_type):
        return RequestBody(files={"": Upload(_file_name(request), media_type, content)})
    if [*media_types] == [_FORM]:
        raise api_errors.invalid(f"payload: expected {_FORM}.")
    if not content:
        return RequestBody()
    try:
        return RequestBody(_decoded(content))
    except (ValueError, RecursionError) as error:
        raise api_errors.invalid("payload: JSON parse error.") from error


def _decoded(text: str | bytes) -> Any:
    """Decode JSON, restricted to values that can be stored and encoded again.

    Raises:
        ValueError: If the text is not JSON, or has NaN, infinite numbers such as 1e999, or halves
            of surrogate pairs.
        RecursionError: If the JSON is nested too deeply even to be decoded.
        ApiError: If the JSON is nested more deeply than the limit.
    """
    payload = json.loads(text)
    _check_depth(payload)
    json.dumps(payload, ensure_ascii=False, allow_nan=False).encode()
    return payload


def _check_depth(payload: Any) -> None:
    level = [payload]
    for _ in range(_MOST_LEVELS):
        level = [child for node in level for child in _children(node)]
    if level:
        raise api_errors.invalid(f"payload: JSON is nested more than {_MOST_LEVELS} levels deep.")


def _children(node: Any) -> Iterable[Any]:
    return as_record(node).values() if is_record(node) else as_list(node)


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
    except api_errors.ApiError:
        raise
    except Exception as error:
        raise api_errors.invalid("payload: the form cannot be read.") from error
    return RequestBody(fields, files, is_form=True)


def _field(text: str) -> Any:
    """Decode a field of a form; objects and arrays are in JSON (OpenAPI 3.0, "Encoding")."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return _decoded(text)
    except (ValueError, RecursionError):
        return text


def _file_name(request: Request) -> str:
    disposition = request.headers.get("Content-Disposition", "")
    return disposition.partition("filename=")[2].strip('"; ')


def response(success: Success, data: Any, title: str = "") -> Response:
    """Return the documented response with some data.

    Args:
        success: Description of the response.
        data: Decoded JSON.
        title: Name of the data, for file formats with a title.
    """
    status = success.status
    if 300 <= status < 400:  # noqa: PLR2004 - the redirections of HTTP
        name = as_record(data).get("id", "document")
        return RedirectResponse(f"{media.MEDIA}{name}.pdf", status)
    media_type = success.media_type
    if not media_type or status in _WITHOUT_BODY:
        return Response(status_code=status)
    if is_json(media_type):
        return JSONResponse(data, status, media_type=JSON if "*" in media_type else media_type)
    return Response(content(media_type, data, title), status, media_type=media_type)


def content(media_type: str, data: Any, title: str = "") -> bytes:
    """Return data as a file of a media type.

    Args:
        media_type: The media type.
        data: Decoded JSON: an object, or an array of objects for the rows of a sheet.
        title: Name of the sheet.
    """
    if media_type in sheets.MEDIA_TYPES:
        return _workbook([as_record(row) for row in as_list(data) or [data]], title)
    texts = {name: value for name, value in as_record(data).items() if isinstance(value, str)}
    if media_type == "text/x-gettext-translation":
        return b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    title = texts.get("name", texts.get("id", "Document"))
    lines = (f"- {name}: {value}" for name, value in texts.items())
    return "\n".join([f"# {title}", "", *lines, ""]).encode()


def _workbook(records: Sequence[Record], title: str) -> bytes:
    """Return a workbook with a row for each record, below a header with the plain properties."""
    names = dict.fromkeys(
        name for record in records for name, value in record.items() if _is_plain(value)
    )
    rows = [[_cell(record.get(name)) for name in names] for record in records]
    return sheets.workbook([[*names], *rows], title.replace("-", " ").capitalize())


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _cell(value: Any) -> str:
    """Return the text of a cell; empty for objects and arrays, which have no column."""
    if value is None or not _is_plain(value):
        return ""
    return value if isinstance(value, str) else json.dumps(value)
