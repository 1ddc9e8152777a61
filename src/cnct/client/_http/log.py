"""Logs requests to `cnct.http` and retries to `cnct.retry`; silent by default, without secrets."""

from __future__ import annotations

import logging
import time

from cnct.client._core.messages import Pause, Request, Response

_FIRST_ERROR = 400

logging.getLogger("cnct").addHandler(logging.NullHandler())
_http = logging.getLogger("cnct.http")
_retry = logging.getLogger("cnct.retry")


def log_response(request: Request, response: Response, start: float) -> None:
    """Log a response and the time since ``start``, a value of `time.perf_counter`."""
    if _http.isEnabledFor(logging.DEBUG):
        from cnct.client._core.request_ids import request_id_of  # noqa: PLC0415 - few log

        failed = response.status_code >= _FIRST_ERROR
        request_id = request_id_of(request, response.headers) if failed else None
        milliseconds = (time.perf_counter() - start) * 1000
        call = f"{request.method} {request.shown_url}"
        about = f", request id {request_id}" if request_id else ""
        _http.debug("%s: %s in %.0f ms%s", call, response.status_code, milliseconds, about)


def log_failure(request: Request, error: Exception) -> None:
    """Log a request without a response."""
    _http.debug("%s %s: %s", request.method, request.shown_url, type(error).__name__)


def log_pause(pause: Pause) -> None:
    """Log reason and length of a pause before a retry; pauses without a reason are not logged."""
    if pause.reason:
        _retry.info("%s", pause.reason)
