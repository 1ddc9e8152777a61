"""The laws of mirrors under faults and kills, from a seed; run by ``make harvest``.

After any history, `sync` and `reconcile` leave no row missed or stale, and a full `reconcile` no
embedded object.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import time
import warnings
from contextlib import closing, suppress
from datetime import timedelta

import pytest
from tests.conftest import KEY
from tests.data.drifting import START, OtherUsers, mirrored, own, served
from tests.killed_programs import started

from cnct import AsyncConnectClient, ClientError, ConnectClient, DriftWarning
from cnct.client.mirroring import mirror as mirrors
from cnct.client.work import source
from cnct.emulator import Emulator, Fault
from cnct.emulator.clock import Clock

SEED = int(os.environ.get("SEED") or time.time())
HISTORIES = int(os.environ.get("HISTORIES") or 12)
KILLED = int(os.environ.get("KILLED") or 1)  # histories
KILLS = int(os.environ.get("KILLS") or 4)  # of each
ROUNDS = 6

FAULTS = (
    lambda: Fault.status(503, probability=0.2),
    lambda: Fault.drop_before(probability=0.2),
    lambda: Fault.drop_after(probability=0.2),
    lambda: Fault.truncate(probability=0.2),
    lambda: Fault.status(400, path="requests", after=3, times=1),
    lambda: Fault.page_cap(7, path="requests"),
)

RUNS = (("sync", {}), ("sync", {}), ("reconcile", {}), ("reconcile", {"full": True}))

PROGRAM = """
import asyncio, sys
from cnct import AsyncConnectClient, ConnectClient
from cnct.client.mirroring import mirror as mirrors
from cnct.client.work import source

mirrors._ROWS, source._ROWS, source._PAGES = 20, 50, 1
world, key, endpoint, spec, file = sys.argv[1:]

async def run():
    async with AsyncConnectClient(key, endpoint, specs_location=spec) as client:
        async with client.mirror(file) as mirror:
            print("ready", flush=True)
            await mirror.sync("requests", concurrency=3)
            await mirror.reconcile(full=True)

if world == "async":
    asyncio.run(run())
else:
    with ConnectClient(key, endpoint, specs_location=spec) as client:
        with client.mirror(file) as mirror:
            print("ready", flush=True)
            mirror.sync("requests")
            mirror.reconcile()
"""


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    """Read small lists as others are read: in windows of several pages."""
    monkeypatch.setattr(mirrors, "_ROWS", 20)
    monkeypatch.setattr(source, "_ROWS", 50)
    monkeypatch.setattr(source, "_PAGES", 1)


class Runner:
    """Runs a mirror in either world, once in each call.

    Args:
        connect: The emulator.
        file: The mirror.
        is_async: Whether to use the asynchronous client.
    """

    def __init__(self, connect, file, is_async):
        self._connect, self._file, self._is_async = connect, file, is_async

    def run(self, method, *args, **kwargs):
        options = {"specs_location": self._connect.spec, "clock": self._connect.clock}
        if self._is_async:
            return asyncio.run(self._async_run(options, method, args, kwargs))
        with (
            ConnectClient(KEY, self._connect.endpoint, **options) as client,
            client.mirror(self._file) as mirror,
        ):
            return getattr(mirror, method)(*args, **kwargs)

    async def _async_run(self, options, method, args, kwargs):
        async with (
            AsyncConnectClient(KEY, self._connect.endpoint, **options) as client,
            client.mirror(self._file) as mirror,
        ):
            return await getattr(mirror, method)(*args, **kwargs)


def check(connect, file, runner):
    connect.faults = []
    runner.run("sync", "requests")
    runner.run("reconcile")
    assert own(mirrored(file)) == own(served(connect))
    runner.run("reconcile", full=True)
    assert mirrored(file) == served(connect)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("seed", range(SEED, SEED + HISTORIES))
def test_nothing_is_missed_or_stale_after_any_history(seed, tmp_path):
    chance = random.Random(seed)  # noqa: S311 - no secrets
    file = tmp_path / "connect.db"
    with Emulator(records={}, clock=Clock(START), seed=seed) as connect:
        others = OtherUsers(connect, seed, timedelta(minutes=chance.choice((-5, 0, 0, 5))))
        others.insert(chance.choice((0, 3, 60, 150)))
        runner = Runner(connect, file, chance.random() < 0.5)
        for _ in range(ROUNDS):
            faults = [Fault.hook(others.work, path="requests", probability=chance.random())]
            faults += [make() for make in FAULTS if chance.random() < 0.2]
            connect.faults = faults
            method, options = chance.choice(RUNS)
            with warnings.catch_warnings(), suppress(ClientError):  # what was committed stays
                warnings.simplefilter("ignore", DriftWarning)
                runner.run(method, "requests", concurrency=chance.choice((1, 3)), **options)
            connect.faults = []
            for _ in range(chance.choice((1, 20, 70))):
                connect.clock.advance(chance.choice((0, 0, 0.001, 1, 60, 7200)))
                others.work()
                if chance.random() < 0.2:
                    others.embed()
        check(connect, file, runner)


@pytest.mark.parametrize("world", ["sync", "async"])
@pytest.mark.parametrize("seed", range(SEED, SEED + KILLED))
def test_a_run_may_be_killed_anywhere(seed, world, tmp_path):
    chance = random.Random(seed)  # noqa: S311 - no secrets
    file = tmp_path / "connect.db"
    with Emulator(records={}, clock=Clock(START)) as connect:
        others = OtherUsers(connect, seed)
        for _ in range(10):
            others.insert(60)
            connect.clock.advance(timedelta(days=9))
        arguments = [world, KEY, connect.endpoint, str(connect.spec), str(file)]
        for _ in range(KILLS):
            with started(PROGRAM, *arguments) as program:
                assert program.line() == "ready"
                time.sleep(chance.uniform(0, 1.2))
            for _ in range(20):
                connect.clock.advance(chance.choice((0, 1, 60)))
                others.work()
        check(connect, file, Runner(connect, file, world == "async"))
