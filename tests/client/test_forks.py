"""Forks: no child reads the answers of its parent, and no parent loses one to a child."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
import trustme
from requests.adapters import HTTPAdapter
from tests.conftest import KEY, json_answer

from cnct import AsyncConnectClient, ConnectClient
from cnct.openapi import OpenAPISpecs

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")


def echo(got):
    return json_answer({"id": got.path.rpartition("/")[2], "text": "x" * 20_000})


def in_children(number, function):
    """Run a function in forked children; return their exit statuses, 99 for an exception."""
    children = []
    for index in range(number):
        child = os.fork()
        if not child:
            status = 99
            with suppress(BaseException):
                status = function(index)
            os._exit(status)
        children.append(child)
    return children


def statuses(children):
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def wrong_answers(client, child):
    names = [f"{child}-{call}" for call in range(10)]
    return sum(client.get(name)["id"] != name for name in names)


def test_children_get_their_own_answers_from_a_client_that_was_used_before(server, world):
    server.answer = echo
    client = world.client(KEY, server.endpoint)
    client.get("warm")

    def wrong(child):
        if world.name == "sync":
            return wrong_answers(client, child)
        return asyncio.run(wrong_async(client.it, child))

    assert statuses(in_children(3, wrong)) == [0, 0, 0]
    assert client.get("after")["id"] == "after"
    client.close() if world.name == "sync" else client.aclose()


def test_a_fork_leaves_no_open_sockets_behind(server, world):
    client = world.client(KEY, server.endpoint)
    client.get("warm")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        children = in_children(1, lambda _: len(caught))
    assert statuses(children) == [0]
    client.get("after")
    assert len({got.port for got in server.got}) == 1


def test_a_child_opens_a_client_that_the_parent_has_closed(server):
    server.answer = echo
    client = ConnectClient(KEY, server.endpoint, use_specs=False)
    client.get("warm")
    adapter = client.session.get_adapter(server.endpoint)
    pool = adapter.get_connection_with_tls_context(client.response.request, verify=True)
    client.close()
    assert pool.pool is None
    assert statuses(in_children(2, lambda child: wrong_answers(client, child))) == [0, 0]


async def wrong_async(client, child):
    names = [f"{child}-{call}" for call in range(10)]
    async with client:
        return sum([(await client.get(name))["id"] != name for name in names])


def test_the_adapters_of_the_user_are_renewed(server):
    server.answer = echo
    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        client.session.mount("http://", HTTPAdapter())
        client.session.headers["X-Team"] = "blue"
        client.get("warm")
        children = in_children(3, lambda child: wrong_answers(client, child))
        assert statuses(children) == [0, 0, 0]
        assert client.get("after")["id"] == "after"
    assert {got.headers.get("X-Team") for got in server.got} == {"blue"}


def sockets():
    names = []
    for file in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            names.append(str(file.readlink()))
    return {name for name in names if name.startswith("socket:")}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at sockets in /proc")
def test_a_child_holds_no_socket_of_its_parents_client(server, world):
    server.answer = echo
    client = world.client(KEY, server.endpoint)
    assert client.response is None  # the loop has its sockets now
    before = sockets()
    client.get("warm")
    ours = sockets() - before
    assert ours
    # The other end of each connection is in this process, too: half of the sockets are inherited.
    left = statuses(in_children(1, lambda _: len(sockets() & ours)))
    assert left == [len(ours) // 2]
    client.close() if world.name == "sync" else client.aclose()


def test_a_parent_that_forks_during_calls_ends_them_unharmed(server):
    arrived, go_on = threading.Semaphore(0), threading.Event()

    def answer(got):
        if got.path.endswith("slow"):
            arrived.release()
            go_on.wait(5)
        return echo(got)

    server.answer = answer
    outcomes = []
    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        client.get("warm")
        threads = [
            threading.Thread(target=lambda: outcomes.append(client.get("slow")["id"]))
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
            arrived.acquire(timeout=5)
        children = in_children(2, lambda child: wrong_answers(client, child))
        assert statuses(children) == [0, 0]
        go_on.set()
        for thread in threads:
            thread.join()
    assert outcomes == ["slow"] * 3


def test_a_child_reads_ahead_a_set_that_the_parent_was_reading(server):
    go_on, arrived = threading.Event(), threading.Event()

    def answer(got):
        number = int(got.query.rpartition("offset=")[2])
        if number and not go_on.is_set() and "child" not in got.headers:
            arrived.set()
            go_on.wait(5)
        return json_answer([{"id": number}], Content_Range=f"items {number}-{number}/6")

    server.answer = answer
    with ConnectClient(KEY, server.endpoint, use_specs=False, overlap=False) as client:
        rows = client.items.all().concurrency(2).limit(1)
        read = []
        thread = threading.Thread(target=lambda: read.extend(row["id"] for row in rows))
        thread.start()
        arrived.wait(5)

        def count(_):
            client.session.headers["child"] = "yes"
            return len({row["id"] for row in rows})

        assert statuses(in_children(1, count)) == [6]
        go_on.set()
        thread.join()
    assert read == list(range(6))


def test_a_child_reads_a_set_of_which_the_parent_was_just_beginning_an_iteration(server):
    server.answer = lambda _: json_answer([{"id": 1}], Content_Range="items 0-0/1")
    held, go_on = threading.Event(), threading.Event()

    def hold():
        with rows._rows.iterations_lock:
            held.set()
            go_on.wait(5)

    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        rows = client.items.all()
        thread = threading.Thread(target=hold)
        thread.start()
        held.wait(5)
        assert statuses(in_children(1, lambda _: len([*rows]))) == [1]
        go_on.set()
        thread.join()


def test_a_child_closes_no_tls_connection_of_its_parent(tmp_path, monkeypatch):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    connections = []

    def serve(listener):
        with suppress(OSError):
            while True:
                connection = context.wrap_socket(listener.accept()[0], server_side=True)
                connections.append(connection)
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection):
        with suppress(OSError), connection:
            while connection.recv(65536):
                connection.sendall(OK)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=serve, args=(listener,), daemon=True)
        accepting.start()
        endpoint = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with ConnectClient(KEY, endpoint, use_specs=False) as client:
            client.get("warm")

            def close(_):
                client.close()
                return 0

            assert statuses(in_children(2, close)) == [0, 0]
            assert client.get("after") == {}
            assert len(connections) == 1
        listener.shutdown(socket.SHUT_RDWR)
    accepting.join(5)


def test_an_asynchronous_parent_that_forks_goes_on_with_its_connections(server):
    server.answer = echo

    async def scenario():
        async with AsyncConnectClient(KEY, server.endpoint, use_specs=False) as client:
            await client.get("warm")
            children = in_children(2, lambda child: asyncio.run(wrong_async(client, child)))
            assert statuses(children) == [0, 0]
            return [(await client.get(name))["id"] for name in ("a", "b")]

    assert asyncio.run(scenario()) == ["a", "b"]


def test_a_child_reads_ahead_a_set_that_an_asynchronous_parent_was_reading(server):
    def answer(got):
        number = int(got.query.rpartition("offset=")[2])
        return json_answer([{"id": number}], Content_Range=f"items {number}-{number}/6")

    async def ids(rows):
        return [row["id"] async for row in rows]

    async def scenario():
        settings = {"use_specs": False, "overlap": False, "concurrency": 2}
        async with AsyncConnectClient(KEY, server.endpoint, **settings) as client:
            rows = client.items.all().limit(1)
            await anext(aiter(rows))
            children = in_children(1, lambda _: len({*asyncio.run(ids(rows))}))
            assert statuses(children) == [6]
            return await ids(rows)

    server.answer = answer
    assert asyncio.run(scenario()) == [*range(6)]


def test_a_child_loads_the_document_that_the_parent_is_loading(server, tmp_path):
    arrived, go_on = threading.Event(), threading.Event()
    document = {"openapi": "3.0.0", "info": {"title": "T", "version": "1"}, "paths": {}}

    def answer(_):
        if not arrived.is_set():
            arrived.set()
            go_on.wait(5)
        return json_answer(document)

    server.answer = answer
    specs = OpenAPISpecs(f"{server.endpoint}/specs.json")
    loading = threading.Thread(target=specs.load)
    loading.start()
    arrived.wait(5)
    assert statuses(in_children(1, lambda _: specs.load() or 0)) == [0]
    go_on.set()
    loading.join()
