"""Uploads that are killed, and uploads of large files; `make harvest` runs them.

Each upload is a process of its own, so that it can be killed, and its memory be measured.
``KILLS`` is the number of kills, ``MEBIBYTES`` the size of the large file.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.killed_programs import LONGEST, RunningProgram, started

PROGRAM = """
import asyncio, json, pathlib, re, sys
from cnct import AsyncConnectClient, ConnectClient

world, endpoint, source, journal = sys.argv[1:]
source, key = pathlib.Path(source), "ApiKey SU-1:key"


def peak():
    status = pathlib.Path("/proc/self/status").read_text()  # getrusage has the parent's peak, too
    return int(re.search(r"VmHWM:\\s*(\\d+)", status)[1]) * 1024


def calls(client):
    if source.is_dir():
        yield client.things.upload_directory(source, field="f", concurrency=2, journal=journal)
    else:
        yield client.things.upload(source, "f")
        with source.open("rb") as file:
            yield client.things.create(files={"f": file})


async def upload_async():
    async with AsyncConnectClient(key, endpoint, use_specs=False) as client:
        await client.create("warm", files={"f": b"1"})
        before = peak()
        results = [await call for call in calls(client)]
        return results, peak() - before


def upload():
    with ConnectClient(key, endpoint, use_specs=False) as client:
        client.create("warm", files={"f": b"1"})
        before = peak()
        return list(calls(client)), peak() - before


results, growth = upload() if world == "sync" else asyncio.run(upload_async())
if source.is_dir():
    results = [[str(outcome.id) for outcome in results[0].failures]]
print(json.dumps([results, growth]))
"""
KILLS = int(os.environ.get("KILLS", "2"))
MEBIBYTES = int(os.environ.get("MEBIBYTES", "64"))
SEED = int(os.environ.get("SEED") or "1")
FILES_A_KILL, SIZE = 6, 300_000  # two files are on their way at a kill


class Receiver(ThreadingHTTPServer):
    """Takes uploads, and keeps the names of those that came whole.

    Attributes:
        whole: The names.
        is_due: Whether so many bytes have come that the process is to be killed. From then on
            nothing is read, so that the process cannot come to its end before.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.whole: list[str] = []
        self.is_due = threading.Event()
        self._left = 1 << 62
        self._goes_on = threading.Event()
        self.endpoint = f"http://127.0.0.1:{self.server_port}/public/v1"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    def stop_after(self, size: int) -> None:
        """Read so many bytes of the next process, and then no more until it is killed."""
        self._left = size
        self.is_due.clear()
        self._goes_on.clear()

    def go_on(self) -> None:
        """Read everything that has been sent, and is to come."""
        self._left = 1 << 62
        self._goes_on.set()

    def count(self, size: int) -> None:
        """Count received bytes, and wait for the kill if it is due."""
        self._left -= size
        if self._left < 0:
            self.is_due.set()
            self._goes_on.wait(LONGEST)

    def close(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        digest, head = hashlib.sha256(), b""
        while left:
            piece = self.rfile.read1(min(left, 1 << 16))
            if not piece:
                return
            head = head or piece
            left -= len(piece)
            digest.update(piece)
            self.server.count(len(piece))
        name = head.partition(b'filename="')[2].partition(b'"')[0].decode()
        self.server.whole.append(name)
        boundary = self.headers["Content-Type"].partition("boundary=")[2]
        body = json.dumps({"digest": digest.hexdigest(), "boundary": boundary}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.go_on()
    receiver.close()


def uploading(
    world: str, receiver: Receiver, source: Path
) -> AbstractContextManager[RunningProgram]:
    journal = source.with_suffix(".jsonl")
    return started(PROGRAM, world, receiver.endpoint, str(source), str(journal))


def run(world: str, receiver: Receiver, source: Path) -> tuple[list[Any], int]:
    """Run an upload to its end, and return the results, and the growth of the memory in bytes."""
    with uploading(world, receiver, source) as process:
        results, growth = json.loads(process.output())
    return results, growth


@pytest.mark.parametrize("world", ["sync", "async"])
def test_an_upload_of_a_directory_that_is_killed_goes_on_and_sends_nothing_twice(
    world, tmp_path, receiver
):
    chance = random.Random(f"{world}{SEED}")  # noqa: S311 - no secret depends on it
    folder = tmp_path / "files"
    folder.mkdir()
    names = [f"{number:03}.bin" for number in range(FILES_A_KILL * KILLS)]
    for name in names:
        (folder / name).write_bytes(chance.randbytes(SIZE))
    for _ in range(KILLS):
        receiver.stop_after(chance.randrange((FILES_A_KILL - 3) * SIZE))
        with uploading(world, receiver, folder) as process:
            process.wait_for(receiver.is_due.is_set)
        receiver.go_on()
    (unknown,), _ = run(world, receiver, folder)
    whole = Counter(name for name in receiver.whole if name != "f")
    assert set(whole.values()) == {1}
    assert len(unknown) <= 2 * KILLS
    assert set(names) <= set(whole) | set(unknown)


@pytest.mark.parametrize("world", ["sync", "async"])
def test_a_large_file_is_uploaded_in_little_memory(world, tmp_path, receiver):
    file = tmp_path / "large.bin"
    block = random.Random(SEED).randbytes((1 << 20) - 1)  # noqa: S311 - no secret depends on it
    with file.open("wb") as out:
        for _ in range(MEBIBYTES):
            out.write(block)
    results, growth = run(world, receiver, file)
    for result, media_type in zip(results, ("application/octet-stream", ""), strict=True):
        assert result["digest"] == digest(file, result["boundary"], media_type)
    assert growth < 12 << 20


def digest(file: Path, boundary: str, media_type: str) -> str:
    """Return the digest of the form with a file."""
    kind = f"\r\nContent-Type: {media_type}" if media_type else ""
    disposition = f'Content-Disposition: form-data; name="f"; filename="{file.name}"'
    whole = hashlib.sha256(f"--{boundary}\r\n{disposition}{kind}\r\n\r\n".encode())
    with file.open("rb") as content:
        while piece := content.read(1 << 20):
            whole.update(piece)
    whole.update(f"\r\n--{boundary}--\r\n".encode())
    return whole.hexdigest()
