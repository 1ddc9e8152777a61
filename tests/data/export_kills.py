"""Exports that are killed, and exports of very many rows; `make harvest` runs them.

Each export is a process of its own, so that it can be killed, and its memory be measured.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.killed_programs import started
from tests.work.conftest import request_rows

from cnct.emulator import Emulator, Fault

PROGRAM = """
import asyncio, json, pathlib, re, sys
from cnct import AsyncConnectClient, ConnectClient

world, endpoint, collection, form, file, arguments = sys.argv[1:]
arguments = json.loads(arguments)
is_first = arguments.pop("first", False)
limit = arguments.pop("limit", 1000)


def peak():
    status = pathlib.Path("/proc/self/status").read_text()  # getrusage has the parent's peak, too
    return int(re.search(r"VmHWM:\\s*(\\d+)", status)[1]) * 1024


async def export_async():
    async with AsyncConnectClient("ApiKey SU-1:key", endpoint, use_specs=False) as client:
        rows = client.collection(collection).limit(limit)
        if is_first:
            await getattr(rows[:1000], f"to_{form}")(file)
        before = peak()
        report = await getattr(rows, f"to_{form}")(file, **arguments)
        return report.rows, peak() - before


def export():
    with ConnectClient("ApiKey SU-1:key", endpoint, use_specs=False) as client:
        rows = client.collection(collection).limit(limit)
        if is_first:
            getattr(rows[:1000], f"to_{form}")(file)
        before = peak()
        report = getattr(rows, f"to_{form}")(file, **arguments)
        return report.rows, peak() - before


print(json.dumps(export() if world == "sync" else asyncio.run(export_async())))
"""

LONGEST_EXPORT = 900  # seconds, of 200,000 rows on a slow machine under load
SERVER = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
import server
asyncio.run(server.main())
"""


def export(world, endpoint, collection, form, file, **arguments):
    """Start an export."""
    texts = [world, endpoint, collection, form, str(file), json.dumps(arguments)]
    return started(PROGRAM, *texts)


def run(*words, **arguments):
    """Run an export to its end, and return rows and growth of the memory in bytes."""
    with export(*words, **arguments) as process:
        return json.loads(process.output(LONGEST_EXPORT))


@pytest.mark.parametrize("form", ["csv", "ndjson"])
@pytest.mark.parametrize("world", ["sync", "async"])
def test_a_killed_export_leaves_the_old_file_and_the_next_one_is_whole(world, form, tmp_path):
    file = tmp_path / f"out.{form}"
    with Emulator(records={"requests": request_rows(400)}) as connect:
        words = (world, connect.endpoint, "requests", form, file)
        assert run(*words, limit=20)[0] == 400
        whole = file.read_bytes()
        assert len(whole.splitlines()) == 400 + (form == "csv")
        connect.faults.add(Fault.latency(0.02))
        for pages in (2, 9):
            file.write_bytes(b"old")
            enough = len(connect.requests) + 1 + pages
            with export(*words, limit=20) as process:
                process.wait_for(lambda enough=enough: len(connect.requests) >= enough)
            assert file.read_bytes() == b"old"
            assert file.with_name(f"{file.name}.part").exists()
        connect.faults.clear()
        assert run(*words, limit=20)[0] == 400
    assert file.read_bytes() == whole
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.fixture(scope="module")
def server():
    """The server of the benchmarks: as many rows as the path asks for."""
    with started(SERVER, str(Path(__file__).parents[2] / "benchmarks")) as process:
        yield f"http://127.0.0.1:{process.line()}/ms0/n200000"


@pytest.mark.parametrize(
    ("world", "form", "arguments"),
    [
        ("sync", "ndjson", {}),
        ("sync", "csv", {}),
        ("sync", "ndjson", {"concurrency": 4}),
        ("async", "ndjson", {"concurrency": 4}),
        ("async", "parquet", {}),
        ("sync", "xlsx", {}),
    ],
)
def test_memory_stays_flat_over_200_000_rows_of_2_kb(server, tmp_path, world, form, arguments):
    rows, growth = run(
        world, server, "subscriptions", form, tmp_path / "out", first=True, **arguments
    )
    assert rows == 200_000
    assert growth < 50_000_000, f"{growth:,} bytes"


def test_memory_stays_flat_over_200_000_rows_in_windows(server, tmp_path):
    arguments = {"by": "created", "concurrency": 8, "limit": 100, "first": True}
    words = ("sync", f"{server}/windows", "ranged", "csv", tmp_path / "out")
    rows, growth = run(*words, **arguments)
    assert rows == 200_000
    assert growth < 50_000_000, f"{growth:,} bytes"
