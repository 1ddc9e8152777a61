"""What tests of the client share: a server over TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

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


@pytest.fixture
def tunnel(https):
    """The port of a proxy that tunnels to the server over TLS."""
    listener = socket.create_server(("127.0.0.1", 0))
    sockets, heads = [listener], []

    def pipe(source, target):
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def serve():
        with suppress(OSError):
            while True:
                client = listener.accept()[0]
                heads.append(client.recv(65536))
                server = socket.create_connection(("127.0.0.1", urlsplit(https.endpoint).port))
                sockets.extend((client, server))
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=pipe, args=ends).start()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1], heads
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
    thread.join()
