"""Builds the call of an upload: method, form field, media type and file. Sends nothing."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import quote

from cnct.client._core.headers import merged
from cnct.client._core.request_body import json_text
from cnct.client.transfers.byte_progress import ByteProgress
from cnct.client.transfers.upload_files import FileSource, opened
from cnct.openapi.shapes import is_array, is_object
from cnct.text import either, listed, safe_url

if TYPE_CHECKING:
    from cnct.client.work.progress import ShowsProgress
    from cnct.openapi import OpenAPISpecs
    from cnct.openapi.places import Operation

_ANY = "application/octet-stream"
_COMPRESSED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OFFICE_TYPES = {  # which mimetypes takes from the machine, if that has them
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
}
_WORD = r"[-!#$%&'*+.^_`|~0-9A-Za-z]+"
_MEDIA_TYPE = re.compile(rf"{_WORD}/{_WORD}(?:\s*;\s*{_WORD}=(?:{_WORD}|\"[^\"\r\n]*\"))*")
_BODIES = ("json", "files", "content", "payload")
_OTHER_WORDS = {
    **dict.fromkeys(("filename", "file_name"), "name"),
    **dict.fromkeys(("mime_type", "mimetype", "media_type", "type"), "content_type"),
    **dict.fromkeys(("field_name", "key"), "field"),
    **dict.fromkeys(("fields", "form"), "data"),
    **dict.fromkeys(("file", "path"), "source"),
}
"""Arguments of `upload` by their names elsewhere."""

_METHODS = ("POST", "PUT", "PATCH")


class UploadTarget(NamedTuple):
    """The place of a file in a call.

    Attributes:
        method: HTTP method.
        field: Name of the form field; ``None`` if the body is the file itself.
        media_types: Media types that the document has for the file, if any.
    """

    method: str
    field: str | None
    media_types: Sequence[str] = ()


class FileDetails(NamedTuple):
    """The arguments of `Action.upload` that describe the file.

    Attributes:
        name: Name of the file, by default its own.
        content_type: Media type, by default guessed by the name.
        data: Further form fields.
    """

    name: str | None = None
    content_type: str | None = None
    data: Mapping[str, Any] | None = None


def methods_of(method: str | None, usual: Sequence[str]) -> Sequence[str]:
    """Return the methods that an upload can use, the preferred first.

    Raises:
        TypeError: If ``method`` is no text.
        ValueError: If ``method`` is not one that sends files.
    """
    _check_name("method", method)
    if method is None:
        return usual
    if method.upper() not in _METHODS:
        raise ValueError(f"method must be {either(map(repr, _METHODS))}, not {method!r}")
    return (method.upper(),)


def place_of(endpoint: str, url: Any) -> str:
    """Return a path below the endpoint as the document has it.

    Raises:
        TypeError: If ``url`` is no text.
        ValueError: If ``url`` is empty, or a URL of another place.
    """
    if not isinstance(url, str):
        raise TypeError(
            f"url must be a path like 'usage/files/UF-1/upload', not {type(url).__name__}"
        )
    path = url.removeprefix(endpoint).partition("?")[0].strip("/")
    if not path or "://" in path:
        raise ValueError(f"url must be a path below {endpoint}, not {safe_url(url)!r}")
    return path


def target_of(
    specs: OpenAPISpecs | None, path: str, field: str | None, methods: Sequence[str]
) -> UploadTarget:
    """Return the place of a file in the calls of a path.

    Args:
        specs: The document, ``None`` if there is none.
        path: Path below the endpoint.
        field: Name of the form field; by default the document's.
        methods: Methods to try, the preferred first.

    Raises:
        TypeError: If ``field`` is no text.
        ValueError: If ``field`` is needed, or the document has no upload there.
    """
    _check_name("field", field)
    operations = [specs.operation(method, path) for method in methods] if specs else []
    taking = [operation for operation in operations if operation and _takes_files(operation)]
    if field is not None:
        return UploadTarget(taking[0].method if taking else methods[0], field)
    if specs is None:
        raise ValueError(
            "field is missing, and no document of the API is at hand: pass field='...', or send "
            "the file as the body itself with data=open(path, 'rb') of post() or create()"
        )
    if not taking:
        raise ValueError(_no_upload(specs, path, operations))
    return _documented(specs, taking[0])


def _takes_files(operation: Operation) -> bool:
    from cnct.openapi.file_fields import FORM, file_types  # noqa: PLC0415 - loads msgspec

    return FORM in operation.body or bool(file_types(operation))


def _documented(specs: OpenAPISpecs, operation: Operation) -> UploadTarget:
    from cnct.openapi.file_fields import (  # noqa: PLC0415 - loads msgspec
        FORM,
        file_fields,
        file_types,
        only_file_field,
    )

    if FORM not in operation.body:
        return UploadTarget(operation.method, None, file_types(operation))
    field = only_file_field(specs, operation)
    if field is None:
        names = file_fields(specs, operation)
        choice = either(f"field={name!r}" for name in names) if names else "field='...'"
        raise ValueError(
            f"field is missing, and the document leaves the choice of the form field: pass {choice}"
        )
    return UploadTarget(operation.method, field)


def _no_upload(specs: OpenAPISpecs, path: str, operations: Sequence[Operation | None]) -> str:
    """Return the message for a path without uploads, with the actions below that have one."""
    place = specs.place(path)
    names = place.actions if place else ()
    below = [specs.operation("POST", f"{path}/{name}") for name in names]
    actions = [
        f"resource({name!r}).upload(...)"
        for name, operation in zip(names, below, strict=True)
        if operation and _takes_files(operation)
    ]
    types = {kind for operation in operations if operation for kind in operation.body}
    problem = f"it takes {listed(sorted(types))}" if types else "nothing can be written there"
    remedy = f"write {either(actions)}" if actions else "pass field='...' to send a form anyway"
    return f"The document has no upload to {path}, {problem}: {remedy}"


class Uploading:
    """The call of one upload.

    Args:
        target: The place of the file.
        source: Path of the file, or an open binary file.
        details: Name, media type and further fields.
        progress: Receives the figures in bytes; ``True`` for a bar.
        kwargs: Further arguments of the call.

    Raises:
        TypeError: If an argument is of the wrong type, or not for this call.
        ValueError: If ``content_type`` is no media type; as of the file.
        OSError: If the file cannot be read.
    """

    def __init__(
        self,
        target: UploadTarget,
        source: FileSource,
        details: FileDetails,
        progress: ShowsProgress,
        kwargs: Mapping[str, Any],
    ) -> None:
        _check_name("name", details.name)
        for argument in kwargs:
            if argument in _OTHER_WORDS:
                name = _OTHER_WORDS[argument]
                raise TypeError(f"upload() takes no argument {argument!r}: write {name}=...")
        for argument in _BODIES:
            if argument in kwargs:
                raise TypeError(
                    f"upload() makes the body itself and takes no {argument}: pass form fields as "
                    "data={...}"
                )
        self.method = target.method
        self._progress = ByteProgress(progress)
        file = opened(source, self._progress)
        self._progress.begin(0)
        name = _clean_name(details.name or PurePath(file.name).name or target.field or "file")
        media_type = _media_type(details.content_type, name, target.media_types)
        fields = _fields(details.data)
        if target.field in fields:
            raise ValueError(
                f"data has {target.field!r}, which is the field of the file: leave it out"
            )
        if target.field is not None:
            body: dict[str, Any] = {"files": {target.field: (name, file, media_type)}}
            self.kwargs = {**kwargs, **body, **({"data": fields} if fields else {})}
        else:
            if fields:
                raise TypeError("data has form fields, but the body of this upload is the file")
            headers = {"Content-Type": media_type, "Content-Disposition": _attachment(name)}
            headers = merged(headers, kwargs.get("headers"))
            self.kwargs = {**kwargs, "content": file, "headers": headers}

    def __enter__(self) -> Self:
        """Return the call."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the bar, and raise the error of the user's function that ended the call."""
        self._progress.close()
        if error is not None and self._progress.failure is not None:
            raise self._progress.failure from error


def _check_name(argument: str, value: Any) -> None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{argument} must be a str, not {type(value).__name__}")
    if value is not None and not value.strip():
        raise ValueError(f"{argument} is blank: leave it out, or name it")


def _clean_name(name: str) -> str:
    """Return the name of a file, with a replacement character for each byte that is no text."""
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", name)


def _media_type(content_type: Any, name: str, documented: Sequence[str]) -> str:
    if content_type is None:
        guessed = guessed_type(name)
        only = documented[0] if len(documented) == 1 else guessed
        return guessed if guessed in documented else only
    if not isinstance(content_type, str):
        raise TypeError(f"content_type must be a str, not {type(content_type).__name__}")
    if not _MEDIA_TYPE.fullmatch(content_type):
        raise ValueError(f"content_type must be a media type like 'text/csv', not {content_type!r}")
    return content_type


def guessed_type(name: str) -> str:
    """Return the media type of a file by its name."""
    media_type, encoding = mimetypes.guess_type(name)
    if encoding:
        return _COMPRESSED.get(encoding, _ANY)
    return media_type or _OFFICE_TYPES.get(PurePath(name).suffix.lower(), _ANY)


def _attachment(name: str) -> str:
    """Return the ``Content-Disposition`` of a body (RFC 6266, with the encoding of RFC 8187)."""
    plain = re.sub(r"[^ !#-\[\]-~]", "_", name)
    more = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{more}'


def _fields(data: Any) -> dict[str, Any]:
    """Return form fields as text; objects and flags in JSON (OpenAPI 3.0, "Encoding Object")."""
    if data is None:
        return {}
    if not is_object(data):
        kind = type(data).__name__
        raise TypeError(f"data must be a dict of form fields like {{'note': 'text'}}, not {kind}")
    names: list[Any] = [*data]
    wrong = next((name for name in names if not isinstance(name, str)), None)
    if wrong is not None:
        raise TypeError(f"data must have names of form fields as keys, not {wrong!r}")
    return {name: _field_value(value) for name, value in data.items()}


def _field_value(value: Any) -> Any:
    if is_array(value):
        return [_field_value(member) for member in value]
    return json_text(value) if is_object(value) or isinstance(value, bool) else value
