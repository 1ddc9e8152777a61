"""Exports in parts that are killed at random points, several times, and resumed.

Run by ``make harvest``; ``SEED`` repeats a run.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import pytest
from arro3.io import read_parquet
from tests.conftest import KEY
from tests.data.test_exports import DOCUMENT
from tests.killed_programs import started
from tests.work.conftest import request_rows

from cnct import ConnectClient
from cnct.emulator import Emulator, Fault

SEED = int(os.environ.get("SEED") or time.time())
ROWS = 300
KILLS = int(os.environ.get("KILLS") or 2)  # of each export
OPTIONS = {"most": 25, "concurrency": 2}

SYNC = """
import sys
from cnct import ConnectClient
endpoint, spec, form, path = sys.argv[1:]
with ConnectClient({key!r}, endpoint, specs_location=spec) as client:
    getattr(client.requests.all().limit(20), "to_" + form)(path, **{options})
"""
ASYNC = """
import asyncio, sys
from cnct import AsyncConnectClient
endpoint, spec, form, path = sys.argv[1:]
async def main():
    async with AsyncConnectClient({key!r}, endpoint, specs_location=spec) as client:
        await getattr(client.requests.all().limit(20), "to_" + form)(path, **{options})
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def connect(tmp_path_factory):
    spec = tmp_path_factory.mktemp("document") / "document.json"
    spec.write_text(json.dumps(DOCUMENT))
    with Emulator(spec=spec, records={"requests": request_rows(ROWS)}) as emulator:
        emulator.faults.add(Fault.latency(0.05))
        yield emulator


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


@pytest.mark.parametrize("form", ["ndjson", "parquet"])
@pytest.mark.parametrize("script", [SYNC, ASYNC], ids=["sync", "async"])
def test_a_killed_export_ends_with_the_bytes_of_an_uninterrupted_one(
    connect, tmp_path, form, script
):
    chance = random.Random(f"{SEED}/{form}/{script}")  # noqa: S311 - no secrets
    with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
        getattr(client.requests.all().limit(50), f"to_{form}")(tmp_path / "whole", most=25)
    out = tmp_path / "out"
    program = script.format(key=KEY, options=OPTIONS)
    arguments = (connect.endpoint, str(connect.spec), form, str(out))
    for _ in range(KILLS):
        target = len(complete(out)) + chance.randint(0, 2)
        with started(program, *arguments) as process:
            process.wait_for(lambda target=target: out.exists() and len(complete(out)) >= target)
            time.sleep(chance.uniform(0, 0.1))
        assert all((out / name).exists() for name in complete(out)), f"SEED={SEED}"
    with started(program, *arguments) as process:
        failure = process.failure()
    assert not failure or "is complete" in failure, f"SEED={SEED}: {failure}"
    assert contents(out) == contents(tmp_path / "whole"), f"SEED={SEED}"


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_parts_of_any_format_have_the_same_columns(connect, tmp_path, form):
    with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
        report = getattr(client.requests.all(), f"to_{form}")(tmp_path / "out", partitions=2)
    files = sorted((tmp_path / "out").glob(f"*.{form}"))
    assert (report.rows, len(files)) == (ROWS, 2)
    if form == "parquet":
        tables = [read_parquet(str(file)).read_all() for file in files]
        assert sum(table.num_rows for table in tables) == ROWS
        assert len({str(table.schema) for table in tables}) == 1


def complete(out: Path) -> list[str]:
    """Return the files that the manifest calls complete."""
    try:
        plan = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [file["file"] for file in plan["files"] if file["rows"] is not None]
