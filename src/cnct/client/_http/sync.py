"""The synchronous driver: plays flows with requests. Decides nothing.

What is the same for every call is worked out once: proxies and certificates of the environment,
the adapter, the form of a plain request.
"""

from __future__ import annotations

import http.client
import io
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import Any, TypeVar
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from cnct.client._core.messages import Flow, Pause, Request, Response, TransportError
from cnct.client._core.paging import Reader
from cnct.client._core.request_body import JSON, encoded_json
from cnct.client._core.timeouts import as_pair
from cnct.client._http.connections import ours, patience
from cnct.client._http.environment import ca_bundle
from cnct.client._http.interception import WireRequest, interceptor_of
from cnct.client._http.log import log_answer, log_failure, log_pause
from cnct.client._http.threads import Ahead, sleep

T = TypeVar("T")

# Connections kept to one host: as many threads as a client is likely to be shared by. urllib3
# makes them when needed, and would warn of each one that it has to throw away.
_POOL_SIZE = 256

_PIECE = 1 << 20  # bytes

# What a plain call is made of; anything else goes the long way through requests.
_PLAIN = frozenset({"headers", "timeout", "data", "files", "allow_redirects"})
# URLs that requests would leave as they are.
_READY_URL = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?/(?:[\w!#$&'()*+,/:;=?@~.-]|%[0-9A-F]{2})*")


def _failure(error: requests.RequestException) -> TransportError:
    """Say of an error whether the server may have got the request, and whether to try again."""
    reason: object = error.args[0] if error.args else None
    if isinstance(reason, MaxRetryError):
        reason = reason.reason
    if _is_about_certificates(reason):
        return TransportError(error, sent=False, transient=False)
    unsent = isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError)
    unsent = unsent or isinstance(reason, NewConnectionError | ConnectTimeoutError)
    broken = requests.ConnectionError | requests.Timeout | requests.exceptions.ChunkedEncodingError
    # The other errors are about what was asked: a wrong URL or header, too many redirects.
    return TransportError(error, sent=not unsent, transient=isinstance(error, broken))


def _is_about_certificates(reason: object) -> bool:
    args = reason.args if isinstance(reason, Exception) else ()
    return any(isinstance(part, ssl.SSLCertVerificationError) for part in (reason, *args))


def _keep_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep our own header: without this, requests prefers an entry in the user's .netrc."""
    return request


class _Adapter(HTTPAdapter):
    """Goes to the network unless an interceptor answers, and reads bodies in large pieces.

    By itself requests reads 10 kB at a time: some 20 system calls for a page of 100 rows, and as
    many fights for the interpreter between threads that read pages side by side.
    """

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = ours(pool.ConnectionCls)
        return pool

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        resp.stream = partial(_in_large_pieces, resp.stream)
        return super().build_response(req, resp)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        interceptor = interceptor_of(request.url or "")
        if interceptor is None:
            read = as_pair(kwargs.get("timeout"))[1]
            patience.set(getattr(read, "read_timeout", read))  # urllib3 has a class of its own
            return super().send(request, *args, **kwargs)
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


def _in_large_pieces(
    stream: Callable[[int, bool | None], Iterator[bytes]],
    _amount: int,
    decode_content: bool | None = None,
) -> Iterator[bytes]:
    return stream(_PIECE, decode_content)


def _content(body: Any) -> bytes:
    """Read the body of a prepared request, whatever form it has."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else b"".join(body)


class Driver:
    """Plays flows with a session of requests for each thread, on one pool of connections for all.

    Args:
        endpoint: Where the calls go; what the environment says of it is looked up once.
    """

    def __init__(self, endpoint: str) -> None:
        """Open nothing yet."""
        self._local = threading.local()
        self._adapter = _Adapter(pool_maxsize=_POOL_SIZE)
        self._verify = ca_bundle() or True
        self._environment = requests.Session().merge_environment_settings(
            url=endpoint, proxies={}, stream=False, verify=self._verify, cert=None
        )
        # Each stays in here as long as one of its threads runs, since that has a hold on it.
        self._ahead: WeakSet[Ahead] = WeakSet()

    def run(self, flow: Flow[T], send: Callable[[Request], Response]) -> T:
        """Play a flow to its end: send what it wants sent, pause when it wants to.

        Raises:
            ClientError: What the flow makes of a failure.
        """
        step: Callable[[], Request | Pause] = partial(next, flow)
        url = ""
        with closing(flow):
            while True:
                try:
                    wish = step()
                except StopIteration as stop:
                    value: T = stop.value
                    return value
                if isinstance(wish, Pause):
                    log_pause(wish)
                    if interceptor_of(url) is None:  # a mock needs no time
                        sleep(wish.seconds)
                    step = partial(next, flow)
                else:
                    url = wish.url
                    step = self._attempt(flow, wish, send)

    def _attempt(
        self, flow: Flow[T], wish: Request, send: Callable[[Request], Response]
    ) -> Callable[[], Request | Pause]:
        begun = time.perf_counter()
        try:
            response = send(wish)
        except requests.RequestException as error:
            log_failure(wish, error)
            return partial(flow.throw, _failure(error))
        log_answer(wish, response, begun)
        return partial(flow.send, response)

    def ahead(self, reader: Reader, width: int) -> Ahead:
        """Read pages with up to ``width`` threads, which end with the driver at the latest."""
        ahead = Ahead(reader, width)
        self._ahead.add(ahead)
        return ahead

    @property
    def session(self) -> requests.Session:
        """The session of this thread."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.verify = self._verify
            for prefix in ("https://", "http://"):
                session.mount(prefix, self._adapter)
            self._local.session = session
        return session

    def send(self, method: str, url: str, kwargs: dict[str, Any]) -> requests.Response:
        """Make one HTTP exchange.

        Raises:
            requests.RequestException: If there is no answer.
            TypeError: If the payload has no JSON form.
            ValueError: If the payload has figures that JSON does not have.
        """
        if "content" in kwargs:
            kwargs["data"] = kwargs.pop("content")
        if "follow_redirects" in kwargs:
            kwargs["allow_redirects"] = kwargs.pop("follow_redirects")
        kwargs.setdefault("headers", {})  # who overrides the seam may have left them out
        payload = kwargs.pop("json", None)
        if payload is not None:
            kwargs["data"] = encoded_json(payload)
            kwargs["headers"] = {"Content-Type": JSON, **kwargs["headers"]}
        session = self.session
        if kwargs.keys() <= _PLAIN and self._is_as_made(session) and _READY_URL.fullmatch(url):
            return self._send_plain(session, method, url, kwargs)
        kwargs.setdefault("auth", session.auth or _keep_authorization)
        # Every answer is read here: what breaks off later would not be repeated.
        kwargs["stream"] = False
        return session.request(method, url, **kwargs)

    def _is_as_made(self, session: requests.Session) -> bool:
        """Tell whether nobody has changed what the environment was asked for."""
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
        """End every thread and close every connection; a later call opens new ones."""
        for ahead in list(self._ahead):
            ahead.join()
        self._adapter.close()
