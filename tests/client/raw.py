"""A server on a raw socket that sends what a test says, byte by byte, to both worlds."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from tests.conftest import KEY
from tests.worlds import Async, Sync

from cnct import ClientError

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)

Send = Callable[[bytes], None]


class Raw:
    """Serves each connection in a thread of its own.

    Args:
        answer: Called with the number of the request, counted over all connections, its head, and
            a function that sends bytes. The connection ends where it returns ``False``.
    """

    def __init__(self, answer: Callable[[int, bytes, Send], Any]) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self._answer = answer
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection = self._listener.accept()[0]
                self._connections.append(connection)
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while head := self._request(connection):
                with self._lock:
                    self.heads.append(head)
                    number = len(self.heads) - 1
                if self._answer(number, head, connection.sendall) is False:
                    connection.shutdown(socket.SHUT_RDWR)
                    return

    def _request(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            received = connection.recv(65536)
            if not received:
                return b""
            data += received
        head, _, body = data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head + b"\r\n")
        while length and len(body) < int(length[1]):
            body += connection.recv(65536)
        self.bodies.append(body)
        return head + b"\r\n\r\n"

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()


def http(
    body: bytes = b"", status: str = "200 OK", kind: str = "application/json", **headers: str
) -> bytes:
    """Return a response in bytes; a header ``None`` is left out."""
    named = {"Content-Type": kind, "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1") + body


class Outcome(NamedTuple):
    """What a call came to: the class of its error, or ``None``; the status; the value."""

    error: str | None
    status: int | None
    value: Any = None


def outcome(call: Callable[[Any], Any], client: Any) -> Outcome:
    """Make a call. Only a `ClientError` is an outcome; another error fails the test."""
    try:
        value = call(client)
    except ClientError as error:
        return Outcome(type(error).__name__, error.status_code)
    return Outcome(None, None, value)


def in_both_worlds(
    answer: Callable[[int, bytes, Send], Any],
    *calls: Callable[[Any], Any],
    **settings: Any,
) -> list[Outcome]:
    """Put the same calls to the same server in both worlds; return the outcomes, which are equal.

    Args:
        answer: See `Raw`.
        calls: Each is given the client.
        settings: Arguments of the client.
    """
    outcomes = []
    for world in (Sync(), Async()):
        server = Raw(answer)
        try:
            client = world.client(KEY, server.endpoint, **settings)
            outcomes.append([outcome(call, client) for call in calls])
        finally:
            world.end()
            server.close()
    assert outcomes[0] == outcomes[1], f"sync: {outcomes[0]}, async: {outcomes[1]}"
    return outcomes[0]


def once(data: bytes) -> Callable[[int, bytes, Send], Any]:
    """Answer each request with the same bytes, and end the connection."""

    def answer(_: int, __: bytes, send: Send) -> bool:
        send(data)
        return False

    return answer


def always(data: bytes) -> Callable[[int, bytes, Send], Any]:
    """Answer each request with the same bytes, and keep the connection open."""
    return lambda _, __, send: send(data)
