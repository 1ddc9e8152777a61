"""The arguments and the response of a replaced ``_execute_http_call``, as programs expect them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from cnct.client._core.messages import Request, Response

_PAGE = re.compile(r"[?&]limit=(\d+)&offset=(\d+)(?:&search=([^&]*))?$")


class Decoded(NamedTuple):
    """The response of a test that has a ``json`` method and no body."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


def with_params(url: str) -> tuple[str, dict[str, Any]]:
    """Return a URL without limit, offset and search, and these as ``params``."""
    page = _PAGE.search(url)
    if page is None:
        return url, {}
    params: dict[str, Any] = {"limit": int(page[1]), "offset": int(page[2])}
    if page[3] is not None:
        params["search"] = unquote(page[3])
    return url[: page.start()], params


def as_expected(request: Request, *, has_params: bool) -> Request:
    """Return a request as a replaced method expects it: with its method in lower case.

    Args:
        request: The request.
        has_params: Whether limit, offset and search are arguments instead of parts of the URL.
    """
    url, params = with_params(request.url) if has_params else (request.url, {})
    kwargs = {**request.kwargs, "params": params} if params else request.kwargs
    return request.but(method=request.method.lower(), url=url, kwargs=kwargs)


def with_body(response: Any) -> Response:
    """Return a response whose body is bytes; that of a mock is what its ``json`` returns."""
    whole: Response = response
    if not isinstance(response.content, bytes | None):
        body = json.dumps(response.json()).encode()
        whole = Decoded(response.status_code, response.headers, body)
    return whole
