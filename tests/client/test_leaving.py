"""Nothing outlives its client: no socket, no thread, no body, however it was left."""

from __future__ import annotations

import asyncio
import gc
import ssl
import threading
import time
from pathlib import Path
from weakref import ref

import pytest
import requests
from tests.conftest import KEY, json_answer

from cnct import AsyncConnectClient, ConnectClient

CLIENTS = 20
FILES = Path("/proc/self/fd")


def open_files():
    gc.collect()
    return len(list(FILES.iterdir()))


def come_back_to(count):
    """Wait until no more files are open: the server closes its end a little later."""
    deadline = time.monotonic() + 5
    while open_files() > count and time.monotonic() < deadline:
        time.sleep(0.01)
    return open_files() <= count


@pytest.fixture
def _fast(monkeypatch):
    """Load no certificates, which takes the most time of a client that makes one call."""
    context = ssl.create_default_context()
    monkeypatch.setattr("cnct.client._http.async_pools._ssl_context", lambda *_, **__: context)


needs_proc = pytest.mark.skipif(not FILES.exists(), reason="counts files in /proc")


def page(got):
    number = int(got.query.rpartition("=")[2].split("&")[0] or 0)
    rows = [{"id": f"ID-{number + index}", "text": "x" * 1000} for index in range(2)]
    return json_answer(rows, Content_Range=f"items {number}-{number + 1}/20")


def leave_with(client):
    with client:
        client.items.all().first()


def leave_closed(client):
    client.items.all().first()
    client.close()


def leave_dropped(client):
    client.items.all().first()


def leave_ahead(client):
    with client:
        next(iter(client.items.all().concurrency(3).limit(2)))


def leave_ahead_dropped(client):
    next(iter(client.items.all().concurrency(3).limit(2)))


def leave_from_threads(client):
    with client:
        threads = [threading.Thread(target=client.items.all().first) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


@needs_proc
@pytest.mark.parametrize(
    "leave",
    [
        leave_with,
        leave_closed,
        leave_dropped,
        leave_ahead,
        leave_ahead_dropped,
        leave_from_threads,
    ],
)
def test_clients_that_were_left_leave_nothing(server, leave):
    server.answer = page
    before, threads = open_files(), threading.active_count()
    clients, bodies = [], []
    for _ in range(CLIENTS):
        client = ConnectClient(KEY, server.endpoint, use_specs=False)
        leave(client)
        clients.append(ref(client))
        bodies += [ref(client.response)] if client.response else []
        del client
    assert come_back_to(before)
    assert threading.active_count() <= threads
    assert not [client for client in clients if client()]
    assert not [body for body in bodies if body()]


@needs_proc
@pytest.mark.usefixtures("_fast")
def test_clients_that_were_closed_leave_nothing_while_somebody_holds_them(server, world):
    server.answer = page
    assert world.client(KEY, server.endpoint).response is None  # the loop has its files now
    before, clients, bodies = open_files(), [], []
    for _ in range(CLIENTS):
        client = world.client(KEY, server.endpoint)
        client.items.all().first()
        bodies.append(ref(client.response))
        client.close() if world.name == "sync" else client.aclose()
        clients.append(client)
        assert client.response is None
    assert come_back_to(before)
    assert not [body for body in bodies if body()]


@needs_proc
def test_a_response_that_somebody_holds_keeps_no_connection_open(server):
    server.answer = page
    before, responses = open_files(), []
    for _ in range(5):
        with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
            client.items.all().first()
            responses.append(client.response)
    assert come_back_to(before)
    assert all(response.content for response in responses)


@needs_proc
@pytest.mark.usefixtures("_fast")
@pytest.mark.parametrize("closes", [True, False])
def test_asynchronous_clients_leave_nothing_in_a_loop_that_goes_on(server, closes):
    server.answer = page

    async def one():
        client = AsyncConnectClient(KEY, server.endpoint, use_specs=False)
        async for _ in client.items.all().concurrency(3).limit(2):
            break
        gone = ref(client), ref(client.response)
        if closes:
            await client.aclose()
        return gone

    async def scenario():
        await one()
        before = open_files()
        left = [await one() for _ in range(CLIENTS)]
        things = [thing for pair in left for thing in pair]
        for _ in range(500):
            if open_files() <= before and not any(thing() for thing in things):
                break
            await asyncio.sleep(0.01)
        assert open_files() <= before
        assert not [thing for thing in things if thing()]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())


@needs_proc
def test_adapters_of_the_user_are_closed_too(server):
    server.answer = page
    before = open_files()
    with ConnectClient(KEY, server.endpoint, use_specs=False) as client:
        client.session.mount("http://", requests.adapters.HTTPAdapter())
        client.items.all().first()
        client.session.adapters["http://"].poolmanager.pools  # noqa: B018 - it is there
    assert come_back_to(before)


def test_each_thread_and_each_task_has_its_own_last_response(server):
    server.answer = lambda got: json_answer(got.path.rpartition("/")[2])

    async def scenario():
        client = AsyncConnectClient(KEY, server.endpoint, use_specs=False)

        async def ask(name):
            inherited = client.response
            await client.get(name)
            await asyncio.sleep(0)
            return inherited is outer, client.response.json()

        await client.get("outer")
        outer = client.response
        assert await asyncio.gather(ask("a"), ask("b")) == [(True, "a"), (True, "b")]
        assert client.response is outer
        await client.aclose()

    asyncio.run(scenario())


def test_closing_in_one_loop_leaves_the_last_response_of_another(server):
    server.answer = page
    client = AsyncConnectClient(KEY, server.endpoint, use_specs=False)

    async def call():
        await client.get("items")

    with asyncio.Runner() as one, asyncio.Runner() as other:
        one.run(call())
        other.run(call())
        other.run(client.aclose())

        async def response():
            return client.response

        assert one.run(response()) is not None
        assert other.run(response()) is None
        one.run(client.aclose())


def test_a_call_that_goes_on_while_the_client_is_closed_gets_its_response(server):
    arrived, go_on = threading.Event(), threading.Event()

    def answer(_):
        arrived.set()
        go_on.wait(5)
        return json_answer({"id": 1})

    server.answer = answer
    client = ConnectClient(KEY, server.endpoint, use_specs=False)
    got = []

    def call():
        got.extend((client.create("items", {}), client.response))

    thread = threading.Thread(target=call)
    thread.start()
    arrived.wait(5)
    client.close()
    go_on.set()
    thread.join()
    assert got == [{"id": 1}, None]


def test_a_pool_that_is_closed_before_its_use_is_replaced(server, monkeypatch):
    server.answer = lambda _: json_answer(1)
    client = ConnectClient(KEY, server.endpoint, use_specs=False)
    adapter = client._driver._adapter
    choose, chosen = type(adapter).get_connection_with_tls_context, []

    def closed_meanwhile(self, *args, **kwargs):
        pool = choose(self, *args, **kwargs)
        if not chosen:
            client.close()
        chosen.append(pool)
        return pool

    monkeypatch.setattr(type(adapter), "get_connection_with_tls_context", closed_meanwhile)
    assert client.create("items", {}) == 1
    assert len(chosen) == 2
    client.close()


def test_what_somebody_sets_as_response_outside_of_a_call_is_kept(server):
    server.answer = lambda _: json_answer(1)
    client, others = (
        ConnectClient(KEY, server.endpoint, use_specs=False),
        ConnectClient(KEY, server.endpoint, use_specs=False),
    )
    client.response = response = requests.Response()
    others.response = None
    assert client.response is response
    del others
    gc.collect()
    client.get("x")
    assert client.response is not response
    client.close()
