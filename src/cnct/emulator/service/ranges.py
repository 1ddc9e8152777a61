"""Serves files in ranges, with names and versions, so that downloads can be resumed (RFC 9110, 14).

Responses that are JSON pass unchanged.
"""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from cnct.emulator.service import media
from cnct.emulator.service.bodies import is_json

_RANGE = re.compile(r"bytes=(\d{1,18})?-(\d{1,18})?")
_OK, _PART, _UNSATISFIABLE = 200, 206, 416


def served(request: Request, response: Response) -> Response:
    """Return the response to a GET; of a file, the range that the request asks for.

    Args:
        request: The request.
        response: The whole file, or any other response.
    """
    media_type = response.headers.get("Content-Type", "")
    if response.status_code != _OK or not media_type or is_json(media_type):
        return response
    content = bytes(response.body)
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    headers |= {
        "Accept-Ranges": "bytes",
        "ETag": f'"{sha256(content).hexdigest()[:16]}"',
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(_name(request, media_type))}",
    }
    size = len(content)
    range_text = request.headers.get("Range", "")
    if request.headers.get("If-Range", headers["ETag"]) != headers["ETag"]:
        range_text = ""  # another version
    match = _RANGE.fullmatch(range_text.strip())
    if match is None or not any(match.groups()):  # several ranges, too: the whole is always right
        return Response(content, headers=headers)
    first, last = _bounds(match[1], match[2], size)
    if not first <= last:
        return Response(status_code=_UNSATISFIABLE, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Response(content[first : last + 1], _PART, headers)


def _bounds(first: str | None, last: str | None, size: int) -> tuple[int, int]:
    """Return the numbers of the first and the last byte of a range."""
    if first is None:  # the last so many
        return max(size - int(last or 0), 0), size - 1
    return int(first), size - 1 if last is None else min(int(last), size - 1)


def _name(request: Request, media_type: str) -> str:
    """Return the name for a file: the end of its path, for an action the record's."""
    *_, above, name = ("", *request.url.path.strip("/").split("/"))
    if "." in name:
        return name
    extension = media.extension(media_type)
    is_action = re.search(r"-\d", above) and not re.search(r"-\d", name)
    return f"{above if is_action else name}{extension}"
