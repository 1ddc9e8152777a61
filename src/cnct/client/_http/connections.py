"""urllib3's connections, extended for the synchronous driver. Decides nothing.

Distinguishes failures before the request was written, applies the read timeout to writes and the
deadline to both, reads responses with `framing`, and lets a read-ahead abort its requests.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from cnct.client._http.exchange import current_exchange
from cnct.client._http.forks import give_up, renew_after_fork
from cnct.client._http.framing import FramedResponse, Wire
from cnct.client._http.threads import Reading, current

write_timeout: ContextVar[float | None] = ContextVar("write_timeout", default=None)
"""Seconds that writes of this context may take."""


class Connection(HTTPConnection):
    """A connection without TLS."""

    _reading: Reading | None = None
    _socket: Any = None
    _wire = Wire()

    @property
    def is_connected(self) -> bool:
        """Whether the next response on this connection would be the one to the next request."""
        # Decrypted bytes that wait inside the TLS layer do not make the socket readable.
        pending = getattr(self.sock, "pending", None)
        return not (self._wire.surplus or (pending and pending())) and super().is_connected

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading_lock = threading.Lock()
        renew_after_fork(self)

    def _renew(self) -> None:
        """Close the inherited socket; the parent process goes on using the connection."""
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
        # No method of this connection: it would be held until a garbage collection.
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
        super().request(*args, **kwargs)

    def send(self, data: Any) -> None:
        """Send a piece of the request, until the deadline."""
        exchange = current_exchange()
        if exchange.limits.end is not None and self.sock is not None:
            self.sock.settimeout(exchange.left(write_timeout.get()))
        super().send(data)

    def getresponse(self) -> Any:
        """Return the response, whose body is read before the connection goes back to the pool."""
        response: Any = super().getresponse()
        if self._reading is not None:
            response.release_conn = partial(self._detach_and_release, response.release_conn)
        return response

    def _detach_and_release(self, release: Callable[[], None]) -> None:
        """Release the connection; before, detach it, since another thread may take it at once."""
        with self._reading_lock:
            self._reading = None
        release()

    def break_off(self, reading: Reading) -> None:
        """Abort the request of a read-ahead if it still uses the connection."""
        with self._reading_lock:
            if self._reading is reading:
                # Already finished, or TLS inside a proxy's TLS, whose socket cannot be shut down.
                with suppress(OSError, TypeError):
                    # The method of a TLS socket would detach the TLS layer while it is read.
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
