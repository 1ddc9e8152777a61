"""Types and checks the arguments of uploads. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cnct.client._core.request_body import json_text
from cnct.client.transfers.call_options import CallOptions, check_call
from cnct.client.work.progress import ShowsProgress
from cnct.openapi.shapes import is_array, is_object

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


class UploadOptions(CallOptions, total=False):
    """Keyword arguments of `Action.upload`."""

    name: str | None
    content_type: str | None
    data: Mapping[str, Any] | None
    method: str | None
    progress: ShowsProgress


_OF_FILE = UploadOptions.__annotations__.keys() - CallOptions.__annotations__.keys()


class FileArguments(NamedTuple):
    """The arguments of an upload for a file and its call, checked.

    Attributes:
        name: Name of the file, ``None`` for its own.
        content_type: Media type, ``None`` if it is guessed by the name.
        fields: Further form fields, encoded.
        call: Keyword arguments of the call.
    """

    name: str | None
    content_type: str | None
    fields: dict[str, Any]
    call: dict[str, Any]


def file_arguments(options: Mapping[str, Any], field: str | None) -> FileArguments:
    """Return the arguments of an upload, checked as far as that needs no file.

    Args:
        options: The `UploadOptions`.
        field: Name of the form field; ``None`` if the body is the file itself.

    Raises:
        TypeError: If an argument is of the wrong type, or not for this call.
        ValueError: If an argument has an invalid value.
    """
    _refuse_other_words(options)
    check_call("upload", options, _OF_FILE)
    call = {name: options[name] for name in options.keys() & CallOptions.__annotations__.keys()}
    fields = _fields(options.get("data"))
    if field in fields:
        raise ValueError(f"data has {field!r}, which is the field of the file: leave it out")
    if fields and field is None:
        raise TypeError("data has form fields, but the body of this upload is the file")
    return FileArguments(
        checked_text("name", options.get("name")),
        _checked_type(options.get("content_type")),
        fields,
        call,
    )


def _refuse_other_words(arguments: Mapping[str, Any]) -> None:
    for argument in arguments:
        if argument in _OTHER_WORDS:
            name = _OTHER_WORDS[argument]
            raise TypeError(f"upload() takes no argument {argument!r}: write {name}=...")
        if argument in _BODIES:
            raise TypeError(
                f"upload() makes the body itself and takes no {argument}: pass form fields as "
                "data={...}"
            )


def checked_text(argument: str, value: Any) -> str | None:
    """Return an argument that is a text, or ``None``.

    Raises:
        TypeError: If the value is neither.
        ValueError: If the text is blank.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{argument} must be a str, not {type(value).__name__}")
    if not value.strip():
        raise ValueError(f"{argument} is blank: leave it out, or name it")
    return value


def _checked_type(content_type: Any) -> str | None:
    if content_type is None:
        return None
    if not isinstance(content_type, str):
        raise TypeError(f"content_type must be a str, not {type(content_type).__name__}")
    if not _MEDIA_TYPE.fullmatch(content_type):
        raise ValueError(f"content_type must be a media type like 'text/csv', not {content_type!r}")
    return content_type


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
