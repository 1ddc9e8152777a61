"""close() beside readers, threads that outlive the main thread, and settings of a session."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from http.cookiejar import CookieJar

import pytest
from requests import Session
from requests.adapters import HTTPAdapter
from tests.conftest import KEY, json_answer

from cnct import AsyncConnectClient, ClientError, ConnectClient


class Held:
    """Serves pages of one row; holds those from an offset on until it may go on."""

    def __init__(self, total=9, first_held=1):
        self.total, self.first_held = total, first_held
        self.arrived, self.go_on = threading.Semaphore(0), threading.Event()

    def __call__(self, got):
        number = int(got.query.rpartition("offset=")[2].split("&")[0])
        if number >= self.first_held:
            self.arrived.release()
            self.go_on.wait(5)
        return json_answer([{"id": number}], Content_Range=f"items {number}-{number}/{self.total}")


def read_in_a_thread(rows):
    """Read a set in a thread; return it, and the list of what came of it."""
    outcome = []

    def read():
        try:
            outcome.append([row["id"] for row in rows])
        except BaseException as error:  # noqa: BLE001 - what comes is looked at
            outcome.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    return thread, outcome


@pytest.mark.parametrize("how", ["kept", "iterator"])
def test_a_reader_whose_client_is_closed_is_told_so(server, how):
    server.answer = held = Held()
    client = ConnectClient(KEY, server.endpoint, use_specs=False, overlap=False)
    rows = client.items.all().concurrency(2).limit(1)
    thread, outcome = read_in_a_thread(rows if how == "kept" else rows.iterator())
    for _ in range(2):
        held.arrived.acquire(timeout=5)
    client.close()
    held.go_on.set()
    thread.join()
    assert type(outcome[0]) is ClientError
    assert "client was closed" in str(outcome[0])
    assert [row["id"] for row in rows] == list(range(9))
    client.close()


def test_readers_beside_close_read_all_or_are_told(server):
    server.answer = Held(total=30, first_held=99)
    client = ConnectClient(KEY, server.endpoint, use_specs=False, overlap=False, concurrency=3)
    stop, outcomes = threading.Event(), []

    def read():
        for _ in range(8):
            thread, outcome = read_in_a_thread(client.items.all().limit(1))
            thread.join()
            outcomes.extend(outcome)

    def close():
        while not stop.wait(0.01):
            client.close()

    readers, closer = (
        [threading.Thread(target=read) for _ in range(2)],
        threading.Thread(target=close),
    )
    for thread in (*readers, closer):
        thread.start()
    for thread in readers:
        thread.join()
    stop.set()
    closer.join()
    client.close()
    assert len(outcomes) == 16
    for outcome in outcomes:
        if outcome != list(range(30)):
            assert type(outcome) is ClientError
            assert "client was closed" in str(outcome)


def test_the_end_of_an_iteration_does_not_end_the_call_of_bool(server):
    """bool() reads a page of the same set, in no iteration."""
    server.answer = held = Held(total=3)
    with ConnectClient(KEY, server.endpoint, use_specs=False, overlap=False) as client:
        rows = client.items.all().concurrency(2).limit(1)
        iterator = iter(rows)
        next(iterator)
        outcome = []
        thread = threading.Thread(target=lambda: outcome.append(rows._has_row(1)))
        thread.start()
        held.arrived.acquire(timeout=5)
        iterator.close()
        held.go_on.set()
        thread.join()
        assert outcome == [True]


LATE = """
import atexit, threading
from cnct import ConnectClient

client = ConnectClient({key!r}, {url!r}, use_specs=False, concurrency=3, overlap=False)

def read():
    threading.main_thread().join()
    print(len(list(client.items.all().limit(1))))

threading.Thread(target=read).start()
atexit.register(lambda: print(len(list(client.items.all().limit(1)))))
"""


def test_pages_are_read_ahead_after_the_main_thread_and_at_exit(server):
    server.answer = Held(first_held=99)
    script = LATE.format(key=KEY, url=server.endpoint)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - the script above
    assert (run.stdout, run.stderr) == ("9\n9\n", "")


class Counting(HTTPAdapter):
    sent = 0

    def send(self, *args, **kwargs):
        Counting.sent += 1
        return super().send(*args, **kwargs)


def test_settings_of_the_session_hold_in_threads_that_read_ahead(server):
    server.answer = Held(first_held=99)
    with ConnectClient(KEY, server.endpoint, use_specs=False, overlap=False) as client:
        client.session.headers["X-Team"] = "blue"
        client.session.cookies.set("mood", "fine")
        client.session.mount("http://", Counting())
        assert len(list(client.items.all().concurrency(3).limit(1))) == 9
    assert Counting.sent == 9
    assert {(got.headers["X-Team"], got.headers["Cookie"]) for got in server.got} == {
        ("blue", "mood=fine")
    }


def test_a_jar_without_copies_is_shared(server):
    server.answer = Held(first_held=99)
    with ConnectClient(KEY, server.endpoint, use_specs=False, overlap=False) as client:
        session: Session = client.session
        session.cookies = CookieJar()
        assert len(list(client.items.all().concurrency(3).limit(1))) == 9


def test_where_no_thread_can_be_started_pages_are_read_by_the_consumer(server, monkeypatch):
    server.answer = Held(first_held=99)
    with ConnectClient(KEY, server.endpoint, use_specs=False, overlap=False) as client:
        monkeypatch.setattr("cnct.client._http.workers._Worker.start", _refuse)
        assert len(list(client.items.all().concurrency(3).limit(1))) == 9


def _refuse(_):
    raise RuntimeError("can't start new thread")


async def calls_of(server, number):
    """Wait until a server has got a number of calls."""
    while len(server.got) < number:  # noqa: ASYNC110 - the server is in another thread
        await asyncio.sleep(0.01)


def test_an_asynchronous_reader_whose_client_is_closed_is_told_so(server):
    server.answer = held = Held()

    async def scenario():
        client = AsyncConnectClient(KEY, server.endpoint, use_specs=False, overlap=False)
        rows = client.items.all().concurrency(2).limit(1)

        async def read():
            return [row["id"] async for row in rows]

        reader = asyncio.create_task(read())
        await calls_of(server, 3)
        await client.aclose()
        with pytest.raises(ClientError, match="client was closed"):
            await reader
        held.go_on.set()
        assert await read() == list(range(9))
        await client.aclose()
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(scenario()) == set()


def test_the_end_of_a_task_does_not_end_the_pages_that_another_waits_for(server):
    server.answer = held = Held()

    async def scenario():
        async with AsyncConnectClient(
            KEY, server.endpoint, use_specs=False, overlap=False
        ) as client:
            rows = client.items.all().concurrency(2).limit(1)
            iterator = aiter(rows)
            await anext(iterator)
            other = asyncio.create_task(rows._has_row(1))
            await calls_of(server, 3)
            await iterator.aclose()
            held.go_on.set()
            assert await other

    asyncio.run(scenario())


def in_loops(number, function):
    """Run a coroutine function in several event loops at once; return what came of it."""
    start, outcomes = threading.Barrier(number), []

    def run():
        start.wait(5)
        try:
            outcomes.append(asyncio.run(function()))
        except BaseException as error:  # noqa: BLE001 - what comes is looked at
            outcomes.append(error)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize("concurrency", [1, 3])
def test_loops_can_read_one_set_at_once(server, concurrency):
    server.answer = Held(total=30, first_held=99)
    client = AsyncConnectClient(KEY, server.endpoint, use_specs=False, overlap=False)
    rows = client.items.all().concurrency(concurrency).limit(1)

    async def read():
        async with client:
            return [row["id"] async for row in rows]

    assert in_loops(3, read) == [list(range(30))] * 3


def test_a_loop_that_stops_in_the_middle_does_not_stop_the_others(server):
    server.answer = held = Held()
    client = AsyncConnectClient(KEY, server.endpoint, use_specs=False, overlap=False)
    rows = client.items.all().concurrency(2).limit(1)

    async def read():
        return [row["id"] async for row in rows]

    async def begin():
        task = asyncio.create_task(read())
        await calls_of(server, 3)
        return task

    with asyncio.Runner() as stopping, asyncio.Runner() as other:
        task = stopping.run(begin())
        held.go_on.set()
        assert other.run(read()) == list(range(9))

        async def go_on():
            return await task

        assert stopping.run(go_on()) == list(range(9))
        other.run(client.aclose())
        stopping.run(client.aclose())


def test_a_loop_that_lost_its_turn_reads_no_page_twice(server):
    server.answer = held = Held(first_held=0)
    client = AsyncConnectClient(KEY, server.endpoint, use_specs=False, overlap=False)
    rows = client.items.all().limit(1)

    async def read():
        return [row["id"] async for row in rows]

    async def begin(calls):
        task = asyncio.create_task(read())
        await calls_of(server, calls)
        return task

    async def go_on(task):
        return await task

    with asyncio.Runner() as stopping, asyncio.Runner() as other:
        one = stopping.run(begin(1))
        two = other.run(begin(2))
        held.go_on.set()
        assert stopping.run(go_on(one)) == list(range(9))
        assert other.run(go_on(two)) == list(range(9))
        other.run(client.aclose())
        stopping.run(client.aclose())


LATE_ASYNC = """
import asyncio, threading
from cnct import AsyncConnectClient

async def main():
    async with AsyncConnectClient({key!r}, {url!r}, use_specs=False, concurrency=3) as client:
        print(len([row async for row in client.items.all().limit(5)]))
        print(await client.create("items?offset=0", data=iter([b"a", b"b"])))

def run():
    threading.main_thread().join()
    asyncio.run(main())

threading.Thread(target=run).start()
"""


def test_the_first_asynchronous_call_works_after_the_main_thread(server):
    server.answer = Held(total=1, first_held=99)
    script = LATE_ASYNC.format(key=KEY, url=server.endpoint)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - the script above
    assert (run.stdout, run.stderr) == ("1\n[{'id': 0}]\n", "")


EXITS = """
import asyncio, sys, threading
from cnct import AsyncConnectClient, ConnectClient

loop = asyncio.new_event_loop()
client = AsyncConnectClient({key!r}, {url!r}, use_specs=False, concurrency=3)
sync = ConnectClient({key!r}, {url!r}, use_specs=False, concurrency=3)
rows, sync_rows = aiter(client.items.all().limit(1)), iter(sync.items.all().limit(1))
loop.run_until_complete(anext(rows)), next(sync_rows)

def run(loop):
    asyncio.set_event_loop(loop)
    loop.run_until_complete(client.get("items?offset=0"))
    loop.run_forever()

if sys.argv[1] == "running":
    threading.Thread(target=run, args=(asyncio.new_event_loop(),), daemon=True).start()
if sys.argv[1] == "error":
    sys.exit(7)
"""


@pytest.mark.parametrize("how", ["plain", "running", "error"])
def test_nothing_is_printed_at_exit(server, how):
    server.answer = Held(first_held=99)
    script = EXITS.format(key=KEY, url=server.endpoint)
    run = subprocess.run([sys.executable, "-c", script, how], capture_output=True, text=True)  # noqa: S603, PLW1510 - the script above, whose status is looked at
    assert (run.returncode, run.stdout, run.stderr) == (7 if how == "error" else 0, "", "")


def test_names_are_looked_up_after_the_main_thread(server):
    server.answer = Held(total=1, first_held=99)
    script = LATE_ASYNC.format(key=KEY, url=server.endpoint.replace("127.0.0.1", "localhost"))
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - the script above
    assert (run.stdout, run.stderr) == ("1\n[{'id': 0}]\n", "")
