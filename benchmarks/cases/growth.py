"""Measure lists of 1,000 to 1,000,000 rows: ``growth.py SUBJECT SERVER``, as JSON.

Rows are read with ``iterator()`` in pages of 1,000, in both worlds, and have nothing but an id, so
that the figures are those of the client. Seconds, and the bytes by which the peak of the resident
memory exceeds that of an earlier reading of 1,000 rows.
"""

import asyncio
import json
import sys
import uuid
from time import perf_counter
from typing import Any

from memory import peak

SIZES = (10**3, 10**4, 10**5, 10**6)
SETTINGS: dict[str, Any] = {"use_specs": False, "default_limit": 1000}
KEY = "ApiKey SU-000-000-000:secret"


def endpoint(server: str, number: int) -> str:
    """Return an endpoint with a list of so many rows."""
    return f"{server}/ms0/n{number}/{uuid.uuid4().hex}"


def read(server: str, number: int) -> float:
    """Time reading a list of so many rows."""
    from cnct import ConnectClient

    with ConnectClient(KEY, endpoint(server, number), **SETTINGS) as client:
        began = perf_counter()
        check(sum(1 for _ in client.assets.all().iterator()), number)
        return perf_counter() - began


async def async_read(server: str, number: int) -> float:
    """Time the same in the asynchronous world."""
    from cnct import AsyncConnectClient

    async with AsyncConnectClient(KEY, endpoint(server, number), **SETTINGS) as client:
        began = perf_counter()
        count = 0
        async for _ in client.assets.all().iterator():
            count += 1
        check(count, number)
        return perf_counter() - began


def check(count: int, expected: int) -> None:
    """Stop where a figure would be that of less work."""
    if count != expected:
        raise SystemExit(f"{count} rows instead of {expected}")


if __name__ == "__main__":
    _, server = sys.argv[1:]
    figures = {}
    read(server, SIZES[0])
    before = peak()
    for number in SIZES:
        figures[f"rows: {number}"] = read(server, number)
        figures[f"memory: {number}"] = max(peak() - before, 0)
    asyncio.run(async_read(server, SIZES[0]))
    before = peak()
    for number in SIZES:
        figures[f"async rows: {number}"] = asyncio.run(async_read(server, number))
        figures[f"async memory: {number}"] = max(peak() - before, 0)
    print(json.dumps(figures))
