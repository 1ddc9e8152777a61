"""Connections that misbehave: handshakes that break, servers that do not take what is sent."""

from __future__ import annotations

import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress

import pytest
from tests.conftest import KEY, json_answer

from cnct import ClientError, ConnectClient, RetryPolicy
from cnct.client._http.connections import TLSConnection
from cnct.client._http.threads import Reading

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def listening() -> Iterator[Callable[[Callable[[socket.socket], None]], int]]:
    """Serve connections as a test says; returns the port."""
    servers = []

    def listen(serve):
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def accept():
            with suppress(OSError):
                while True:
                    with server.accept()[0] as connection:
                        serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        servers.append(thread)
        return server.getsockname()[1]

    yield listen
    for server, thread in zip(servers[::2], servers[1::2], strict=True):
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def garbage(connection):
    connection.recv(10)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def goodbye(connection):
    connection.recv(10)


def silence(connection):
    while connection.recv(65536):
        pass


@pytest.mark.parametrize("serve", [garbage, goodbye, silence])
def test_what_fails_in_the_handshake_was_not_sent(world, listening, serve):
    client = world.client(
        KEY,
        f"https://127.0.0.1:{listening(serve)}",
        max_retries=1,
        timeout=(0.2, 10),
        retry=RetryPolicy(base=0),
    )
    with pytest.raises(ClientError, match="after 2 attempts") as caught:
        client.products.create({"a": 1})
    assert type(caught.value) is ClientError


def test_a_server_may_take_its_time_to_read_what_is_sent(world, listening):
    """Only connecting has the short timeout: writing has that of reading."""
    enough = threading.Event()

    def serve(connection):
        enough.wait(0.5)
        left = 16_000_000
        while left > 0 and (read := connection.recv(1 << 20)):
            left -= len(read)
        connection.sendall(OK)

    client = world.client(KEY, f"http://127.0.0.1:{listening(serve)}", timeout=(0.1, 30))
    assert client.update("x", data=b"a" * 16_000_000) == {}


def test_leaving_early_breaks_off_what_is_under_way(server):
    """However late the server is: nobody waits for it any more."""
    late, waited = threading.Event(), []

    def answer(got):
        if "offset=0" in got.query:
            return json_answer([{"id": 1}], Content_Range="items 0-0/9")
        if "offset=1" in got.query:
            return json_answer([{"id": 2}], Content_Range="items 1-1/9")
        late.wait(5)
        waited.append(got)
        return None

    server.answer = answer
    with ConnectClient(KEY, server.endpoint, use_specs=False, concurrency=3) as client:
        for row in client.products.all().iterator():
            if row["id"] == 2:
                break
    assert not waited
    late.set()


def test_a_connection_that_was_let_go_is_not_broken_off(server):
    pages = [json_answer([{"id": n}], Content_Range=f"items {n}-{n}/3") for n in range(3)]
    server.answer = lambda got: pages[int(got.query.rpartition("=")[2])]
    with ConnectClient(KEY, server.endpoint, use_specs=False, concurrency=2) as client:
        assert len(list(client.products.all())) == 3
        assert client.get("products?limit=1&offset=1") == [{"id": 1}]


def test_what_begins_after_the_end_of_a_reading_is_cancelled():
    reading = Reading()
    reading.end()
    with pytest.raises(CancelledError):
        reading.add(reading)


def test_no_traceback_shows_the_key(world):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ClientError) as caught:
        world.client(KEY, f"http://127.0.0.1:{port}").get("x", params={"key": KEY})
    shown = "".join(traceback.format_exception(caught.value))
    assert "x?key=***" in shown
    assert "very-secret" not in shown


@pytest.mark.parametrize("is_secure", [False, True], ids=["http", "https"])
def test_a_response_to_a_part_of_a_large_body_is_the_answer(
    world, listening, authority, tmp_path, is_secure
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(8_000_000))

    def refuse(connection):
        if is_secure:
            connection = context.wrap_socket(connection, server_side=True)
        left = 200_000
        while left > 0:
            left -= len(connection.recv(65536))
        head = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        connection.sendall(head)
        while is_secure and connection.recv(65536):  # a reset can cost a record of TLS
            pass
        connection.close()

    scheme, port = "https" if is_secure else "http", listening(refuse)
    client = world.client(KEY, f"{scheme}://127.0.0.1:{port}", verify=str(tmp_path / "ca.pem"))
    with pytest.raises(ClientError) as caught:
        client.things.upload(file, "f")
    assert caught.value.status_code == 413


@pytest.mark.parametrize("error", [ssl.SSLEOFError, ssl.SSLZeroReturnError])
def test_an_end_of_tls_during_a_write_is_a_broken_pipe_after_which_a_response_is_read(error):
    class Ended:
        def sendall(self, _):
            raise error("EOF occurred in violation of protocol")

    connection = TLSConnection("localhost")
    connection.sock = Ended()
    with pytest.raises(BrokenPipeError):
        connection.send(b"data")
