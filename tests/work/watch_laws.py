"""The law of watches under faults, skewed clocks, late rows and restarts; run by ``make harvest``.

After any history, the version of each row that was handled last is the present one, and no version
came more often than the watch was cut off. ``SEED`` repeats a run.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections import Counter
from contextlib import aclosing, closing
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import KEY
from tests.data.drifting import START, OtherUsers, served

from cnct import AsyncConnectClient, ClientError, ConnectClient
from cnct.emulator import Emulator, Fault
from cnct.emulator.clock import Clock

SEED = int(os.environ.get("SEED") or time.time())
HISTORIES = int(os.environ.get("HISTORIES") or 5)
RUNS = 4
LATEST = 500  # seconds by which a row shows up after its time; with the skew, less than a lookback

FAULTS = (
    lambda: Fault.status(503, probability=0.2),
    lambda: Fault.status(429, retry_after=7, probability=0.2),
    lambda: Fault.drop_before(probability=0.2),
    lambda: Fault.drop_after(probability=0.2),
    lambda: Fault.truncate(probability=0.2),
    lambda: Fault.status(400, path="requests", after=5, times=1),
    lambda: Fault.page_cap(3, path="requests"),
)


class LateUsers(OtherUsers):
    """Other users, some of whose transactions end long after the time that they write.

    No version of a row is like another one.
    """

    _revision = 0

    def _replace(self, changes: dict[str, Any]) -> None:
        self._revision += 1
        super()._replace({**changes, "note": f"revision {self._revision}"})

    def now(self) -> str:
        late = self.chance.choice((0, 0, 0.25, LATEST)) * self.chance.random()
        now = self.connect.clock.now() + self._skew - timedelta(seconds=late)
        return now.replace(microsecond=self.chance.choice((0, 0, now.microsecond))).isoformat()


class Consumer:
    """Handles the rows of a watch in either world, and is cut off now and then.

    Args:
        connect: The emulator.
        options: Arguments of the watch.
        chance: Decides about cuts.
    """

    def __init__(self, connect: Emulator, options: dict[str, Any], chance: random.Random) -> None:
        self._connect, self._options, self._chance = connect, options, chance
        self._is_async = chance.random() < 0.3
        self._limit = chance.choice((7, 20, 100))
        self._client_options: dict[str, Any] = {"clock": connect.clock, "max_retries": 1}
        if chance.random() < 0.7:
            self._client_options["specs_location"] = connect.spec
        else:
            self._client_options["use_specs"] = False
        self.rows: dict[str, Any] = {}
        self.versions: Counter[str] = Counter()
        self.cuts = 0

    def run(self, timeout: float, cut: float = 0) -> None:
        """Watch for some time; leave the loop at a row with a probability."""
        try:
            if self._is_async:
                asyncio.run(self._async_run(timeout, cut))
            else:
                self._run(timeout, cut)
        except ClientError:
            self.cuts += 1

    def _run(self, timeout: float, cut: float) -> None:
        with ConnectClient(KEY, self._connect.endpoint, **self._client_options) as client:
            rows = client.requests.limit(self._limit)
            with closing(rows.watch(timeout=timeout, **self._options)) as changes:
                for row in changes:
                    if self._is_cut(row, cut):
                        return

    async def _async_run(self, seconds: float, cut: float) -> None:
        async with AsyncConnectClient(
            KEY, self._connect.endpoint, **self._client_options
        ) as client:
            rows = client.requests.limit(self._limit)
            async with aclosing(rows.watch(timeout=seconds, **self._options)) as changes:
                async for row in changes:
                    if self._is_cut(row, cut):
                        return

    def _is_cut(self, row: Any, cut: float) -> bool:
        self.versions[json.dumps(row, sort_keys=True)] += 1
        if self._chance.random() < cut:
            self.cuts += 1
            return True
        self.rows[row["id"]] = row
        return False


def check(connect: Emulator, consumer: Consumer, before: dict[str, Any]) -> None:
    present = served(connect)
    assert {key: consumer.rows.get(key, before.get(key)) for key in present} == present
    assert max(consumer.versions.values(), default=0) <= 1 + consumer.cuts


@pytest.mark.filterwarnings("ignore::cnct.DriftWarning", "ignore::cnct.FullScanWarning")
@pytest.mark.parametrize("seed", range(SEED, SEED + HISTORIES))
def test_every_change_is_delivered_at_least_once(seed, tmp_path):
    random.seed(seed)  # of the pauses
    chance = random.Random(seed)  # noqa: S311 - no secrets
    with Emulator(records={}, clock=Clock(START), seed=seed) as connect:
        skew = timedelta(minutes=chance.choice((-5, 0, 0, 5)))
        others = LateUsers(connect, seed, skew)
        others.insert(chance.choice((0, 3, 20)))
        is_from_all = chance.random() < 0.3
        options: dict[str, Any] = {"state": tmp_path / "state", "interval": chance.choice((30, 60))}
        options |= {"since": "all"} if is_from_all else {}
        before = {} if is_from_all else served(connect)
        consumer = Consumer(connect, options, chance)
        consumer.run(timeout=0)
        for _ in range(RUNS):
            connect.faults = [
                Fault.hook(others.work, path="requests", probability=chance.random() / 2),
                *(make() for make in FAULTS if chance.random() < 0.2),
            ]
            consumer.run(timeout=chance.choice((0, 100, 1000)), cut=chance.choice((0, 0.05, 0.5)))
            connect.faults = []
            for _ in range(chance.choice((0, 1, 20))):
                connect.clock.advance(chance.choice((0, 0, 0.001, 1, 60, 7200)))
                others.work()
        consumer.run(timeout=0)
        check(connect, consumer, before)


@pytest.mark.filterwarnings("ignore::cnct.DriftWarning", "ignore::cnct.FullScanWarning")
@pytest.mark.parametrize("seed", range(SEED, SEED + HISTORIES))
def test_a_watch_that_is_never_cut_off_yields_no_version_twice(seed):
    random.seed(seed)  # of the pauses
    chance = random.Random(seed)  # noqa: S311 - no secrets
    with Emulator(records={}, clock=Clock(START), seed=seed) as connect:
        skew = timedelta(minutes=chance.choice((-5, 0, 0, 5)))
        others = LateUsers(connect, seed, skew)
        others.insert(chance.choice((0, 3, 20)))
        before = served(connect)
        consumer = Consumer(connect, {"interval": chance.choice((20, 60))}, chance)
        end = connect.clock.now() + timedelta(seconds=600)

        def work() -> None:
            if connect.clock.now() < end:
                others.work()

        likely = chance.random() / 2
        connect.faults = [Fault.hook(work, path="requests", after=2, probability=likely)]
        consumer.run(timeout=2000)
        assert consumer.cuts == 0
        check(connect, consumer, before)
