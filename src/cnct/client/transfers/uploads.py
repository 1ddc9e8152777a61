"""Builds the call of an upload: form field, name, media type and file. Sends nothing."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from cnct.client._core.headers import merged
from cnct.client.transfers.byte_progress import ByteProgress
from cnct.client.transfers.upload_files import FileSource, opened
from cnct.client.transfers.upload_options import file_arguments
from cnct.client.transfers.upload_targets import UploadTarget

_ANY = "application/octet-stream"
_COMPRESSED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OFFICE_TYPES = {  # which mimetypes takes from the machine, if that has them
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
}


class Uploading:
    """The call of one upload.

    Args:
        target: The place of the file.
        source: Path of the file, or an open binary file.
        options: The `UploadOptions`.

    Raises:
        TypeError: If an argument is of the wrong type, or not for this call.
        ValueError: If an argument has an invalid value; as of the file.
        OSError: If the file cannot be read.

    Attributes:
        method: HTTP method.
        kwargs: Keyword arguments of the call.
    """

    def __init__(
        self, target: UploadTarget, source: FileSource, options: Mapping[str, Any]
    ) -> None:
        arguments = file_arguments(options, target.field)
        self.method = target.method
        self._progress = ByteProgress(options.get("progress"))
        file = opened(source, self._progress)
        self._progress.begin(0)
        name = _clean_name(arguments.name or PurePath(file.name).name or target.field or "file")
        media_type = arguments.content_type or _media_type(name, target.media_types)
        if target.field is not None:
            self.kwargs = {**arguments.call, "files": {target.field: (name, file, media_type)}}
            if arguments.fields:
                self.kwargs["data"] = arguments.fields
        else:
            headers = {"Content-Type": media_type, "Content-Disposition": _attachment(name)}
            headers = merged(headers, arguments.call.get("headers"))
            self.kwargs = {**arguments.call, "content": file, "headers": headers}

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


def _clean_name(name: str) -> str:
    """Return the name of a file, with a replacement character for each byte that is no text."""
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", name)


def _media_type(name: str, documented: Sequence[str]) -> str:
    """Return the media type of a file by its name, among those of the document if it has any."""
    guessed = guessed_type(name)
    return documented[0] if len(documented) == 1 and guessed not in documented else guessed


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
