"""What the drivers tell to ``logging``, under ``cnct``: quiet by default, without the API key."""

from __future__ import annotations

import logging
import time

from cnct.client._core.messages import Pause, Request, Response

logging.getLogger("cnct").addHandler(logging.NullHandler())
_http = logging.getLogger("cnct.http")
_retry = logging.getLogger("cnct.retry")


def log_answer(request: Request, response: Response, begun: float) -> None:
    """Tell of a call that was answered, and how long it took since ``begun``."""
    if _http.isEnabledFor(logging.DEBUG):
        took = (time.perf_counter() - begun) * 1000
        url = request.shown_url
        _http.debug("%s %s: %s in %.0f ms", request.method, url, response.status_code, took)


def log_failure(request: Request, error: Exception) -> None:
    """Tell of a call that was not answered."""
    _http.debug("%s %s: %s", request.method, request.shown_url, type(error).__name__)


def log_pause(wish: Pause) -> None:
    """Tell of a call that will be repeated."""
    _retry.info("%s", wish.why)
