"""Ends that come early: Ctrl-C, cancellation, consumers that leave."""

from __future__ import annotations

import asyncio
import signal
import threading
import time

import pytest
from tests.conftest import KEY
from tests.work.conftest import request_rows

from cnct import AsyncConnectClient
from cnct.client.work import Summary


def test_ctrl_c_finishes_the_call_that_runs(client, connect):
    def approve(row):
        calls.append(row["id"])
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)
        ends.append(row["id"])

    calls, ends = [], []
    with pytest.raises(KeyboardInterrupt) as caught:
        client.requests.all().process(approve)
    summary = caught.value.summary
    assert len(calls) == len(ends) == summary.done == summary.total == 3
    assert (summary.complete, summary.note) == (False, "interrupted")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_interrupts_the_call(client, connect):
    def approve(row):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as caught:
        client.requests.all().process(approve)
    assert (caught.value.summary.unknown, caught.value.summary.total) == (1, 1)


def test_a_handler_of_the_program_stays(client):
    seen = []
    previous = signal.signal(signal.SIGINT, lambda *_: seen.append(1))
    try:
        summary = client.requests.all()[:2].process(lambda _: signal.raise_signal(signal.SIGINT))
    finally:
        signal.signal(signal.SIGINT, previous)
    assert (summary.done, len(seen)) == (2, 2)


def test_ctrl_c_waits_for_the_calls_in_other_threads(client):
    def approve(row):
        with lock:
            calls.append(row["id"])
            is_third = len(calls) == 3
        if is_third:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.05)
        with lock:
            ends.append(row["id"])

    lock, calls, ends = threading.Lock(), [], []
    summary = Summary()
    with pytest.raises(KeyboardInterrupt) as caught:
        client.requests.all().process(approve, concurrency=3, summary=summary)
    assert caught.value.summary is summary
    assert len(calls) == len(ends) == summary.done == summary.total < 25


def test_a_second_ctrl_c_stops_waiting_for_other_threads(client):
    def approve(row):
        with lock:
            calls.append(row["id"])
            is_second = len(calls) == 2
        if is_second:
            for _ in range(2):
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
                time.sleep(0.1)
        release.wait(10)

    lock, calls, release = threading.Lock(), [], threading.Event()
    with pytest.raises(KeyboardInterrupt) as caught:
        client.requests.all().process(approve, concurrency=2)
    summary = caught.value.summary
    assert (summary.unknown, summary.total) == (2, 2)
    release.set()
    for thread in threading.enumerate():
        if thread.name == "cnct-work":
            thread.join()
    assert summary.total == 2


@pytest.mark.parametrize("concurrency", [1, 2])
def test_ctrl_c_interrupts_the_reading(client, concurrency):
    def items():
        yield "a"
        signal.raise_signal(signal.SIGINT)
        raise AssertionError

    with pytest.raises(KeyboardInterrupt) as caught:
        client.each(items(), str, concurrency=concurrency)
    assert caught.value.summary.note == "interrupted"
    assert caught.value.summary.total <= 1


@pytest.mark.parametrize("concurrency", [1, 2])
def test_an_exit_of_the_function_is_an_exit(client, concurrency):
    def approve(row):
        raise SystemExit(3)

    with pytest.raises(SystemExit) as caught:
        client.requests.all().process(approve, concurrency=concurrency)
    assert caught.value.code == 3
    assert 1 <= caught.value.summary.unknown <= concurrency


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_consumer_may_leave(world, pending, approve, concurrency):
    summary = Summary()
    outcomes = pending.outcomes(approve, concurrency=concurrency, summary=summary)
    for outcome in outcomes:
        assert outcome.state == "done"
        break
    if world.name == "sync":
        outcomes.close()
    assert len(approve.calls) == summary.done == summary.total < 25
    assert summary.note == "its outcomes were not read to the end"


@pytest.mark.parametrize("concurrency", [1, 3])
def test_an_error_of_the_progress_ends_the_work(pending, approve, concurrency):
    def show(progress):
        raise LookupError("no display")

    with pytest.raises(LookupError) as caught:
        pending.process(approve, concurrency=concurrency, progress=show)
    summary = caught.value.summary
    assert len(approve.calls) == summary.done < 25


def run_cancelled(connect, body, cancels, **settings):
    """Cancel a job some times after its third call has begun, and return its error."""

    async def main():
        async with AsyncConnectClient(KEY, connect.endpoint, use_specs=False) as client:
            calls = []

            async def function(row):
                calls.append(row["id"])
                if len(calls) == 3:
                    third.set()
                return await body(row)

            third = asyncio.Event()
            job = asyncio.create_task(client.requests.all().process(function, **settings))
            await third.wait()
            for _ in range(cancels):
                job.cancel()
                await asyncio.sleep(0.02)
            with pytest.raises(asyncio.CancelledError) as caught:
                await job
            return caught.value, calls

    return asyncio.run(main())


def test_a_cancelled_job_finishes_what_runs(connect):
    async def body(row):
        await asyncio.sleep(0.05)

    summary = Summary()
    _, calls = run_cancelled(connect, body, 1, concurrency=3, summary=summary)
    assert (summary.done, summary.total, len(calls)) == (3, 3, 3)
    assert summary.note == "interrupted"


@pytest.mark.parametrize("is_stubborn", [False, True])
def test_a_job_that_is_cancelled_twice_waits_no_longer(connect, is_stubborn, monkeypatch):
    from cnct.client.work import in_tasks

    monkeypatch.setattr(in_tasks, "_SECONDS_TO_CANCEL", 0.05)

    async def body(row):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if not is_stubborn:
                raise
            await asyncio.sleep(0.2)

    summary = Summary()
    _, calls = run_cancelled(connect, body, 2, concurrency=3, summary=summary)
    assert (summary.unknown, summary.total, len(calls)) == (3, 3, 3)


def test_reading_that_resists_its_cancellation_is_left(connect):
    async def main():
        async def items():
            reads.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                await asyncio.sleep(0.2)
            yield "a"

        reads = asyncio.Event()
        async with AsyncConnectClient(KEY, connect.endpoint, use_specs=False) as client:
            job = asyncio.create_task(client.each(items(), str, summary=summary))
            await reads.wait()
            for _ in range(2):
                job.cancel()
                await asyncio.sleep(0.02)
            with pytest.raises(asyncio.CancelledError):
                await job

    summary = Summary()
    asyncio.run(main())
    assert (summary.total, summary.note) == (0, "interrupted")


def test_a_thread_whose_result_is_not_awaited_any_more_does_no_harm():
    from cnct.client.work.in_tasks import in_thread

    async def main():
        started, release = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def block():
            loop.call_soon_threadsafe(started.set)
            release.wait()

        waiting = asyncio.create_task(in_thread(block))
        await started.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        release.set()
        await asyncio.sleep(0.02)

    asyncio.run(main())


def test_a_cancellation_inside_the_function_is_its_own(connect):
    async def main():
        async def function(row):
            raise asyncio.CancelledError

        async with AsyncConnectClient(KEY, connect.endpoint, use_specs=False) as client:
            return await client.requests.all()[:3].process(function)

    summary = asyncio.run(main())
    assert (summary.unknown, summary.total, summary.complete) == (3, 3, True)


def test_a_timeout_of_asyncio_ends_a_job(connect):
    async def main():
        async def function(row):
            calls.append(row["id"])
            if len(calls) == 3:
                limit.reschedule(asyncio.get_running_loop().time())
                await asyncio.sleep(0.02)

        async with AsyncConnectClient(KEY, connect.endpoint, use_specs=False) as client:
            async with asyncio.timeout(None) as limit:
                await client.requests.all().process(function, summary=summary)

    calls, summary = [], Summary()
    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert summary.done == summary.total == len(calls) == 3


def test_work_goes_on_in_a_thread_that_outlives_the_main_thread(tmp_path):
    import subprocess
    import sys

    code = f"""
import threading, time
from cnct import ConnectClient
from cnct.emulator import Emulator
connect = Emulator(records={{"requests": {request_rows(5)!r}}}).start()
def work():
    threading.main_thread().join()
    client = ConnectClient({KEY!r}, connect.endpoint, use_specs=False)
    settings = dict(concurrency=3, journal={str(tmp_path / "j")!r}, name="n")
    summary = client.requests.all().process(lambda row: row, **settings)
    print(summary)
    client.close()
    connect.stop()
threading.Thread(target=work).start()
"""
    run = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-W", "error", "-c", code], check=False, capture_output=True, text=True
    )
    assert (run.stdout, run.stderr) == ("<Summary: 5 done of 5>\n", "")
