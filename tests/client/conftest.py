"""What tests of the client share: a server over TLS."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme


@dataclass
class Https:
    endpoint: str
    certificate: Path
    """Of the authority that vouches for the server."""


class _Ok(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"ok": true}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class _Server(HTTPServer):
    def handle_error(self, *_):
        """Keep silent: that handshakes fail is what some tests are about."""


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def https(authority: trustme.CA, tmp_path: Path) -> Iterator[Https]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    certificate = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(certificate))
    server = _Server(("127.0.0.1", 0), _Ok)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Https(f"https://127.0.0.1:{server.server_port}", certificate)
    server.shutdown()
    thread.join()
    server.server_close()
