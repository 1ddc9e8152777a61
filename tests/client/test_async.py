"""What only the asynchronous world has: loops, awaiting, and what cannot be known yet."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import pickle
import subprocess
import sys
import threading
import weakref

import httpx2
import pytest
from tests.conftest import KEY, json_answer

from cnct import AsyncConnectClient, NotYetEvaluatedError
from cnct.client._core.responses import decoded_rows
from cnct.client._http.async_connections import _open


@pytest.fixture
def client(server):
    rows = [{"id": number} for number in range(5)]
    server.answer = lambda _: json_answer(rows, Content_Range="items 0-4/5")
    return AsyncConnectClient(KEY, server.endpoint, use_specs=False)


def test_what_is_not_known_yet_is_refused_with_the_way_to_know_it(client):
    rows = client.products.all()
    with pytest.raises(NotYetEvaluatedError, match=r"await rs.count\(\)"):
        bool(rows)
    with pytest.raises(NotYetEvaluatedError, match=r"await rs\[3:\].first\(\)"):
        rows[3]
    with pytest.raises(TypeError, match="async for"):
        iter(rows)


def test_what_was_read_is_known(client):
    async def scenario():
        rows = client.products.all()
        assert [row["id"] async for row in rows] == [0, 1, 2, 3, 4]
        assert rows
        assert rows[3] == {"id": 3}
        with pytest.raises(IndexError):
            rows[5]
        assert [row async for row in rows[3:]] == [{"id": 3}, {"id": 4}]
        counted = client.products.all()
        assert await counted.count() == 5
        assert counted

    asyncio.run(scenario())


def test_the_rows_go_with_the_set(client):
    async def scenario():
        rows = client.products.all().limit(2).concurrency(3)
        assert len([row async for row in rows]) == 5
        gone = weakref.ref(rows)
        del rows
        return gone()

    gc.disable()
    try:
        assert asyncio.run(scenario()) is None
    finally:
        gc.enable()


def test_values_are_awaited_or_iterated(client):
    async def scenario():
        values = client.products.all().values_list("id")
        assert [value["id"] async for value in values] == [0, 1, 2, 3, 4]
        assert await values == await client.products.all().values_list("id")

    asyncio.run(scenario())


def test_a_client_serves_several_loops_one_after_the_other(client):
    async def scenario():
        return await client.products.all().count()

    assert [asyncio.run(scenario()) for _ in range(3)] == [5, 5, 5]


def test_a_client_serves_several_threads_with_a_loop_each(client):
    counts = []

    async def scenario():
        for _ in range(3):
            counts.append(await client.products.all().count())  # noqa: PERF401 - one by one

    threads = [threading.Thread(target=lambda: asyncio.run(scenario())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [5] * 24


def test_a_set_that_one_loop_has_left_is_read_on_in_another(server):
    pages = {n: json_answer([{"id": n}], Content_Range=f"items {n}-{n}/9") for n in range(9)}
    left = threading.Event()

    def answer(got):
        offset = int(got.query.rpartition("=")[2])
        if offset > 2:
            left.wait(5)
        return pages[offset]

    server.answer = answer
    client = AsyncConnectClient(KEY, server.endpoint, use_specs=False, concurrency=3)
    rows = client.products.all()
    begun = aiter(rows)

    async def begin():
        return [(await anext(begun))["id"] for _ in range(3)]

    async def read():
        return [row["id"] async for row in rows]

    with asyncio.Runner() as runner:
        assert runner.run(begin()) == [0, 1, 2]
        left.set()
        with asyncio.Runner() as another:
            assert another.run(read()) == [*range(9)]


def test_a_set_is_shared_by_tasks(client, server):
    async def scenario():
        rows = client.products.all()

        async def read():
            return [row["id"] async for row in rows]

        return await asyncio.gather(read(), read(), read())

    assert asyncio.run(scenario()) == [[0, 1, 2, 3, 4]] * 3
    assert len(server.got) == 1


def test_nothing_is_left_open(server):
    """A program that closes nothing itself, with every warning on."""
    server.answer = lambda _: json_answer([{"id": 1}])
    program = f"""
import asyncio, gc
from cnct import AsyncConnectClient
def new_client():
    return AsyncConnectClient({KEY!r}, {server.endpoint!r}, use_specs=False, concurrency=3)
client = new_client()
async def main(client):
    async for row in client.products.all():
        break
    return await client.products.all().count()
async def with_one_of_its_own():
    await main(new_client())
async def with_one_that_is_dropped():
    await main(new_client())
    gc.collect()
    await asyncio.sleep(1.5)
asyncio.run(main(client)); asyncio.run(main(client))
asyncio.run(with_one_of_its_own()); asyncio.run(with_one_that_is_dropped()); gc.collect()
"""
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")


def test_a_dropped_client_is_let_go(server):
    """By its loop, or at once if that is gone; nothing holds it for ever."""
    server.answer = lambda _: json_answer({})

    async def use_one():
        client = AsyncConnectClient(KEY, server.endpoint, use_specs=False)
        await client.get("x")
        return weakref.ref(client._driver)

    async def drop_one():
        gone = await use_one()
        gc.collect()
        await asyncio.sleep(0)
        assert not _open
        return gone()

    assert asyncio.run(drop_one()) is None


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of asyncio, for the loop
def test_loops_that_ended_without_closing_their_connections_are_forgotten(server):
    server.answer = lambda _: json_answer({})
    client = AsyncConnectClient(KEY, server.endpoint, use_specs=False)
    for _ in range(3):
        loop = asyncio.new_event_loop()
        loop.run_until_complete(client.get("x"))
        loop.close()  # asyncio.run() would end generators before
        assert len(client._pools._shared.by_loop) == len(_open) == 1
    del client, loop
    gc.collect()
    assert not _open


def test_aclose_closes_the_connection_of_a_call_under_way_at_its_end(server):
    arrived, go_on = threading.Event(), threading.Event()

    def answer(_):
        arrived.set()
        go_on.wait(5)
        return json_answer({"id": 1})

    server.answer = answer

    async def scenario():
        client = AsyncConnectClient(KEY, server.endpoint, use_specs=False)
        call = asyncio.create_task(client.create("x", {}))
        await asyncio.to_thread(arrived.wait, 5)
        await client.aclose()
        go_on.set()
        assert await call == {"id": 1}
        assert not _open

    asyncio.run(scenario())


def test_calls_that_begin_together_open_one_client(client, server):
    async def scenario():
        await asyncio.gather(*(client.get("x") for _ in range(5)))
        return len(client._pools._shared.by_loop)

    assert asyncio.run(scenario()) == 1


def test_certificates_come_from_the_environment_or_the_library(client, monkeypatch, tmp_path):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert asyncio.run(client.get("x"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert asyncio.run(copy.copy(client).get("x"))


def test_a_closed_client_opens_again(client):
    async def scenario():
        async with client:
            await client.get("x")
        await client.aclose()
        return await client.get("x")

    assert asyncio.run(scenario())


def test_arguments_that_only_the_synchronous_world_has_are_named(client):
    with pytest.raises(TypeError, match="'verify' is no argument of an async call"):
        asyncio.run(client.get("x", verify=False))


def test_arguments_that_an_override_adds_are_checked_too(server):
    class Trusting(AsyncConnectClient):
        async def _execute_http_call(self, method, url, kwargs):
            return await super()._execute_http_call(method, url, {**kwargs, "verify": False})

    client = Trusting(KEY, server.endpoint, use_specs=False)
    with pytest.raises(TypeError, match="'verify' is no argument of an async call"):
        asyncio.run(client.get("x"))
    assert not server.got


@pytest.mark.parametrize("body", [b"one two", "one two"])
def test_asynchronous_streams_are_sent(client, server, body):
    async def pieces():
        yield body if isinstance(body, bytes) else body.encode()

    asyncio.run(client.create("x", data=pieces()))
    assert server.got[-1].body == b"one two"


def test_objects_copy_and_pickle(client):
    for thing in (client, client("ns"), client.products["P"], client.products.filter(a=1)[3:9]):
        assert repr(copy.copy(thing)) == repr(thing)
        assert repr(pickle.loads(pickle.dumps(thing))) == repr(thing)
    assert repr(client.products.filter(a=1)) == "<AsyncResourceSet products?eq(a,1) 0/? fetched>"


IMPORTS = """
import asyncio, sys, threading

class Recorder:
    def find_spec(self, name, path=None, target=None):
        if threading.current_thread() is threading.main_thread():
            names.append(name)

from cnct import AsyncConnectClient

async def main():
    sys.meta_path.insert(0, Recorder())
    async with AsyncConnectClient({key!r}, {url!r}, use_specs=False, concurrency=3) as client:
        [row async for row in client.items.all()]
        await client.create("items", {{}})

names = []
asyncio.run(main())
print(*names)
"""


def test_the_first_call_imports_nothing_slow_in_the_loop(server):
    server.answer = lambda _: json_answer([{"id": 1}], Content_Range="items 0-0/1")
    script = IMPORTS.format(key=KEY, url=server.endpoint)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - the script above
    assert [name for name in run.stdout.split() if not name.startswith("cnct.")] == []


LARGE = json.dumps([{"id": number, "text": "x" * 1000} for number in range(1000)]).encode()


def test_large_arrays_are_decoded_in_a_thread(server, monkeypatch):
    threads = []

    def noting(content):
        threads.append(threading.current_thread())
        return decoded_rows(content)

    monkeypatch.setattr("cnct.client._http.offloading.decoded_rows", noting)
    server.answer = lambda _: (
        200,
        {"Content-Type": "application/json", "Content-Range": "items 0-999/1000"},
        LARGE,
    )

    async def scenario():
        async with AsyncConnectClient(KEY, server.endpoint, use_specs=False) as client:
            assert await client.get("items") == json.loads(LARGE)
            rows = [row async for row in client.items.all().limit(1000)]
            assert rows == json.loads(LARGE)

    asyncio.run(scenario())
    assert len(threads) == 2
    assert threading.main_thread() not in threads


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b'[{"a": 12345678901234567890123}, 1.5, "x"]', [{"a": 12345678901234567890123}, 1.5, "x"]),
        (b'{"a": 1}', None),
        (b"[NaN]", None),
        (b'["\\ud800"]', None),
        (b"[" * 20_000 + b"]" * 20_000, None),
        (b"[1", None),
    ],
)
def test_arrays_that_cannot_be_decoded_row_by_row_are_left_to_the_usual_decoder(content, rows):
    assert decoded_rows(content) == rows


def test_connections_are_left_to_the_system_at_the_end_of_the_process(client, server):
    async def scenario():
        await client.get("x")
        client._pools._shared.__del__(lambda: True)
        await client.get("x")

    asyncio.run(scenario())
    assert len({got.port for got in server.got}) == 1


def test_outside_of_a_loop_a_response_can_be_set(client):
    asyncio.run(client.get("x"))
    assert client.response is None
    client.response = response = httpx2.Response(200)
    assert client.response is response


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_loop_goes_on_or_ends_after_another_has_taken_its_turn(server, goes_on):
    arrived, answers = threading.Event(), threading.Event()

    def page(got):
        number = int(got.query.rpartition("=")[2])
        return json_answer([{"id": number}], Content_Range=f"items {number}-{number}/4")

    def held(got):
        if not arrived.is_set():
            arrived.set()
            answers.wait(60)
        return page(got)

    client = AsyncConnectClient(KEY, server.endpoint, use_specs=False, overlap=False)
    rows = client.products.all().limit(1)

    async def read(rows):
        return [row["id"] async for row in rows]

    async def begin():
        reading = asyncio.create_task(read(rows))
        await asyncio.to_thread(arrived.wait, 60)
        return reading

    async def wait(reading):
        return await reading

    server.answer = page
    assert asyncio.run(read(rows.all())) == [*range(4)]  # all modules are loaded now
    server.answer = held
    with asyncio.Runner() as first:
        reading = first.run(begin())
        with asyncio.Runner() as second:
            answers.set()
            assert second.run(read(rows)) == [*range(4)]
        assert not goes_on or first.run(wait(reading)) == [*range(4)]
    assert reading.cancelled() is not goes_on
