"""Downloads that are killed, and downloads of large files; `make harvest` runs them.

Each download is a process of its own, so that it can be killed, and its memory be measured.
``KILLS`` is the number of kills, ``MEBIBYTES`` the size of the large file.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.killed_programs import started
from tests.transfers.ranged_server import RangedServer

PROGRAM = """
import asyncio, json, pathlib, re, sys
from cnct import AsyncConnectClient, ConnectClient

world, endpoint, path = sys.argv[1:]


def peak():
    status = pathlib.Path("/proc/self/status").read_text()  # getrusage has the parent's peak, too
    return int(re.search(r"VmHWM:\\s*(\\d+)", status)[1]) * 1024


async def download_async():
    async with AsyncConnectClient("ApiKey SU-1:key", endpoint, use_specs=False) as client:
        await client.get("warm")
        before = peak()
        await client.download("file", path)
        return peak() - before


def download():
    with ConnectClient("ApiKey SU-1:key", endpoint, use_specs=False) as client:
        client.get("warm")
        before = peak()
        client.download("file", path)
        return peak() - before


print(json.dumps(download() if world == "sync" else asyncio.run(download_async())))
"""
KILLS = int(os.environ.get("KILLS", "2"))
MEBIBYTES = int(os.environ.get("MEBIBYTES", "64"))
SEED = int(os.environ.get("SEED") or "1")


def prepare(server: RangedServer) -> None:
    """Make the server ready for a process, whose first call is of no download."""
    server.requests.clear()
    server.answers = [(200, {"Content-Type": "application/json"}, b"{}")]


def run(world: str, server: RangedServer, path: Path) -> int:
    """Run a download to its end, and return the growth of the memory in bytes."""
    with started(PROGRAM, world, server.url, str(path)) as process:
        growth: int = json.loads(process.output())
    return growth


def size_of(path: Path) -> int:
    """Return the size of a file; -1 if there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


@pytest.mark.parametrize("world", ["sync", "async"])
def test_a_download_killed_at_any_byte_is_continued_there_to_the_same_bytes(
    world, tmp_path, server
):
    chance = random.Random(f"{world}{SEED}")  # noqa: S311 - no secret depends on it
    server.content = content = chance.randbytes(3_000_000)
    path, part = tmp_path / "out", tmp_path / "out.part"
    start = 0
    for end in sorted(chance.sample(range(1, len(content)), KILLS)):
        prepare(server)
        server.stalls = [end - start]
        with started(PROGRAM, world, server.url, str(path)) as process:
            process.wait_for(lambda end=end: size_of(part) >= end)
        assert server.ranges_requested()[1] == (f"bytes={start}-" if start else None)
        assert part.read_bytes() == content[:end]
        assert not path.exists()
        start = end
    prepare(server)
    run(world, server, path)
    assert server.ranges_requested()[1] == f"bytes={start}-"
    assert path.read_bytes() == content
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out"]


@pytest.fixture
def server() -> Iterator[RangedServer]:
    server = RangedServer()
    yield server
    server.goes_on.set()
    server.close()


@pytest.fixture
def large(tmp_path: Path) -> Iterator[mmap.mmap]:
    """A large file whose bytes differ from place to place."""
    file = tmp_path / "large"
    block = random.Random(SEED).randbytes((1 << 20) - 1)  # noqa: S311 - no secret depends on it
    with file.open("wb") as out:
        for _ in range(MEBIBYTES):
            out.write(block)
    with file.open("rb") as whole, mmap.mmap(whole.fileno(), 0, prot=mmap.PROT_READ) as content:
        yield content


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.parametrize("world", ["sync", "async"])
def test_memory_stays_flat_over_a_large_file(world, large, tmp_path, server):
    server.content = large
    prepare(server)
    growth = run(world, server, tmp_path / "out")
    assert digest(tmp_path / "out") == digest(tmp_path / "large")
    assert growth < 24 << 20, f"{growth:,} bytes"
