"""The synchronous driver: plays flows with requests. Decides nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from cnct.client._core.messages import Flow, Pause, Request, Response, TransportError

T = TypeVar("T")

# Connections kept to one host: as many threads as a client is likely to be shared by. urllib3
# makes them when needed, and would warn of each one that it has to throw away.
_POOL_SIZE = 256


def run(flow: Flow[T], send: Callable[[Request], Response]) -> T:
    """Play a flow to its end: send what it wants sent, sleep when it wants to pause.

    Raises:
        ClientError: What the flow makes of a failure.
    """
    step: Callable[[], Request | Pause] = partial(next, flow)
    with closing(flow):
        while True:
            try:
                wish = step()
            except StopIteration as stop:
                value: T = stop.value
                return value
            if isinstance(wish, Pause):
                time.sleep(wish.seconds)
                step = partial(next, flow)
                continue
            try:
                step = partial(flow.send, send(wish))
            except requests.RequestException as error:
                step = partial(flow.throw, TransportError(error, sent=_was_sent(error)))


def _was_sent(error: requests.RequestException) -> bool:
    """Tell whether the server may have got something of the request."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return False
    if isinstance(error, requests.exceptions.SSLError):
        return False
    reason: object = error.args[0] if error.args else None
    if isinstance(reason, MaxRetryError):
        reason = reason.reason
    return not isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _keep_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep our own header: without this, requests prefers an entry in the user's .netrc."""
    return request


class Sessions:
    """A session of requests for each thread, on one pool of connections for all."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._local = threading.local()
        self._adapter = HTTPAdapter(pool_maxsize=_POOL_SIZE)

    @property
    def current(self) -> requests.Session:
        """The session of this thread."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            for prefix in ("https://", "http://"):
                session.mount(prefix, self._adapter)
            self._local.session = session
        return session

    def send(self, method: str, url: str, kwargs: dict[str, Any]) -> requests.Response:
        """Make one HTTP exchange.

        Raises:
            requests.RequestException: If there is no answer.
        """
        kwargs.setdefault("auth", _keep_authorization)
        return self.current.request(method, url, **kwargs)

    def close(self) -> None:
        """Close every connection; a later call opens new ones."""
        self._adapter.close()
