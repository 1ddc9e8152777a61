"""Copies the bodies of calls for a dry run, whose caller may close the files before `apply`.

Large bodies are kept in temporary files, and not in memory. Records nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from cnct.client._core.placeholders import replaced
from cnct.client._core.request_body import file_name, json_text
from cnct.client._http.spooled_body import SpooledBody, pieces_of
from cnct.client.transfers.upload_files import OpenFile, PathFile
from cnct.openapi.shapes import is_array, is_object


def snapshot(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call with copies of payload, files and iterators.

    The file at a path that is uploaded is not copied; sending it fails if it has changed.

    Raises:
        TypeError: If the payload has no JSON form.
        ValueError: If the payload contains NaN or an infinite number.
        SourceError: If a file cannot be read.
    """
    copied = dict(kwargs)
    if copied.get("json") is not None:
        copied["json"] = json.loads(json_text(copied["json"]))
    for name in ("data", "content"):
        if name in copied:
            copied[name] = _content(copied[name])
    files = copied.get("files")
    if files:
        pairs: Iterable[Any] = files.items() if is_object(files) else files
        copied["files"] = [(name, _file(name, value)) for name, value in pairs]
    return copied


def kept(body: SpooledBody) -> SpooledBody | bytes:
    """Return a body that was read; a small one as bytes, in which placeholders are filled in."""
    small = body.small()
    return body if small is None else small


def _content(value: Any) -> Any:
    if isinstance(value, PathFile):
        return value.for_later()
    if isinstance(value, OpenFile):
        value = value.for_later()
    if hasattr(value, "read"):
        return kept(SpooledBody.of(pieces_of(value)))
    if is_object(value) or is_array(value):
        return replaced(value, str)  # a copy, with no placeholders but the user's
    if value is None or isinstance(value, str | bytes):
        return value
    return bytes(value) if isinstance(value, bytearray) else kept(SpooledBody.of(value))


def _file(name: str, value: Any) -> tuple[Any, ...]:
    """Return a file as a tuple of its name, bytes, and further members, as requests takes it."""
    if is_array(value):
        filename, content, *more = value
        return (filename, _content(content), *more)
    return (file_name(value) or name, _content(value))
