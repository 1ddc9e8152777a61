"""A small server of Connect's kind for the cases, in a thread of its own."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

ROWS = [{"id": f"PR-{n}", "asset": {"id": f"AS-{n}"}, "n": n} for n in range(25)]


class Server(ThreadingHTTPServer):
    """Lists 25 requests, and answers with the statuses that paths name.

    Attributes:
        calls: Method, path with query, and body of each call.
        headers: Headers of the last call, names in lower case.
        has_range: Whether lists have a ``Content-Range``.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[tuple[str, str, str]] = []
        self.headers: dict[str, str] = {}
        self.has_range = True

    @property
    def endpoint(self) -> str:
        """Base URL of the API."""
        return f"http://127.0.0.1:{self.server_port}/public/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path = unquote(self.path.removeprefix("/public/v1"))
        self.server.calls.append((self.command, path, body))
        self.server.headers = {name.lower(): text for name, text in self.headers.items()}
        status = re.match(r"/status/(\d+)", path)
        if status:
            self._send(int(status[1]), json.dumps({"error_code": "E_1", "errors": ["a", "b"]}))
        elif path.startswith("/text"):
            self._send(200, "plain", content_type="text/plain")
        elif path.startswith("/empty"):
            self._send(204, "")
        elif path.startswith("/echo"):
            self._send(200, json.dumps({"method": self.command, "body": body}))
        elif path.startswith("/requests?") or path == "/requests":
            self._list(path)
        elif path.startswith("/none"):
            self._send(200, "[]", {"Content-Range": "items 0-0/0"})
        else:
            self._send(200, json.dumps(ROWS[0]))

    def _list(self, path: str) -> None:
        limit, offset = (
            int((re.search(rf"{name}=(\d+)", path) or [0, default])[1])
            for name, default in (("limit", 100), ("offset", 0))
        )
        rows = ROWS[offset : offset + limit]
        last = offset + max(len(rows) - 1, 0)
        content_range = {"Content-Range": f"items {offset}-{last}/{len(ROWS)}"}
        self._send(200, json.dumps(rows), content_range if self.server.has_range else {})

    def _send(
        self,
        status: int,
        body: str,
        headers: dict[str, str] | None = None,
        content_type: str = "application/json",
    ) -> None:
        self.send_response(status)
        for name, text in {"Content-Type": content_type, **(headers or {})}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", "0" if status == 204 else str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body.encode())

    do_GET = do_POST = do_PUT = do_DELETE = _respond

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server for a block."""
    server = Server()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
