"""Plans of `sync` under kills and faults, from a seed; run by ``make harvest``.

After any history, another plan makes the collection equal to the rows: no resource is created
twice, and none is touched that is equal to its row.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time

import pytest
from tests.conftest import KEY

from cnct import AsyncConnectClient, ClientError, ConnectClient
from cnct.emulator import Emulator, Fault

SEED = int(os.environ.get("SEED") or time.time())
HISTORIES = int(os.environ.get("HISTORIES") or 4)
KILLS = int(os.environ.get("KILLS") or 2)  # of each plan
MOST_ROUNDS = 12
MOST_SECONDS = 120  # of one program
ITEMS = "products/PRD-1/items"

SYNC = """
import json, sys
from cnct import ConnectClient
endpoint, rows, journal = sys.argv[1:]
with ConnectClient({key!r}, endpoint, use_specs=False) as client:
    items = client.products["PRD-1"].items.limit(20)
    plan = items.sync(json.loads(rows), by="mpn", delete=True)
    summary = plan.apply(concurrency=3, journal=journal or None)
    print(len(plan), summary.unknown, repr(summary))
"""
ASYNC = """
import asyncio, json, sys
from cnct import AsyncConnectClient
endpoint, rows, journal = sys.argv[1:]
async def main():
    async with AsyncConnectClient({key!r}, endpoint, use_specs=False) as client:
        items = client.products["PRD-1"].items.limit(20)
        plan = await items.sync(json.loads(rows), by="mpn", delete=True)
        summary = await plan.apply(concurrency=3, journal=journal or None)
        print(len(plan), summary.unknown, repr(summary))
asyncio.run(main())
"""


def catalogue(chance: random.Random, size: int):
    """Return resources of a collection, and the rows that it is to be equal to."""
    numbers = chance.sample(range(10_000), size)
    resources = [
        {"id": f"PRD-{number}", "mpn": f"N-{number}", "name": "old", "position": number}
        for number in numbers[: size * 2 // 3]
    ]
    rows = [
        {"mpn": f"N-{number}", "name": chance.choice(["old", "new"]), "position": number}
        for number in numbers[size // 5 :]
    ]
    return resources, rows


def contents(connect):
    with ConnectClient(KEY, connect.endpoint, use_specs=False) as client:
        rows = list(client.products["PRD-1"].items)
    return sorted((row["mpn"], row["name"], row["position"]) for row in rows)


def wanted(rows):
    return sorted((row["mpn"], row["name"], row["position"]) for row in rows)


def check_writes(connect, resources, rows):
    """Each key was created once at most, and only what differed was changed or deleted."""
    calls = [call for call in connect.requests if call.method != "GET"]
    created = [json.loads(call.body)["mpn"] for call in calls if call.method == "POST"]
    assert len(created) == len(set(created))
    names = {row["mpn"]: row["name"] for row in rows}
    same = {row["id"] for row in resources if names.get(row["mpn"]) == row["name"]}
    assert not {call.path.rpartition("/")[2] for call in calls} & same


def count_writes(connect):
    return sum(call.method != "GET" for call in connect.requests)


def kill_after(words, connect, writes, pause):
    """Start a program, and kill it once it has sent some writes; it may end before."""
    total, end = count_writes(connect) + writes, time.monotonic() + MOST_SECONDS
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:  # noqa: S603 - own
        try:
            while process.poll() is None and count_writes(connect) < total:
                assert time.monotonic() < end, f"{count_writes(connect)} writes, SEED={SEED}"
                time.sleep(0.001)
            time.sleep(pause)
        finally:
            is_killed = process.poll() is None
            process.kill()
            _, errors = process.communicate()
    assert is_killed or process.returncode == 0, (SEED, errors.decode())


@pytest.mark.parametrize(("program", "is_journaled"), [(SYNC, True), (ASYNC, False)])
def test_a_killed_plan_is_made_anew_and_nothing_is_created_twice(program, is_journaled, tmp_path):
    chance = random.Random(f"{SEED} {program} {is_journaled}")  # noqa: S311 - no secret
    resources, rows = catalogue(chance, 45)
    journal = str(tmp_path / "plan.jsonl") if is_journaled else ""
    with Emulator(records={"products": [{"id": "PRD-1"}], ITEMS: resources}) as connect:
        words = [sys.executable, "-c", program.format(key=KEY)]
        words += [connect.endpoint, json.dumps(rows), journal]
        connect.faults.add(Fault.latency(0.01))
        for _ in range(KILLS):
            kill_after(words, connect, chance.randint(1, 9), chance.random() * 0.01)
        contents(connect)  # served after the writes that came before
        connect.faults.clear()
        last = subprocess.run(  # noqa: S603 - own
            words, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
        )
        assert last.returncode == 0, (SEED, last.stderr)
        assert contents(connect) == wanted(rows), (SEED, last.stdout)
        check_writes(connect, resources, rows)


FAULTS = (
    lambda: Fault.status(400, probability=0.3, method="POST"),
    lambda: Fault.status(503, probability=0.2),
    lambda: Fault.drop_before(probability=0.2),
    lambda: Fault.drop_after(probability=0.2),
    lambda: Fault.truncate(probability=0.2),
    lambda: Fault.page_cap(7),
)


async def played(connect, rows, chance):
    async with AsyncConnectClient(KEY, connect.endpoint, use_specs=False) as client:
        items = client.products["PRD-1"].items.limit(20)
        plan = await items.sync(rows, by="mpn", delete=True)
        return await plan.apply(concurrency=chance.randint(1, 4))


def plan_and_apply(connect, rows, chance):
    if chance.random() < 0.5:
        return asyncio.run(played(connect, rows, chance))
    with ConnectClient(KEY, connect.endpoint, use_specs=False) as client:
        plan = client.products["PRD-1"].items.limit(20).sync(rows, by="mpn", delete=True)
        return plan.apply(concurrency=chance.randint(1, 4))


@pytest.mark.parametrize("number", range(HISTORIES))
def test_plans_under_faults_end_with_a_collection_that_is_equal_to_the_rows(number):
    chance = random.Random(f"{SEED} {number}")  # noqa: S311 - no secret
    resources, rows = catalogue(chance, 30)
    with Emulator(records={"products": [{"id": "PRD-1"}], ITEMS: resources}) as connect:
        for turn in range(MOST_ROUNDS):
            connect.faults.clear()
            if turn < MOST_ROUNDS // 2:
                connect.faults.add(chance.choice(FAULTS)())
            try:
                summary = plan_and_apply(connect, rows, chance)
            except ClientError:  # the list could not be read
                if turn >= MOST_ROUNDS // 2:
                    raise
                continue
            if summary.complete and not summary.not_done:
                break
        connect.faults.clear()
        assert contents(connect) == wanted(rows), SEED
        created = [row[0] for row in contents(connect)]
        assert len(created) == len(set(created))
