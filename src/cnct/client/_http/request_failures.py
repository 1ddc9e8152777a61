"""Classifies the errors of requests for retries: whether the request may have been sent."""

from __future__ import annotations

import ssl

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from cnct.client._core.body_errors import BodyError, SourceError
from cnct.client._core.messages import TransportError
from cnct.client._http.exchange import Exchange

_TRANSIENT = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
)


class UnclassifiedError(requests.RequestException):
    """An error that requests lets through, such as one of urllib3 for a wrong URL."""


_UNSENT = (
    requests.ConnectTimeout,
    requests.exceptions.ProxyError,
    ValueError,  # several classes of requests for a URL, header or proxy that cannot be used
)


def failure_of(error: requests.RequestException | BodyError, exchange: Exchange) -> TransportError:
    """Classify an error: may the server have received the request, and may a retry succeed?"""
    if isinstance(error, BodyError):
        sent = exchange.sent or not isinstance(error, SourceError)
        return TransportError(error, sent=sent, transient=error.transient, **exchange.received)
    if isinstance(error, UnclassifiedError) and isinstance(error.__cause__, Exception):
        cause, temporary = error.__cause__, isinstance(error.__cause__, OSError)
        return TransportError(cause, sent=exchange.sent, transient=temporary, **exchange.received)
    reason: object = error.args[0] if error.args else None
    if isinstance(reason, MaxRetryError):
        reason = reason.reason
    is_unusable = isinstance(error, requests.exceptions.SSLError) and not exchange.sent
    if is_unusable or _is_certificate_error(reason):  # not loaded, or not verified
        return TransportError(error, sent=False, transient=False)
    unsent = not exchange.sent and isinstance(error, _UNSENT)
    unsent = unsent or isinstance(reason, NewConnectionError | ConnectTimeoutError)
    # Any other error is permanent, such as a wrong URL or header.
    return TransportError(
        error,
        sent=not unsent,
        transient=isinstance(error, _TRANSIENT),
        **exchange.received,
    )


def _is_certificate_error(reason: object) -> bool:
    args = reason.args if isinstance(reason, Exception) else ()
    return any(isinstance(part, ssl.SSLCertVerificationError) for part in (reason, *args))
