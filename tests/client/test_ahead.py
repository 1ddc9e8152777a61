"""Reading ahead: pages fetched at a time, in order, never too many, and given up cleanly."""

from __future__ import annotations

import asyncio
import re
import signal
import threading
import time
from urllib.parse import unquote

import pytest
from tests.conftest import KEY, json_answer

from cnct import AsyncConnectClient, ClientError, ConnectClient, RetryPolicy
from cnct.client._http.threads import Ahead
from cnct.emulator import Emulator, Fault


class Slow:
    """Serves pages of ten rows, and watches how many calls it has at a time.

    A call is held until ``together`` of them are there, so that a client that asks for less at a
    time is seen (it runs into ``patience``), and one that asks for more as well. The second page is
    held until the offset ``late_until`` is asked for.
    """

    def __init__(self, total=95, together=1, patience=5.0, failing_offset=None, late_until=0):
        self.total, self.together, self.patience = total, together, patience
        self.failing_offset, self.late_until = failing_offset, late_until
        self.now = self.most = self.furthest = 0
        self.changed = threading.Condition()

    def __call__(self, got):
        offset = int(re.search(r"offset=(\d+)", unquote(got.query))[1])
        with self.changed:
            self.now += 1
            self.most = max(self.most, self.now)
            self.furthest = max(self.furthest, offset)
            self.changed.notify_all()
            if 0 < offset <= 10:
                assert self.changed.wait_for(
                    lambda: self.furthest >= self.late_until, self.patience
                )
            if 0 < offset <= self.total - 10 * self.together:
                self.changed.wait_for(lambda: self.most >= self.together, self.patience)
        try:
            if offset == self.failing_offset:
                return json_answer({"errors": ["no"]}, 400)
            rows = [{"id": number} for number in range(offset, min(offset + 10, self.total))]
            return json_answer(rows, Content_Range=f"items {offset}-{offset + 9}/{self.total}")
        finally:
            with self.changed:
                self.now -= 1


def ids(rows):
    return [row["id"] for row in rows]


@pytest.mark.parametrize("how", ["all", "iterator", "pages"])
def test_rows_come_in_order_however_many_pages_are_under_way(server, world, how):
    server.answer = Slow(together=4)
    rows = world.client(KEY, server.endpoint, concurrency=4).products.all()
    if how == "pages":
        read = [row["id"] for page in rows.pages() for row in page]
    else:
        read = ids(rows if how == "all" else rows.iterator())
    assert read == list(range(95))
    assert server.answer.most == 4
    assert len(server.got) == 11


def test_a_set_has_a_width_of_its_own(server, world):
    server.answer = Slow(together=3)
    rows = world.client(KEY, server.endpoint).products.all()
    assert ids(rows.concurrency(3)) == list(range(95))
    assert server.answer.most == 3
    with pytest.raises(ValueError, match="pages must be at least 1"):
        rows.concurrency(0)


def test_a_slow_consumer_is_not_run_ahead_of(server, world):
    server.answer = Slow()
    rows = iter(world.client(KEY, server.endpoint, concurrency=3).products.all().iterator())
    for page in range(4):
        for _ in range(10):
            next(rows)
        time.sleep(0.05)  # time enough to fetch more, if anybody did
        assert len(server.got) <= page + 7


def test_a_call_that_ends_is_followed_by_the_next_at_once(server, world):
    """Even if the page that the consumer waits for is late: twice as many pages are held."""
    server.answer = Slow(together=3, late_until=6 * 9)
    rows = world.client(KEY, server.endpoint, concurrency=3).products.all()
    assert ids(rows.iterator()) == list(range(95))
    assert server.answer.most == 3
    assert len(server.got) == 11


def test_pages_are_fetched_ahead_of_a_consumer_that_has_stopped(server):
    server.answer = Slow()

    async def scenario():
        async with AsyncConnectClient(KEY, server.endpoint, use_specs=False) as client:
            rows = client.products.all().concurrency(3).iterator()
            for _ in range(11):
                await anext(rows)
            while len(server.got) < 7 or server.answer.now:  # noqa: ASYNC110 - in another thread
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.05)  # time enough to fetch more, if anybody did
            await rows.aclose()

    asyncio.run(asyncio.wait_for(scenario(), 10))
    assert len(server.got) == 7
    assert server.answer.most <= 3


def test_a_server_that_comes_to_give_more_is_followed(server, world):
    """Pages that were planned for less are given up, and no row comes twice."""
    slow = Slow()

    def answer(got):
        offset = int(re.search(r"offset=(\d+)", unquote(got.query))[1])
        size = 5 if offset < 15 else 20
        rows = [{"id": number} for number in range(offset, min(offset + size, slow.total))]
        return json_answer(rows, Content_Range=f"items 0-0/{slow.total}")

    server.answer = answer
    assert ids(world.client(KEY, server.endpoint, concurrency=4).products.all()) == [*range(95)]


def test_one_page_at_a_time_is_fetched_when_it_is_needed(server, remote):
    server.answer = Slow()
    rows = iter(remote.products.all())
    for _ in range(10):
        next(rows)
    assert len(server.got) == 1


def test_an_error_comes_after_all_rows_before_it(server, world):
    server.answer = Slow(failing_offset=36)
    rows = world.client(KEY, server.endpoint, concurrency=5).products.all()
    iterator, read = iter(rows), []
    with pytest.raises(ClientError, match="400"):
        read.extend(iter(lambda: next(iterator)["id"], None))
    assert read == list(range(37))
    server.answer = Slow()
    assert ids(rows) == list(range(95))


def test_interleaved_iterations_share_pages(server, world):
    server.answer = Slow()
    rows = world.client(KEY, server.endpoint, concurrency=3).products.all()
    assert [(a["id"], b["id"]) for a, b in zip(rows, rows, strict=True)] == [
        (number, number) for number in range(95)
    ]
    assert len(server.got) == 11


def test_leaving_early_loses_nothing(server, world):
    server.answer = Slow()
    rows = world.client(KEY, server.endpoint, concurrency=3).products.all()
    for row in rows:
        if row["id"] == 14:
            break
    assert ids(rows) == list(range(95))


def test_leaving_early_leaves_no_thread(server):
    server.answer = Slow(together=4)
    with ConnectClient(KEY, server.endpoint, use_specs=False, concurrency=4) as client:
        for row in client.products.all().iterator():
            if row["id"] == 11:
                break
    assert no_thread_of_ours_is_left()


def no_thread_of_ours_is_left():
    """Give threads of clients that have done their work a moment to end."""
    for thread in threads_of_clients():
        thread.join(1)
    return not threads_of_clients()


def threads_of_clients():
    """Return the threads of clients; an emulator that other tests share has one, too."""
    return [thread for thread in threading.enumerate() if thread.name in {"cnct", "cnct-work"}]


def test_leaving_early_leaves_no_task(server):
    server.answer = Slow(together=4)

    async def scenario():
        async with AsyncConnectClient(
            KEY, server.endpoint, use_specs=False, concurrency=4
        ) as client:
            async for row in client.products.all():
                if row["id"] == 11:
                    break
            for _ in range(10):
                await asyncio.sleep(0)
            return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(scenario()) == set()


def test_a_pause_ends_when_nobody_reads_any_more(server):
    """A thread that waits for a retry does not hold up the end of the client."""
    good = Slow()
    waiting = threading.Event()

    def answer(got):
        if "offset=20" in got.query:
            waiting.set()
            return 503, {"Retry-After": "100"}, b""
        return good(got)

    server.answer = answer
    with ConnectClient(
        KEY, server.endpoint, use_specs=False, concurrency=3, max_retries=1
    ) as client:
        rows = iter(client.products.all())
        for _ in range(11):
            next(rows)
        waiting.wait(5)
        del rows
    assert no_thread_of_ours_is_left()


def test_cancellation_ends_a_pause(server):
    server.answer = lambda _: (503, {"Retry-After": "100"}, b"")

    async def scenario():
        client = AsyncConnectClient(KEY, server.endpoint, use_specs=False, max_retries=1)
        async with client, asyncio.timeout(0.2):
            await client.get("x")

    with pytest.raises(TimeoutError):
        asyncio.run(scenario())


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_capping_dropping_throttling_server_loses_no_row(world, concurrency):
    faults = [
        Fault.page_cap(7),
        Fault.status(503, probability=0.1),
        Fault.status(429, retry_after=0, probability=0.1),
        Fault.drop_before(probability=0.1),
        Fault.truncate(probability=0.1),
    ]
    with Emulator(generate={"requests": 150}, faults=faults, seed=5) as connect:
        client = world.client(
            KEY,
            connect.endpoint,
            concurrency=concurrency,
            max_retries=50,
            retry=RetryPolicy(base=0.001),
        )
        read = ids(client.requests.all())
        assert len(read) == len(set(read)) == 150


def test_the_end_of_an_iteration_does_not_end_another_threads(server, monkeypatch):
    """Even if that begins while this one, the last for now, is being cleared away."""
    slow, begun, go_on = Slow(), threading.Event(), threading.Event()

    def answer(got):
        if "offset=50" in got.query:
            begun.set()
            go_on.wait(5)
        return slow(got)

    server.answer = answer
    with ConnectClient(KEY, server.endpoint, use_specs=False, concurrency=3) as client:
        rows = client.products.all()
        first, read, close = iter(rows), [], Ahead.close
        next(first)
        other = threading.Thread(target=lambda: read.extend(ids(rows)))

        def interrupted(ahead):
            monkeypatch.undo()
            other.start()
            begun.wait(0.5)
            close(ahead)
            go_on.set()

        monkeypatch.setattr(Ahead, "close", interrupted)
        first.close()
        other.join()
    assert read == list(range(95))


def test_ctrl_c_ends_the_calls_that_read_ahead_and_a_later_loop_reads_the_rest(server):
    interrupted = []

    def answer(got):
        offset = int(re.search(r"offset=(\d+)", unquote(got.query))[1])
        if offset == 2 and interrupted:
            time.sleep(0.2)  # the main thread waits for this page
            signal.pthread_kill(interrupted.pop(), signal.SIGINT)
            time.sleep(0.2)
        return json_answer([{"id": offset}], Content_Range=f"items {offset}-{offset}/6")

    server.answer = answer
    with ConnectClient(KEY, server.endpoint, use_specs=False, overlap=False) as client:
        rows = client.items.all().limit(1).concurrency(2)
        assert ids(rows.all()) == [*range(6)]  # all modules are loaded now
        interrupted.append(threading.main_thread().ident)
        with pytest.raises(KeyboardInterrupt):
            list(rows)
        assert ids(rows) == [*range(6)]
