"""A server of one file that takes ranges, and breaks off, changes or answers oddly as told."""

from __future__ import annotations

import gzip
import re
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Keep silent about clients that have ended."""


class RangedServer:
    """Serves ``content`` at every path.

    Attributes:
        content: The file: bytes, or a mapped file.
        etag: Its ``ETag``; empty for none.
        ranges: Whether ranges are answered.
        breaks: Numbers of body bytes after which the next responses break off.
        stalls: Numbers of body bytes after which responses for `/file` wait for `goes_on`.
        headers: Further headers of responses.
        answers: Statuses, headers and bodies that replace the next responses.
        requests: The requests: path and headers.
    """

    def __init__(self, content: Any = b"", etag: str = '"1"') -> None:
        self.reset(content, etag)
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                server._respond(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = _Server(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def reset(self, content: Any = b"", etag: str = '"1"') -> None:
        """Forget the requests, and serve a file from now on."""
        self.content = content
        self.etag = etag
        self.ranges = True
        self.is_gzipped = False
        self.is_chunked = False
        self.breaks: list[int] = []
        self.stalls: list[int] = []
        self.goes_on = threading.Event()
        self.headers: dict[str, str] = {}
        self.answers: list[tuple[int, dict[str, str], Any]] = []
        self.requests: list[tuple[str, dict[str, str]]] = []

    def ranges_requested(self) -> list[str | None]:
        """Return the header ``Range`` of each request."""
        return [headers.get("range") for _, headers in self.requests]

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _respond(self, handler: BaseHTTPRequestHandler) -> None:
        asked = {name.lower(): value for name, value in handler.headers.items()}
        self.requests.append((handler.path, asked))
        if self.answers:
            status, headers, body = self.answers.pop(0)
        else:
            status, headers, body = self._file(asked)
        handler.send_response(status)
        length = {} if self.is_chunked else {"Content-Length": str(len(body))}
        if self.is_chunked:
            headers = {**headers, "Transfer-Encoding": "chunked"}
        for name, value in {**length, **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        end = self.breaks.pop(0) if self.breaks and status < 300 else len(body)
        with suppress(ConnectionError):  # the client has ended
            if self.stalls and handler.path.endswith("/file"):
                stall = self.stalls.pop(0)
                handler.wfile.write(body[:stall])
                body, end = body[stall:], end - stall
                self.goes_on.wait(60)
            if self.is_chunked:
                handler.wfile.write(b"%x\r\n%b" % (len(body), body[:end]))
                handler.wfile.write(b"\r\n0\r\n\r\n" if end == len(body) else b"")
            else:
                handler.wfile.write(body[:end])
        if end < len(body):
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)

    def _file(self, asked: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        headers = {"Content-Type": "application/octet-stream", **self.headers}
        if self.etag:
            headers["ETag"] = self.etag
        if self.is_gzipped:
            return 200, {**headers, "Content-Encoding": "gzip"}, gzip.compress(self.content)
        match = re.fullmatch(r"bytes=(\d+)-", asked.get("range", ""))
        if match and self.ranges and asked.get("if-range") in (self.etag, *self.headers.values()):
            first, size = int(match[1]), len(self.content)
            if first >= size:
                return 416, {"Content-Range": f"bytes */{size}"}, b""
            headers["Content-Range"] = f"bytes {first}-{size - 1}/{size}"
            return 206, headers, memoryview(self.content)[first:]
        return 200, headers, memoryview(self.content)
