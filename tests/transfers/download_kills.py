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
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
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


def command(world: str, server: RangedServer, path: Path) -> list[str]:
    return [sys.executable, "-c", PROGRAM, world, server.url, str(path)]


def run(world: str, server: RangedServer, path: Path) -> int:
    """Run a download to its end, and return the growth of the memory in bytes."""
    done = subprocess.run(  # noqa: S603 - our own program
        command(world, server, path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    growth: int = json.loads(done.stdout)
    return growth


@pytest.mark.parametrize("world", ["sync", "async"])
def test_a_download_killed_at_any_byte_is_continued_there_to_the_same_bytes(world, tmp_path):
    chance = random.Random(f"{world}{SEED}")  # noqa: S311 - no secret depends on it
    content = chance.randbytes(3_000_000)
    server = RangedServer(content)
    path = tmp_path / "out"
    part = path.with_name("out.part")
    ends = sorted(chance.randrange(1, len(content)) for _ in range(KILLS))
    start = 0
    for end in ends:
        prepare(server)
        server.stalls = [end - start]
        with subprocess.Popen(command(world, server, path)) as process:  # noqa: S603 - same
            while not part.exists() or part.stat().st_size < end:
                time.sleep(0.001)
            process.kill()
        assert server.ranges_requested()[1] == (f"bytes={start}-" if start else None)
        assert part.read_bytes() == content[:end]
        assert not path.exists()
        start = end
    prepare(server)
    run(world, server, path)
    assert server.ranges_requested()[1] == f"bytes={start}-"
    assert path.read_bytes() == content
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out"]
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
def test_memory_stays_flat_over_a_large_file(world, large, tmp_path):
    server = RangedServer(large)
    prepare(server)
    growth = run(world, server, tmp_path / "out")
    server.close()
    assert digest(tmp_path / "out") == digest(tmp_path / "large")
    assert growth < 24 << 20, f"{growth:,} bytes"
