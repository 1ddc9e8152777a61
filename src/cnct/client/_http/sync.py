"""The synchronous driver: runs flows with requests. Decides nothing.

Proxies and certificates of the environment are looked up once, when the driver is created.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, MutableMapping
from contextlib import closing
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from cnct.client._core.body_errors import BodyError
from cnct.client._core.messages import (
    Flow,
    Message,
    Pause,
    Request,
    Response,
    TransportError,
    UserCall,
)
from cnct.client._core.request_body import JSON, encoded_json
from cnct.client._core.secret import LIBRARY_LOCALS_CLEARED
from cnct.client._http.adapter import Adapter, FlowSession, has_cookies
from cnct.client._http.exchange import Exchange, current_exchange
from cnct.client._http.forks import renew_after_fork
from cnct.client._http.interception import interceptor_of
from cnct.client._http.living import Living
from cnct.client._http.log import log_failure, log_pause, log_response
from cnct.client._http.network import Network
from cnct.client._http.originals import original
from cnct.client._http.reading import sleep
from cnct.late import late_module

if TYPE_CHECKING:
    from cnct.client._core.movable_clock import MovableClock
    from cnct.client._core.reader import Reader
    from cnct.client._http import failures, request_failures
    from cnct.client._http.jobs import Jobs
    from cnct.client._http.threads import Ahead
else:  # only errors need them
    failures = late_module("cnct.client._http.failures")
    request_failures = late_module("cnct.client._http.request_failures")

T = TypeVar("T")

_SEND = original(requests.Session.send, requests)
_cookies: Any = import_module("requests.cookies")  # whose functions have no types

# Arguments of a plain request; others are sent by requests.Session.request, which is slower.
_PLAIN = frozenset({"headers", "timeout", "data", "files", "allow_redirects"})
# URLs that requests would leave unchanged: it quotes characters, and resolves "." and "..".
_READY_URL = re.compile(
    r"(?!.*/\.)https?://[a-z0-9.-]+(?::\d+)?/(?:[\w!#$&'()*+,/:;=?@~.-]|%[0-9A-F]{2})*", re.ASCII
)


def _keep_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave Authorization unchanged. Without an ``auth``, requests would use the user's .netrc."""
    return request


def _copy(session: requests.Session) -> requests.Session:
    """Return a session with the same settings and adapters, and cookies of its own."""
    copy = requests.Session.__new__(type(session))
    for name, value in vars(session).items():
        copied = getattr(value, "copy", None)
        setattr(copy, name, copied() if copied and isinstance(value, MutableMapping) else value)
    return copy


def _proxies(proxy: str) -> dict[str, str]:
    """Return the proxy for both schemes; empty text stands for none."""
    return {"http": proxy, "https": proxy} if proxy else {}


_inherited: list[Any] = []
"""Pools of the user's adapters in the child of a fork: closing them could wait for a lock."""


class Driver:
    """Runs flows with one session of requests per thread; all share a connection pool.

    Args:
        endpoint: Base URL of the requests, for which proxies are looked up.
        clock: Clock to advance instead of pausing, or ``None``.
        network: Certificates and proxy.
    """

    def __init__(self, endpoint: str, clock: MovableClock | None, network: Network) -> None:
        self._pause = sleep if clock is None else clock.advance
        self._adapter = Adapter(is_silent=network.verify is False)
        # As a path, which requests prefers to variables of the environment.
        self._verify = DEFAULT_CA_BUNDLE_PATH if network.verify is True else network.ca
        self._cert = network.cert
        self._proxies = None if network.proxy is None else _proxies(network.proxy)
        self._endpoint = ""
        self._open()
        self._look_up_environment(endpoint)

    def _open(self) -> None:
        """Start without sessions."""
        self._local = threading.local()
        self._sessions: Living[requests.Session] = Living()
        self._has_own_sessions = True
        # A running thread keeps its Ahead or Jobs alive, so that close() finds all.
        self._ahead: Living[Ahead | Jobs] = Living()
        renew_after_fork(self)

    def _look_up_environment(self, endpoint: str) -> None:
        if endpoint != self._endpoint:
            self._endpoint = endpoint
            self._environment = self._new_session().merge_environment_settings(
                url=endpoint, proxies={}, stream=False, verify=self._verify, cert=self._cert
            )

    def shared(self, endpoint: str, *, is_same: bool) -> Driver:
        """Return a driver with the same connections.

        Args:
            endpoint: Base URL of the new driver's requests.
            is_same: Whether the sessions are shared too, with cookies and the user's settings.
        """
        driver = Driver.__new__(Driver)
        vars(driver).update(vars(self))
        driver._open()
        driver._look_up_environment(endpoint)
        if is_same:
            driver._local, driver._sessions = self._local, self._sessions
            driver._has_own_sessions = False
        return driver

    def run(self, flow: Flow[T], send: Callable[[Request], Response]) -> T:
        """Run a flow to the end, and return the result.

        Args:
            flow: Yields the requests and pauses.
            send: Sends one request. An error is thrown into the flow as a `TransportError`.

        Raises:
            ClientError: The error that the flow raises.
        """
        step: Callable[[], Message] = partial(next, flow)
        url = ""
        with closing(flow):
            while True:
                try:
                    message = step()
                except StopIteration as stop:
                    value: T = stop.value
                    return value
                if isinstance(message, Pause):
                    self.take_pause(message, url)
                    step = partial(next, flow)
                elif isinstance(message, UserCall):
                    message.function(message.event)
                    step = partial(next, flow)
                else:
                    url = message.url
                    step = self._attempt(flow, message, send)

    def take_pause(self, pause: Pause, url: str) -> None:
        """Log and take a pause between calls to a URL; no time passes while calls are mocked."""
        log_pause(pause)
        if interceptor_of(url) is None:  # tests need no pause
            self._pause(pause.seconds)

    def _attempt(
        self, flow: Flow[T], request: Request, send: Callable[[Request], Response]
    ) -> Callable[[], Message]:
        start = time.perf_counter()
        with Exchange(request.limits) as exchange:
            try:
                with LIBRARY_LOCALS_CLEARED:
                    outcome: Response | TransportError = send(request)
            except (requests.RequestException, BodyError) as error:
                outcome = request_failures.failure_of(error, exchange)
            except TransportError as error:  # of a recorded call
                outcome = error
            exchange.end(outcome)
        if isinstance(outcome, TransportError):
            log_failure(request, outcome.cause)
            return partial(flow.throw, outcome)
        log_response(request, outcome, start)
        return partial(flow.send, outcome)

    def ahead(self, reader: Reader, width: int) -> Ahead:
        """Return a reader of pages with up to ``width`` threads, which `close` ends."""
        from cnct.client._http.threads import Ahead  # noqa: PLC0415 - not for a single call

        ahead = Ahead(reader, width, self.settings)
        self._ahead.add(ahead)
        return ahead

    def jobs(self, width: int) -> Jobs:
        """Return jobs with up to ``width`` threads, which `close` ends."""
        from cnct.client._http.jobs import Jobs  # noqa: PLC0415 - not for a single call

        jobs = Jobs(width, self.settings)
        self._ahead.add(jobs)
        return jobs

    def _renew(self) -> None:
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
            session = self._new_session()
            self._keep(session)
        return session

    def _keep(self, session: requests.Session) -> None:
        self._local.session = session
        self._sessions.add(session)

    def settings(self) -> Callable[[], None]:
        """Return a function that copies the settings of this thread's session to another thread.

        A thread with a session of its own keeps that session.
        """
        snapshot = _copy(self.session)

        def adopt() -> None:
            if getattr(self._local, "session", None) is None:
                self._keep(_copy(snapshot))

        return adopt

    def send(self, method: str, url: str, kwargs: dict[str, Any]) -> requests.Response:
        """Send one request, and return the response.

        Raises:
            requests.RequestException: If there is no response.
            TypeError: If the payload has no JSON form.
            ValueError: If the payload contains NaN or an infinite number.
        """
        if "content" in kwargs:
            kwargs["data"] = kwargs.pop("content")
        kwargs.pop("follow_redirects", None)
        kwargs["allow_redirects"] = False  # the flow follows them
        kwargs.setdefault("headers", {})  # an overridden method may omit them
        payload = kwargs.pop("json", None)
        if payload is not None:
            kwargs["data"] = encoded_json(payload)
            kwargs["headers"] = {"Content-Type": JSON, **kwargs["headers"]}
        try:
            if kwargs.get("files") or hasattr(kwargs.get("data"), "read"):
                from cnct.client._http.multipart import encode_files  # noqa: PLC0415 - rarely needed

                encode_files(kwargs)
            return self._send(method, url, kwargs)
        except (requests.RequestException, BodyError):
            raise
        except Exception as error:
            if interceptor_of(url) is not None or not failures.is_failed_exchange(error):
                raise
            raise request_failures.UnclassifiedError(type(error).__name__) from error

    def _send(self, method: str, url: str, kwargs: dict[str, Any]) -> requests.Response:
        if current_exchange().limits.is_foreign:
            return self._send_foreign(method, url, kwargs)
        session = self.session
        if kwargs.keys() <= _PLAIN and self._is_unchanged(session) and _READY_URL.fullmatch(url):
            return self._send_plain(session, method, url, kwargs)
        kwargs.setdefault("auth", session.auth or _keep_authorization)
        kwargs.setdefault("verify", session.verify)  # requests would prefer the environment
        # Read the body here: a later read error would not be retried.
        kwargs["stream"] = False
        return session.request(method, url, **kwargs)

    def _is_unchanged(self, session: requests.Session) -> bool:
        """Return whether the session has no settings of the user."""
        return (
            session.verify == self._verify
            and session.cert == self._cert
            and session.trust_env == (self._proxies is None)
            and session.proxies == (self._proxies or {})
            and not (session.auth or session.params)
            and not any(session.hooks.values())
        )

    def _send_plain(
        self, session: requests.Session, method: str, url: str, kwargs: dict[str, Any]
    ) -> requests.Response:
        request: Any = requests.PreparedRequest()
        request.method, request.url = method, url
        request.headers = CaseInsensitiveDict({**session.headers, **kwargs["headers"]})
        if any(True for _ in session.cookies):
            request.prepare_cookies(session.cookies)
        request.prepare_body(kwargs.get("data"), kwargs.get("files"))
        settings: Any = {**self._environment, "timeout": kwargs.get("timeout")}
        if not self._is_direct(session, url):
            return session.send(request, allow_redirects=False, **settings)
        start = time.perf_counter()
        response: requests.Response = self._adapter.send(request, **settings)
        response.elapsed = timedelta(seconds=time.perf_counter() - start)
        if has_cookies(response.raw):
            _cookies.extract_cookies_to_jar(session.cookies, request, response.raw)
        response.content  # noqa: B018 - reads the body
        return response

    def _is_direct(self, session: requests.Session, url: str) -> bool:
        """Return whether ``session.send`` would do nothing but call our adapter."""
        return (
            getattr(session.send, "__func__", None) is _SEND
            and session.get_adapter(url) is self._adapter
        )

    def _send_foreign(self, method: str, url: str, kwargs: dict[str, Any]) -> requests.Response:
        """Send to another host, without cookies and settings of the session."""
        session = self._new_session()
        session.cert = None  # the certificate identifies the user
        arguments: dict[str, Any] = {
            "verify": self._verify,
            **kwargs,
            "auth": _keep_authorization,
            "stream": False,
        }
        return session.request(method, url, **arguments)

    def _new_session(self) -> requests.Session:
        session = FlowSession()
        session.verify = self._verify
        session.cert = self._cert
        if self._proxies is not None:
            session.trust_env = False  # requests would prefer the proxies of the environment
            session.proxies = dict(self._proxies)
        for prefix in ("https://", "http://"):
            session.mount(prefix, self._adapter)
        return session

    def close(self, *, is_opener: bool = True) -> None:
        """End all threads and close all connections; a later call opens new ones.

        Args:
            is_opener: Whether to close the connections, which other drivers may share.
        """
        for ahead in self._ahead:
            ahead.join()
        if is_opener:
            self._adapter.close()
        if is_opener or self._has_own_sessions:
            for session in self._sessions:
                for adapter in session.adapters.values():
                    if adapter is not self._adapter:  # one of the user
                        adapter.close()
