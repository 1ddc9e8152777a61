"""The synchronous driver: runs flows with requests. Decides nothing.

Proxies and certificates of the environment are looked up once, when the driver is created.
"""

from __future__ import annotations

import http.client
import io
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import closing
from functools import partial
from typing import Any, TypeVar

import requests
from requests.adapters import DEFAULT_POOLSIZE, HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse
from urllib3.exceptions import (
    ClosedPoolError,
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
)

from cnct.client._core.clock import Clock
from cnct.client._core.messages import Flow, Pause, Request, Response, TransportError
from cnct.client._core.reader import Reader
from cnct.client._core.request_body import JSON, encoded_json
from cnct.client._core.secret import LIBRARY_LOCALS_CLEARED
from cnct.client._core.timeouts import as_pair
from cnct.client._http.connections import extended, write_timeout
from cnct.client._http.environment import ca_bundle
from cnct.client._http.forks import renew_after_fork
from cnct.client._http.interception import WireRequest, interceptor_of
from cnct.client._http.jobs import Jobs
from cnct.client._http.living import Living
from cnct.client._http.log import log_failure, log_pause, log_response
from cnct.client._http.threads import Ahead, sleep

T = TypeVar("T")

# Connections kept to one host, at least as many as threads share a client. urllib3 opens them
# when needed, and logs a warning for each one that exceeds the pool.
_POOL_SIZE = 256

_PIECE = 1 << 20  # bytes

# Arguments of a plain request; any other goes through requests.Session.request, which is slower.
_PLAIN = frozenset({"headers", "timeout", "data", "files", "allow_redirects"})
# URLs that requests would not change.
_READY_URL = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?/(?:[\w!#$&'()*+,/:;=?@~.-]|%[0-9A-F]{2})*")


def _failure(error: requests.RequestException) -> TransportError:
    """Classify an error: may the server have received the request, and may a retry succeed?"""
    reason: object = error.args[0] if error.args else None
    if isinstance(reason, MaxRetryError):
        reason = reason.reason
    if _is_certificate_error(reason):
        return TransportError(error, sent=False, transient=False)
    unsent = isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError)
    unsent = unsent or isinstance(reason, NewConnectionError | ConnectTimeoutError)
    transient = (
        requests.ConnectionError | requests.Timeout | requests.exceptions.ChunkedEncodingError
    )
    # Any other error is permanent: a wrong URL or header, or too many redirects.
    return TransportError(error, sent=not unsent, transient=isinstance(error, transient))


def _is_certificate_error(reason: object) -> bool:
    args = reason.args if isinstance(reason, Exception) else ()
    return any(isinstance(part, ssl.SSLCertVerificationError) for part in (reason, *args))


def _keep_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave Authorization as it is; without an ``auth``, requests would use the user's .netrc."""
    return request


class _Adapter(HTTPAdapter):
    """Sends to the network unless an interceptor responds, and reads bodies in large pieces.

    The default of requests, 10 kB, takes some 20 system calls for a page of 100 rows, and threads
    that fetch pages concurrently contend for the interpreter lock at each of them.
    """

    def __init__(self) -> None:
        self._pools: Living[Any] = Living()
        super().__init__(pool_maxsize=_POOL_SIZE)
        renew_after_fork(self)

    def renew(self) -> None:
        """Open new pools in the child of a fork.

        The old ones are emptied without their locks, which another thread of the parent may hold:
        urllib3 would take them when it closes the pools.
        """
        for pool in self._pools:
            if pool.pool is not None:
                pool.pool.__init__(pool.pool.maxsize)
        self.proxy_manager.clear()
        self.init_poolmanager(DEFAULT_POOLSIZE, _POOL_SIZE)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = extended(pool.ConnectionCls)
        self._pools.add(pool)
        return pool

    def close(self) -> None:
        """Close all connections, those in use at the end of their call.

        urllib3 closes a pool only when it is collected, which a response that somebody holds
        delays.
        """
        super().close()
        for pool in self._pools:
            pool.close()

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        resp.stream = partial(_in_large_pieces, resp.stream)
        return super().build_response(req, resp)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        interceptor = interceptor_of(request.url or "")
        if interceptor is None:
            read = as_pair(kwargs.get("timeout"))[1]
            write_timeout.set(getattr(read, "read_timeout", read))  # urllib3 has a class for it
            return self._send(request, *args, **kwargs)
        method, url = request.method or "", request.url or ""
        wire_request = WireRequest(method, url, request.headers, _content(request.body))
        response = interceptor.respond(wire_request)
        raw = HTTPResponse(
            io.BytesIO(response.content),
            headers=response.headers,
            status=response.status_code,
            reason=http.client.responses.get(response.status_code),
            preload_content=False,
        )
        return self.build_response(request, raw)

    def _send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """Send a request, with another pool if another thread closes the one that was chosen."""
        while True:
            try:
                return super().send(request, *args, **kwargs)
            except requests.ConnectionError as error:
                if not isinstance(error.args[0], ClosedPoolError):
                    raise


def _copy(session: requests.Session) -> requests.Session:
    """Return a session with the same settings, but cookies of its own; adapters are shared."""
    copy = requests.Session.__new__(type(session))
    for name, value in vars(session).items():
        copied = getattr(value, "copy", None)
        setattr(copy, name, copied() if copied and isinstance(value, MutableMapping) else value)
    return copy


def _in_large_pieces(
    stream: Callable[[int, bool | None], Iterator[bytes]],
    _amount: int,
    decode_content: bool | None = None,
) -> Iterator[bytes]:
    return stream(_PIECE, decode_content)


def _content(body: Any) -> bytes:
    """Return the body of a prepared request as bytes."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else b"".join(body)


_inherited: list[Any] = []
"""Pools of the user's adapters in the child of a fork: closing them could wait for a lock."""


class Driver:
    """Runs flows with one session of requests per thread; all share a connection pool.

    Args:
        endpoint: Base URL of the requests, for which proxies are looked up.
        clock: Is moved in place of pauses, if there is one.
    """

    def __init__(self, endpoint: str, clock: Clock | None = None) -> None:
        self._pause = sleep if clock is None else clock.advance
        self._local = threading.local()
        self._sessions: Living[requests.Session] = Living()
        renew_after_fork(self)
        self._adapter = _Adapter()
        self._verify = ca_bundle() or True
        self._environment = requests.Session().merge_environment_settings(
            url=endpoint, proxies={}, stream=False, verify=self._verify, cert=None
        )
        # A running thread keeps its Ahead or Jobs alive, so none is missing at close().
        self._ahead: Living[Ahead | Jobs] = Living()

    def run(self, flow: Flow[T], send: Callable[[Request], Response]) -> T:
        """Run a flow to its end and return its result.

        Args:
            flow: Yields the requests and pauses.
            send: Sends one request. Its ``requests.RequestException`` is thrown into the flow as a
                `TransportError`.

        Raises:
            ClientError: The error that the flow raises.
        """
        step: Callable[[], Request | Pause] = partial(next, flow)
        url = ""
        with closing(flow):
            while True:
                try:
                    message = step()
                except StopIteration as stop:
                    value: T = stop.value
                    return value
                if isinstance(message, Pause):
                    log_pause(message)
                    if interceptor_of(url) is None:  # tests need no pause
                        self._pause(message.seconds)
                    step = partial(next, flow)
                else:
                    url = message.url
                    step = self._attempt(flow, message, send)

    def _attempt(
        self, flow: Flow[T], request: Request, send: Callable[[Request], Response]
    ) -> Callable[[], Request | Pause]:
        start = time.perf_counter()
        try:
            with LIBRARY_LOCALS_CLEARED:
                response = send(request)
        except requests.RequestException as error:
            log_failure(request, error)
            return partial(flow.throw, _failure(error))
        log_response(request, response, start)
        return partial(flow.send, response)

    def ahead(self, reader: Reader, width: int) -> Ahead:
        """Return a reader of pages with up to ``width`` threads, which `close` ends."""
        ahead = Ahead(reader, width, self.settings)
        self._ahead.add(ahead)
        return ahead

    def jobs(self, width: int) -> Jobs:
        """Return jobs with up to ``width`` threads, which `close` ends."""
        jobs = Jobs(width, self.settings)
        self._ahead.add(jobs)
        return jobs

    def renew(self) -> None:
        """Give the adapters of the user new pools in the child of a fork."""
        for session in self._sessions:
            for adapter in session.adapters.values():
                state: Any = adapter
                if isinstance(adapter, HTTPAdapter) and adapter is not self._adapter:
                    _inherited.append(state.poolmanager)
                    state.__setstate__(state.__getstate__())

    @property
    def session(self) -> requests.Session:
        """The session of this thread."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.verify = self._verify
            for prefix in ("https://", "http://"):
                session.mount(prefix, self._adapter)
            self._keep(session)
        return session

    def _keep(self, session: requests.Session) -> None:
        self._local.session = session
        self._sessions.add(session)

    def settings(self) -> Callable[[], None]:
        """Return a function that gives the settings of this thread's session to another thread.

        A thread that has a session of its own keeps that.
        """
        snapshot = _copy(self.session)

        def adopt() -> None:
            if getattr(self._local, "session", None) is None:
                self._keep(_copy(snapshot))

        return adopt

    def send(self, method: str, url: str, kwargs: dict[str, Any]) -> requests.Response:
        """Send one request and return its response.

        Raises:
            requests.RequestException: If there is no response.
            TypeError: If the payload has no JSON form.
            ValueError: If the payload contains NaN or an infinite number.
        """
        if "content" in kwargs:
            kwargs["data"] = kwargs.pop("content")
        if "follow_redirects" in kwargs:
            kwargs["allow_redirects"] = kwargs.pop("follow_redirects")
        kwargs.setdefault("headers", {})  # an overridden seam may leave them out
        payload = kwargs.pop("json", None)
        if payload is not None:
            kwargs["data"] = encoded_json(payload)
            kwargs["headers"] = {"Content-Type": JSON, **kwargs["headers"]}
        session = self.session
        if kwargs.keys() <= _PLAIN and self._is_unchanged(session) and _READY_URL.fullmatch(url):
            return self._send_plain(session, method, url, kwargs)
        kwargs.setdefault("auth", session.auth or _keep_authorization)
        # Read the body here: an error while reading it later would not be retried.
        kwargs["stream"] = False
        return session.request(method, url, **kwargs)

    def _is_unchanged(self, session: requests.Session) -> bool:
        """Return whether the session has no settings of the user, so that ours apply."""
        return (
            session.verify == self._verify
            and session.trust_env
            and not (session.cert or session.proxies or session.auth or session.params)
        )

    def _send_plain(
        self, session: requests.Session, method: str, url: str, kwargs: dict[str, Any]
    ) -> requests.Response:
        request: Any = requests.PreparedRequest()
        request.method, request.url = method, url
        request.headers = CaseInsensitiveDict({**session.headers, **kwargs["headers"]})
        request.prepare_cookies(session.cookies)
        request.prepare_body(kwargs.get("data"), kwargs.get("files"))
        redirects = kwargs.get("allow_redirects", True)
        settings: Any = {**self._environment, "timeout": kwargs.get("timeout")}
        return session.send(request, allow_redirects=redirects, **settings)

    def close(self) -> None:
        """End all threads and close all connections; a later call opens new ones."""
        for ahead in self._ahead:
            ahead.join()
        self._adapter.close()
        for session in self._sessions:
            session.close()  # the adapters of the user
