"""Programs that watch, killed at random moments while others write; run by ``make harvest``.

Each program appends a line for each row that it has handled. After the last one, the last line of
each row is the present version, and no version has more lines than there were kills.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.conftest import KEY
from tests.data.drifting import START, served
from tests.killed_programs import started
from tests.work.watch_laws import LateUsers

from cnct import ConnectClient
from cnct.emulator import Emulator
from cnct.emulator.clock import Clock

SEED = int(os.environ.get("SEED") or time.time())
KILLS = int(os.environ.get("KILLS") or 2)

SYNC = """
import json, sys
from cnct import ConnectClient
key, endpoint, spec, state, log = sys.argv[1:]
with ConnectClient(key, endpoint, specs_location=spec) as client, open(log, "a") as file:
    print("ready", flush=True)
    for row in client.requests.limit(10).watch(since="all", state=state, interval=0.02):
        file.write(json.dumps(row) + "\\n")
        file.flush()
"""

ASYNC = """
import asyncio, json, sys
from cnct import AsyncConnectClient
key, endpoint, spec, state, log = sys.argv[1:]
async def main():
    async with AsyncConnectClient(key, endpoint, specs_location=spec) as client:
        with open(log, "a") as file:
            print("ready", flush=True)
            watched = client.requests.limit(10)
            async for row in watched.watch(since="all", state=state, interval=0.02):
                file.write(json.dumps(row) + "\\n")
                file.flush()
asyncio.run(main())
"""


@pytest.mark.parametrize("program", [SYNC, ASYNC], ids=["sync", "async"])
def test_a_killed_watch_goes_on_where_it_was(program, tmp_path):
    chance = random.Random(f"{SEED}/{program}")  # noqa: S311 - no secrets
    state, log = tmp_path / "state", tmp_path / "log"
    with Emulator(records={}, clock=Clock(START)) as connect:
        others = LateUsers(connect, SEED)
        for _ in range(5):
            others.insert(20)
            connect.clock.advance(1200)
        for _ in range(KILLS):
            arguments = (KEY, connect.endpoint, str(connect.spec), str(state), str(log))
            with started(program, *arguments) as process:
                assert process.line() == "ready", f"SEED={SEED}"
                end = time.monotonic() + chance.uniform(0, 0.8)
                while time.monotonic() < end:
                    others.work()
                    connect.clock.advance(chance.choice((0, 0.001, 1, 60)))
                    time.sleep(chance.uniform(0, 0.02))
        with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
            rows = [*client.requests.watch(since="all", state=state, timeout=0)]
        lines = [*handled(log), *map(json.dumps, rows)]
        present = served(connect)
    last = {row["id"]: row for row in map(json.loads, lines)}
    assert {key: last.get(key) for key in present} == present, f"SEED={SEED}"
    assert max(Counter(lines).values()) <= 1 + KILLS, f"SEED={SEED}"


def handled(log: Path) -> list[str]:
    """Return the lines that were written whole."""
    return [line[:-1] for line in log.read_text("utf-8").splitlines(keepends=True) if "\n" in line]
