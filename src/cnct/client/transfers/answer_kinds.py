"""Distinguishes files from the other answers to a download: pages of a login, resources, nothing.

No I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cnct.client._core.messages import Request, Response
from cnct.client._core.responses import content_of, decode, is_json, unreadable
from cnct.exceptions import ClientError
from cnct.openapi.shapes import as_record
from cnct.text import either, status_text

_PAGE = "text/html"
_PAGE_SUFFIXES = (".html", ".htm")
_OK = (200, 203)
_BEGINNINGS_OF_LINKS = ("/media/", "http://", "https://")
_MOST_LINKS = 3


def is_file(request: Request, headers: Mapping[str, str], *, refuses_json: bool) -> bool:
    """Return whether a successful response can be the file that was asked for.

    Args:
        request: The request, whose ``Accept`` may ask for a page or JSON.
        headers: Headers of the response.
        refuses_json: Whether JSON is the resource itself, and its files are elsewhere.
    """
    media_type = _media_type(headers)
    if headers.get("Content-Disposition", "").strip() or _accepts(request, media_type):
        return True
    if media_type == _PAGE:
        return urlsplit(request.url).path.lower().endswith(_PAGE_SUFFIXES)
    return not (refuses_json and is_json(media_type) and not request.limits.is_foreign)


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _accepts(request: Request, media_type: str) -> bool:
    """Return whether the call asks for this media type by name."""
    headers: Mapping[str, Any] = request.kwargs.get("headers") or {}
    accepted = (str(value).lower() for name, value in headers.items() if name.lower() == "accept")
    return bool(media_type) and any(media_type in value for value in accepted)


def refusal(request: Request, response: Response) -> ClientError:
    """Return the error for a successful response without a file."""
    media_type = _media_type(response.headers)
    if response.status_code not in _OK:
        status = status_text(response.status_code)
        problem = f"The response has no file: its status is {status}"
    elif media_type == _PAGE:
        problem = (
            "The response is an HTML page where a file is due, as of a login or of another server:"
            ' check the URL, or ask for the page with headers={"Accept": "text/html"}'
        )
    else:
        problem = (
            f"The response is the resource as JSON, not a file: {_links(response)}, or ask for the"
            ' JSON with headers={"Accept": "application/json"}'
        )
    return unreadable(request, response, problem)


def _links(response: Response) -> str:
    """Return the advice that names the fields of a resource with links to files."""
    try:
        fields = as_record(decode(content_of(response)))
    except ValueError:
        fields = {}
    names = [
        f"client.download(row[{name!r}], path)"
        for name, value in fields.items()
        if isinstance(value, str) and value.startswith(_BEGINNINGS_OF_LINKS)
    ]
    if not names:
        return "call download() of the action that has the file"
    return f"read the row with get() and call {either(names[:_MOST_LINKS])}"
