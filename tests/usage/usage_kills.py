"""Usage that is killed on its way, and workbooks of many rows; `make harvest` runs them.

Each sending is a process of its own, so that it can be killed, and its memory be measured.
``KILLS`` is the number of kills, ``ROWS`` the number of rows of the large workbook.
"""

from __future__ import annotations

import json
import os
import random
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.killed_programs import LONGEST, started
from tests.usage.conftest import CONTRACT, PRODUCT

from cnct import ConnectClient
from cnct.emulator import Emulator, Fault
from cnct.usage import write_usage

PROGRAM = """
import asyncio, sys
from cnct import AsyncConnectClient, ConnectClient
from cnct.usage import async_send_usage, send_usage

world, endpoint, product, contract, name = sys.argv[1:]
row = {
    "item_search_criteria": "item.mpn",
    "item_search_value": "CPU",
    "asset_search_criteria": "asset.id",
    "asset_search_value": "AS-1",
    "start_time_utc": "2026-01-01",
    "end_time_utc": "2026-01-31",
}
rows = [{**row, "quantity": number} for number in range(40)]
target = {"product": product, "contract": contract, "name": name, "submit": True, "interval": 0.05}


async def send():
    async with AsyncConnectClient("ApiKey x", endpoint, use_specs=False) as client:
        return await async_send_usage(client, rows, **target)


if world == "sync":
    with ConnectClient("ApiKey x", endpoint, use_specs=False) as client:
        report = send_usage(client, rows, **target)
else:
    report = asyncio.run(send())
print(report.status)
"""
MEMORY = """
import json, pathlib, re, sys, time
from cnct.usage import write_usage

def peak():
    status = pathlib.Path("/proc/self/status").read_text()  # getrusage has the parent's peak, too
    return int(re.search(r"VmHWM:\\s*(\\d+)", status)[1])

row = {
    "record_note": "Usage of the month of a customer with a long name.",
    "item_search_criteria": "item.mpn",
    "item_search_value": "CPU",
    "asset_search_criteria": "asset.id",
    "start_time_utc": "2026-01-01 00:00:00",
    "end_time_utc": "2026-01-31 23:59:59",
}
rows = lambda count: ({**row, "asset_search_value": f"AS-{n}", "quantity": n} for n in range(count))
write_usage(sys.argv[1], rows(1000))
before = peak()
write_usage(sys.argv[1], rows(int(sys.argv[2])))
print(json.dumps(peak() - before))
"""
KILLS = int(os.environ.get("KILLS", "2"))
ROWS = int(os.environ.get("ROWS", "5000"))
SEED = int(os.environ.get("SEED") or "1")
REQUESTS = 5  # of one sending: find, create, upload, read, submit
RECORDS: dict[str, list[dict[str, Any]]] = {
    "products": [{"id": PRODUCT}],
    f"products/{PRODUCT}/items": [{"id": "I-1", "mpn": "CPU"}],
    "subscriptions/assets": [{"id": "AS-1", "product": {"id": PRODUCT}}],
}


@pytest.mark.parametrize("kill", range(KILLS))
def test_usage_killed_on_its_way_is_there_once_after_another_run(kill: int, tmp_path, monkeypatch):
    chance = random.Random(f"{SEED} {kill}")  # noqa: S311 - repeatable
    world, after = ("sync", "async")[kill % 2], chance.randrange(REQUESTS)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    held, goes_on = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        goes_on.wait(LONGEST)

    with Emulator(records=RECORDS) as connect:
        # The kill comes while a request is served: its work is done, its response is lost.
        connect.faults.add(Fault.hook(hold, after=after, times=1))
        arguments = (PROGRAM, world, connect.endpoint, PRODUCT, CONTRACT, "january")
        with started(*arguments) as first:
            first.wait_for(held.is_set)
        goes_on.set()
        assert [*tmp_path.iterdir()] == []
        with started(*arguments) as second:
            assert second.output() == "pending\n"
        with ConnectClient("ApiKey x", connect.endpoint, use_specs=False) as client:
            file = client("usage").files.filter(external_id="january").one()
            records = client("usage").records.filter(usagefile__id=file["id"])
            assert sorted(record["usage"] for record in records) == [*map(float, range(40))]
        posts = [call.path.rpartition("/")[2] for call in connect.requests if call.method == "POST"]
        assert (posts.count("files"), posts.count("submit")) == (1, 1)


def test_a_workbook_of_many_rows_is_written_in_flat_memory(tmp_path: Path):
    path = tmp_path / "usage.xlsx"
    with started(MEMORY, str(path), str(ROWS)) as process:
        kibibytes = json.loads(process.output())
    print(f"{ROWS:,} rows: {kibibytes:,} KiB more, {path.stat().st_size:,} bytes")  # noqa: T201 - a figure
    assert kibibytes < 8_000 + ROWS / 4  # a quarter of a KiB a row, for the ids that must differ


def test_a_write_that_is_killed_leaves_no_workbook(tmp_path: Path):
    path, part = tmp_path / "usage.xlsx", tmp_path / "usage.xlsx.part"
    with started(MEMORY, str(path), "1000000") as process:
        process.wait_for(lambda: path.exists() and part.exists())
        whole = path.read_bytes()
    assert path.read_bytes() == whole
    write_usage(path, [RECORD])
    assert not part.exists()


RECORD = {
    "item_search_criteria": "item.mpn",
    "item_search_value": "CPU",
    "asset_search_criteria": "asset.id",
    "asset_search_value": "AS-1",
    "start_time_utc": "2026-01-01",
    "end_time_utc": "2026-01-31",
    "quantity": 1,
}
