"""Logs requests to `cnct.http` and retries to `cnct.retry`; silent by default, without secrets."""

from __future__ import annotations

import logging
import time

from cnct.client._core.messages import Pause, Request, Response

logging.getLogger("cnct").addHandler(logging.NullHandler())
_http = logging.getLogger("cnct.http")
_retry = logging.getLogger("cnct.retry")


def log_response(request: Request, response: Response, start: float) -> None:
    """Log a response and the time since ``start``, a value of `time.perf_counter`."""
    if _http.isEnabledFor(logging.DEBUG):
        milliseconds = (time.perf_counter() - start) * 1000
        call = f"{request.method} {request.shown_url}"
        _http.debug("%s: %s in %.0f ms", call, response.status_code, milliseconds)


def log_failure(request: Request, error: Exception) -> None:
    """Log a request without a response."""
    _http.debug("%s %s: %s", request.method, request.shown_url, type(error).__name__)


def log_pause(pause: Pause) -> None:
    """Log reason and length of a pause before a retry; pauses without a reason are not logged."""
    if pause.reason:
        _retry.info("%s", pause.reason)
