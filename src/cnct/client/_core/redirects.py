"""Follows redirects: decides target, headers, and errors. No I/O.

A redirected write is never turned into a GET, which would look like success although nothing was
written (RFC 9110, section 15.4).
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Collection, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from cnct.client._core.messages import Flow, Request, Response
from cnct.client._core.request_body import Body
from cnct.client._core.responses import SAFE
from cnct.client._core.retry import RetryPolicy, retry_flow
from cnct.exceptions import AmbiguousWriteError, ClientError
from cnct.late import late_module
from cnct.text import late_pattern, safe_url

if TYPE_CHECKING:
    from cnct.client._core import request_ids
else:  # only errors need it
    request_ids = late_module("cnct.client._core.request_ids")

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOVED = 301
_SEE_OTHER = 303
_REPEATING = frozenset({307, 308})
_ERROR = 400
_MOST_HOPS = 30
_BODIES = frozenset({"json", "data", "files", "content"})
_OWN = frozenset({"authorization", "cookie", "proxy-authorization", "host"})
_PORTS = {"http": 80, "https": 443}
_LABEL = late_pattern(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LONGEST_HOST = 253
_SAFE = "!#$%&'()*+,/:;=?@[]~"  # reserved characters of RFC 3986, and the percent sign


class Refusal(Exception):  # noqa: N818 - becomes a ClientError
    """A redirect that is not followed; the message names the reason."""


def call_flow(
    request: Request, policy: RetryPolicy, max_retries: int, private: Collection[str] = ()
) -> Flow[Response]:
    """Send a request with retries, and follow redirects.

    Args:
        request: The request to send.
        policy: Rules for retries.
        max_retries: Number of attempts after the first, for each redirect anew.
        private: Names of headers for the first host only, besides Authorization and cookies.

    Returns:
        The successful response.

    Raises:
        ClientError: The error of the last attempt, or that a redirect cannot be followed.
        AmbiguousWriteError: If a write may have been done, as after 302 and 303.
    """
    if request.limits.deadline is not None and request.limits.end is None:
        end = time.monotonic() + request.limits.deadline
        request = request.but(limits=request.limits.but(end=end))
    body = Body(request.kwargs)
    for _ in range(_MOST_HOPS):
        response = yield from retry_flow(request, policy, max_retries, body)
        if not 300 <= response.status_code < _ERROR or not _follows(request):  # noqa: PLR2004 - redirects
            return response
        if request.method in SAFE and response.status_code not in _REDIRECTS:
            return response
        request = _next(request, response, private)
        if not body.can_be_sent_again(sent=True):
            raise _error(request, response, "the body cannot be read a second time")
        body.rewind()
    raise ClientError(
        f"Redirected more than {_MOST_HOPS} times", method=request.method, url=request.shown_url
    )


def _follows(request: Request) -> bool:
    kwargs = request.kwargs
    return bool(kwargs.get("follow_redirects", kwargs.get("allow_redirects", True)))


def _next(request: Request, response: Response, private: Collection[str]) -> Request:
    """Return the request to which a redirect leads.

    Raises:
        ClientError: If the redirect is not followed.
    """
    status = response.status_code
    location = response.headers.get("Location", "")
    try:
        return _redirected(request, status, location, private)
    except Refusal as refusal:
        raise _error(request, response, str(refusal)) from None


def _error(request: Request, response: Response, reason: str) -> ClientError:
    status = response.status_code
    may_be_done = request.method not in SAFE and status not in {_MOVED, *_REPEATING}
    kind = AmbiguousWriteError if may_be_done else ClientError
    return kind(
        f"The server redirects {_target(request, response)} ({status}), which is not followed:"
        f" {reason}."
        " See whether the endpoint needs https, or the path must not end in a slash",
        status,
        method=request.method,
        url=request.shown_url,
        may_be_done=may_be_done,
        request_id=request_ids.request_id_of(request, response.headers),
    )


def _target(request: Request, response: Response) -> str:
    location = response.headers.get("Location", "")
    if not location:
        return "without a Location"
    with suppress(ValueError):
        location = urljoin(request.url, location)
    return f"to {request.masked(safe_url(location))}"


def redirect_url(url: str, location: str) -> str:
    """Return the URL of a ``Location``, without user name, password and fragment.

    Args:
        url: URL of the request.
        location: The header, absolute or relative to ``url``. Letters beyond ASCII are encoded.

    Raises:
        Refusal: If the result is not a URL for requests.
    """
    if not location.strip():
        raise Refusal("it names no URL")
    with _refused_if_invalid():
        parts = urlsplit(urljoin(url, quote(_text(location.strip()), safe=_SAFE)))
        host = parts.hostname or ""
        if parts.scheme not in _PORTS or not _is_host(host, "[" in parts.netloc):
            raise Refusal("it is no http(s) URL of a host")
        if parts.scheme == "http" and urlsplit(url).scheme == "https":
            raise Refusal("http would send in clear what https protects")
        port = f":{parts.port}" if parts.port is not None else ""
        netloc = f"[{host}]{port}" if ":" in host else f"{host}{port}"
        return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))


@contextmanager
def _refused_if_invalid() -> Generator[None]:
    try:
        yield
    except ValueError as error:  # a port above 65535, a bad IPv6 address
        raise Refusal(f"it is no valid URL ({error})") from None


def _text(location: str) -> str:
    """Return a header as text: requests decodes bytes as Latin-1, httpx2 as UTF-8 if possible."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location


def _is_host(host: str, is_bracketed: bool) -> bool:
    if is_bracketed:
        ipaddress.IPv6Address(host)
        return True
    labels = host.removesuffix(".").split(".")
    return len(host) <= _LONGEST_HOST and all(_LABEL.fullmatch(label) for label in labels)


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    """Return scheme, host and port."""
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]


def is_same_place(url: str, target: str) -> bool:
    """Return whether both URLs have one origin, or the second is the first with https."""
    first, second = _origin(urlsplit(url)), _origin(urlsplit(target))
    _, host, port = first
    return first == second or (port == _PORTS["http"] and second == ("https", host, 443))


def _redirected(request: Request, status: int, location: str, private: Collection[str]) -> Request:
    if request.method not in SAFE and status not in _REPEATING:
        raise Refusal("only 307 and 308 repeat a write")
    url = redirect_url(request.url, location)
    kwargs = {**request.kwargs}
    if status == _SEE_OTHER:
        kwargs = {name: value for name, value in kwargs.items() if name not in _BODIES}
    if is_same_place(request.url, url):
        return request.but(url=url, kwargs=kwargs)
    if request.method not in SAFE or any(kwargs.get(name) is not None for name in _BODIES):
        raise Refusal("no other host receives a write or a body")
    return request.but(
        url=url,
        kwargs=_without_secrets(kwargs, private),
        limits=request.limits.but(is_foreign=True),
    )


def _without_secrets(kwargs: dict[str, Any], private: Collection[str]) -> dict[str, Any]:
    """Return arguments without the parts for the first host only."""
    own = _OWN.union(name.lower() for name in private)
    headers: dict[str, str] = kwargs.get("headers") or {}
    kept = {name: value for name, value in headers.items() if name.lower() not in own}
    kwargs = {
        name: value for name, value in kwargs.items() if name not in ("auth", "cert", "cookies")
    }
    return {**kwargs, "headers": kept}
