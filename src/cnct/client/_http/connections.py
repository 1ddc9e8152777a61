"""urllib3's connections, extended for the synchronous driver. Decides nothing.

Distinguishes failures before the request was written, applies the read timeout to writes and the
deadline to both, reads responses with `framing`, and lets a read-ahead abort its requests.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import Any

from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util import SKIP_HEADER

from cnct.client._http.exchange import current_exchange
from cnct.client._http.forks import give_up, renew_after_fork
from cnct.client._http.framed_response import FramedResponse, Wire
from cnct.client._http.reading import Reading, current

write_timeout: ContextVar[float | None] = ContextVar("write_timeout", default=None)
"""Seconds that writes of this context may take."""


_OPTIONS = ("preload_content", "decode_content", "enforce_content_length")
_BODILESS = frozenset({"GET", "HEAD"})
_LEFT_TO_URLLIB3 = frozenset({"host", "transfer-encoding"})
_EXPECTED = frozenset({"user-agent", "accept-encoding"})
_SMALL = 64 << 10  # bytes; a smaller body is sent together with the head
_HEAD = re.compile(
    r"[A-Z]+ /[!-~]* HTTP/1\.1\r\nHost: [!-~]+\r\n"
    r"(?:[-!#$%&'*+.^_`|~0-9A-Za-z]+: [^\r\n\0]*\r\n)*\r\n"
)


def _head(
    method: str, target: str, host: str, headers: Mapping[str, Any], body: Any
) -> bytes | None:
    """Return the bytes of a request before the body; ``None`` leaves the request to urllib3.

    urllib3 handles other kinds of body, missing headers, and invalid requests.
    """
    fields = [*headers.items()]  # once, since a case-insensitive mapping is slow
    names = {name.lower() for name, _ in fields}
    is_framed = "content-length" in names and (body is None or isinstance(body, bytes))
    if not (is_framed or (body is None and method in _BODILESS)):
        return None
    if names & _LEFT_TO_URLLIB3 or not names >= _EXPECTED:
        return None
    lines = [
        f"{name}: {value}\r\n"
        for name, value in fields
        if isinstance(value, str) and value != SKIP_HEADER
    ]
    text = "".join((f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n", *lines, "\r\n"))
    if len(lines) < len(fields) or not _HEAD.fullmatch(text):
        return None
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return None


class Connection(HTTPConnection):
    """A connection without TLS."""

    _reading: Reading | None = None
    _socket: Any = None
    _options: dict[str, Any] | None = None
    _wire = Wire()

    @property
    def is_connected(self) -> bool:
        """Whether the connection is open, without unread bytes that would spoil a response."""
        # Decrypted bytes inside the TLS layer do not make the socket readable.
        pending = getattr(self.sock, "pending", None)
        return not (self._wire.surplus or (pending and pending())) and super().is_connected

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading_lock = threading.Lock()
        renew_after_fork(self)

    def _renew(self) -> None:
        """Close the inherited socket; the parent process continues to use the connection."""
        self._reading_lock = threading.Lock()
        self._reading = None
        if self.sock is not None:
            give_up(self.sock.fileno())

    def connect(self) -> None:
        """Connect, TLS handshake included.

        Raises:
            ConnectTimeoutError: If connecting times out; urllib3 would raise a read timeout for the
                handshake.
            NewConnectionError: If connecting fails; urllib3 would raise the same error for a failed
                handshake as for an aborted request.
            ssl.SSLCertVerificationError: If the certificate is wrong.
        """
        self._wire = Wire()
        # Not a bound method, which would keep this connection until a garbage collection.
        self.response_class: Any = partial(FramedResponse, self._wire)
        try:
            self.timeout = current_exchange().left(self.timeout)
            super().connect()
        except ssl.SSLCertVerificationError:
            raise
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"No connection in {self.timeout} s") from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request; the end of its read-ahead aborts it.

        Raises:
            CancelledError: If the read-ahead has ended.
        """
        if self.sock is None:
            self.connect()
        exchange = current_exchange()
        self.timeout = exchange.left(write_timeout.get())
        with self._reading_lock:
            self._reading, self._socket = current(), self.sock
        if self._reading is not None:
            self._reading.add(self)
        exchange.sent = True
        method, url = args
        body, headers = kwargs.get("body"), kwargs.get("headers")
        head = None if self.proxy else _head(method, url, self._host, headers or {}, body)
        if head is None:
            self._options = None
            super().request(*args, **kwargs)
            return
        self._options = {name: kwargs[name] for name in _OPTIONS}
        self._options |= {"request_method": method, "request_url": url}
        sock: Any = self.sock
        sock.settimeout(self.timeout)
        if body is None or len(body) <= _SMALL:
            self.send(head + (body or b""))
        else:
            self.send(head)
            self.send(body)

    @property
    def _host(self) -> str:
        """The header ``Host``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == self.default_port else f"{host}:{self.port}"

    def send(self, data: Any) -> None:
        """Send a piece of the request, until the deadline.

        Raises:
            BrokenPipeError: If the server has ended the connection, also with TLS: urllib3 then
                reads the response that it may have sent before.
        """
        exchange = current_exchange()
        if exchange.limits.end is not None and self.sock is not None:
            self.sock.settimeout(exchange.left(write_timeout.get()))
        try:
            super().send(data)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            raise BrokenPipeError(errno.EPIPE, str(error)) from error

    def getresponse(self) -> Any:
        """Return the response; the body is read before the connection returns to the pool."""
        response: Any = super().getresponse() if self._options is None else self._response()
        if self._reading is not None:
            response.release_conn = partial(self._detach_and_release, response)
        return response

    def _response(self) -> HTTPResponse:
        """Read the head of a response like the overridden method, in fewer steps."""
        options: Any = self._options
        self.sock.settimeout(self.timeout)
        response: Any = FramedResponse(self._wire, self.sock, method=options["request_method"])
        try:
            response.begin()
        except BaseException as error:
            response.close()  # the socket stays open as long as the response reads from it
            if isinstance(error, ConnectionError):
                self.close()
            raise
        if response.will_close:
            self.close()
        return HTTPResponse(
            response,
            HTTPHeaderDict(response.headers.items()),
            response.status,
            response.version,
            "HTTP/1.1",  # as in urllib3, whatever the response's version
            response.reason,
            original_response=response,
            **options,
        )

    def _detach_and_release(self, response: Any) -> None:
        """Detach, then release the connection, which another thread may take at once."""
        with self._reading_lock:
            self._reading = None
        response.__dict__.pop("release_conn", None)  # a reference cycle
        response.release_conn()

    def break_off(self, reading: Reading) -> None:
        """Abort the request of a read-ahead that still uses the connection."""
        with self._reading_lock:
            if self._reading is reading:
                # Already finished, or TLS inside a proxy's TLS, whose socket cannot be shut down.
                with suppress(OSError, TypeError):
                    # The method of a TLS socket would detach the TLS layer during a read.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class TLSConnection(Connection, HTTPSConnection):
    """A connection with TLS."""


_EXTENDED: dict[type[Any], type[Any]] = {HTTPConnection: Connection, HTTPSConnection: TLSConnection}


def extended(kind: type[Any]) -> type[Any]:
    """Return the extended class for a connection class of urllib3, one for SOCKS included."""
    if issubclass(kind, Connection):
        return kind
    if kind not in _EXTENDED:
        base = TLSConnection if issubclass(kind, HTTPSConnection) else Connection
        _EXTENDED[kind] = type(base.__name__, (base, kind), {})
    return _EXTENDED[kind]


def unwarned(kind: type[Any]) -> type[Any]:
    """Return the extended class without urllib3's warning about unchecked servers."""
    base = extended(kind)
    if issubclass(base, _Unwarned):
        return base
    if base not in _UNWARNED:
        _UNWARNED[base] = type(base.__name__, (_Unwarned, base), {})
    return _UNWARNED[base]


class _Unwarned(Connection):
    def connect(self) -> None:
        super().connect()
        self.is_verified = True  # the user has switched the check off


_UNWARNED: dict[type[Any], type[Any]] = {}
