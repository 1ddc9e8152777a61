"""Names the likely cause of a failed call, and the setting to mend. No I/O, shows no secret."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

from cnct.client._core.messages import Request
from cnct.client._core.secret import causes
from cnct.text import clean, late_pattern, safe_url

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _BAD_REQUEST = 401, 403, 404, 400
_API = "/public/v1"
_EXPIRED = "The link may have expired: read a new one from its resource"
# OpenSSL's reasons for a response without TLS, which differ between versions.
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})
_POOL = late_pattern(r"\A\w+\(host=[^)]*\): ")  # with which urllib3 begins its messages
_ENDED = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, EOFError)
_TLS_ALERT = "\x15\x03"


def host_of(request: Request) -> str:
    """Return host and port of a request, for the beginning of a message."""
    return clean(request.masked(urlsplit(safe_url(request.url)).netloc))


def status_remedy(request: Request, status: int, text: str, *, is_of_connect: bool) -> str:
    """Return the sentence after an error response that names the setting to mend, or ``""``.

    Args:
        request: The request.
        status: Status of the response.
        text: Beginning of the body.
        is_of_connect: Whether the body has Connect's error code, so that the endpoint is right.
    """
    limits = request.limits
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        return _EXPIRED if limits.is_foreign else _key_remedy(request, status)
    if limits.is_foreign or limits.receiver is not None:  # a link need not be below the endpoint
        return ""
    parts = urlsplit(safe_url(request.url))
    if status == _NOT_FOUND and not is_of_connect and _API not in parts.path:
        return f"Check the endpoint, which lacks {_API}: {parts.scheme}://{parts.netloc}{_API}"
    if status == _BAD_REQUEST and parts.scheme == "http" and "HTTPS" in text.upper():
        return f"Check the endpoint: write https://{parts.netloc}"
    return ""


def _key_remedy(request: Request, status: int) -> str:
    if not request.secret:
        return "No API key was sent: pass api_key"
    source = getattr(request.secret, "source", "") or "the argument api_key"
    more = ", and the permissions of its account" if status == _FORBIDDEN else ""
    return f"Check the key of {source}{more}"


def failure_text(request: Request, cause: Exception) -> str:
    """Return the reason for a request without response, in one line, with the remedy if known.

    The library's own text remains in the cause, since it repeats the URL and mentions retries that
    were not made.
    """
    chain = list(causes(cause))
    is_plain = request.url.startswith("http:")
    explained = filter(None, (_explanation(error, is_plain) for error in chain))
    text = next(explained, "")
    if request.limits.is_foreign:
        text = text.replace("check endpoint", "check the link")
    return text or _own_text(chain)


def _explanation(error: BaseException, is_plain: bool) -> str:
    """Return the sentence for an error that a setting causes, ``""`` for any other.

    Args:
        error: A cause of the failure.
        is_plain: Whether the request went without TLS.
    """
    text = _short(error)
    match error:
        case socket.gaierror():
            return f"the name does not resolve ({text}): check endpoint, proxy and network"
        case ssl.SSLCertVerificationError():
            reason = getattr(error, "verify_message", "") or text
            return (
                f"its certificate is not valid ({reason}): check endpoint, or pass verify='ca.pem'"
            )
        case ssl.SSLError(reason=reason) if reason in _NO_TLS:
            return "it does not speak TLS: write http:// in the endpoint, or the port of https"
        case ConnectionRefusedError():
            return f"nothing listens there ({text}): check endpoint and proxy"
        case _ if is_plain and (isinstance(error, _ENDED) or _TLS_ALERT in text):
            return f"the connection ended ({text}): if it needs TLS, write https:// in the endpoint"
        case _:
            return ""


def _own_text(chain: list[BaseException]) -> str:
    """Return the first text that mentions neither retries nor the connection pool."""
    texts = [_POOL.sub("", _short(error)) for error in chain]
    own = (text for text in texts if text and "Max retries" not in text and text[0] != "(")
    return next(own, texts[-1] or "the timeout passed")


def _short(error: BaseException) -> str:
    """Return the text of an error; ``str`` of some libraries' errors fails."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - of any library
        return "no further details"
