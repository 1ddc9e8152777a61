"""Connections of the synchronous driver: urllib3's, with what the driver has to know of them.

What fails before the request is written is told apart, writing has the time that reading has, and
who reads ahead can break off what it has under way. Decides nothing.
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

from cnct.client._http.threads import Reading, current

patience: ContextVar[float | None] = ContextVar("patience", default=None)
"""Seconds that the calls of this context wait for the server to take what is sent."""


class Connection(HTTPConnection):
    """A connection to a server without TLS."""

    _turn = threading.Lock()
    _reading: Reading | None = None
    _socket: Any = None

    def connect(self) -> None:
        """Connect, as far as the request can be written.

        Raises:
            ConnectTimeoutError: If it takes too long; of a handshake, urllib3 would call it a
                late answer.
            NewConnectionError: If it fails; urllib3 does not tell a broken handshake from a
                request that was broken off. Wrong certificates are told as they are.
        """
        try:
            super().connect()
        except ssl.SSLCertVerificationError:
            raise
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"No connection in {self.timeout} s") from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request, which the end of the reading it belongs to breaks off.

        Raises:
            CancelledError: If that has ended.
        """
        if self.sock is None:
            self.connect()
        self.timeout = patience.get()
        with self._turn:
            self._reading, self._socket = current(), self.sock
        if self._reading is not None:
            self._reading.add(self)
        super().request(*args, **kwargs)

    def getresponse(self) -> Any:
        """Read the head of the answer; the body is read before the connection is let go."""
        response: Any = super().getresponse()
        if self._reading is not None:
            response.release_conn = partial(self._let_go, response.release_conn)
        return response

    def _let_go(self, release: Callable[[], None]) -> None:
        """Leave the reading first: from then on the connection may be anybody's."""
        with self._turn:
            self._reading = None
        release()

    def break_off(self, reading: Reading) -> None:
        """End the call of a reading, if it is still the one that uses the connection."""
        with self._turn:
            if self._reading is reading:
                # It has ended by itself, or has TLS within that of a proxy, and no socket to end.
                with suppress(OSError, TypeError):
                    # Not the method of a TLS socket: it would pull it from under its reader.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class TLSConnection(Connection, HTTPSConnection):
    """A connection to a server with TLS."""


_OURS: dict[type, type] = {HTTPConnection: Connection, HTTPSConnection: TLSConnection}


def ours(kind: type) -> type:
    """Return what to use instead of a class of connections; those of SOCKS stay as they are."""
    return _OURS.get(kind, kind)
