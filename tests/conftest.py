"""What tests share: the local Connect, a server that answers what a test says, the vectors."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from tests.worlds import Async, Sync

from cnct import ConnectClient
from cnct.emulator import Emulator

settings.register_profile("default", deadline=None, max_examples=100)
settings.register_profile("campaign", deadline=None, max_examples=5_000)
settings.load_profile("default")

KEY = "ApiKey SU-000-000-000:very-secret"
SHARED = Path(__file__).parents[2] / "shared"


def shared(name: str) -> Path:
    """Return a file of the folder beside the checkout; skip the test where it is missing."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} lies beside the checkout only where the project is developed")
    return path


def shared_json(name: str) -> Any:
    return json.loads(shared(name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session", autouse=True)
def _settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep away from the user's own settings, profiles and cache of documents."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CNCT_")]:
            patch.delenv(name)
        patch.setenv("CNCT_CONFIG", "")
        patch.setenv("CNCT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def connect() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def client(connect: Emulator) -> Iterator[ConnectClient]:
    with ConnectClient(KEY, connect.endpoint, use_specs=False) as client:
        yield client


@pytest.fixture(params=[Sync, Async], ids=["sync", "async"])
def world(request: pytest.FixtureRequest) -> Iterator[Sync | Async]:
    """Each of the two worlds; a test that asks for it is run in both."""
    world = request.param()
    yield world
    world.end()


@dataclass
class Got:
    """A request that reached the server."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int = 0  # of the client's end of the connection

    @property
    def query(self) -> str:
        return self.path.partition("?")[2]


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """Answers what a test says, and remembers what it was asked."""

    answer: Callable[[Got], Answer | None] = lambda _: (200, {}, b"")
    got: list[Got] = field(default_factory=list)
    endpoint: str = ""


def json_answer(body: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "application/json", **named}, json.dumps(body).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or a body waits 40 ms for the head's acknowledgement
    server_state: Server

    def handle_one(self) -> None:
        got = Got(self.command, self.path, dict(self.headers), self._body(), self.client_address[1])
        self.server_state.got.append(got)
        answer = self.server_state.answer(got)
        if answer is None:  # drop the connection without a word
            self.close_connection = True
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204 and "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)
        self.close_connection = "Content-Length" in headers  # a lie: nothing more will come

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_one

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()
    handler = type("Handler", (_Handler,), {"server_state": state})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.endpoint = f"http://127.0.0.1:{http.server_port}/public/v1"
    yield state
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def remote(server: Server, world: Sync | Async) -> Any:
    """A client, of each world, of the server that answers what the test says."""
    return world.client(KEY, server.endpoint)


@pytest.fixture
def sync_remote(server: Server) -> Iterator[ConnectClient]:
    """A synchronous client of the same, for what only that one can be asked."""
    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        yield client
