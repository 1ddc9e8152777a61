"""Time calls against a server without latency: ``calls.py SUBJECT SERVER``, seconds as JSON."""

import asyncio
import json
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from subjects import asynchronous, sync

CALLS, WARM_UP = 400, 40
READS, ROWS = 2, 10_000


def calls(subject: str, endpoint: str) -> dict[str, float]:
    """Time one GET, the median of many, and reading all rows, the best of some."""
    client = sync(subject, endpoint)
    seconds = []
    for _ in range(WARM_UP + CALLS):
        began = perf_counter()
        client.one()
        seconds.append(perf_counter() - began)
    return {
        "get": median(seconds[WARM_UP:]),
        "rows": min(read(client.kept) for _ in range(READS)),
        "streamed": min(read(client.streamed) for _ in range(READS)),
    }


async def async_calls(subject: str, endpoint: str) -> dict[str, float]:
    """Time the same of the asynchronous client."""
    client = asynchronous(subject, endpoint)
    seconds = []
    for _ in range(WARM_UP + CALLS):
        began = perf_counter()
        await client.one()
        seconds.append(perf_counter() - began)
    return {
        "async get": median(seconds[WARM_UP:]),
        "async rows": min([await async_read(client.kept) for _ in range(READS)]),
        "async streamed": min([await async_read(client.streamed) for _ in range(READS)]),
    }


def read(rows: Callable[[], Any]) -> float:
    """Time reading all rows, once."""
    began = perf_counter()
    check(sum(1 for _ in rows()))
    return perf_counter() - began


async def async_read(rows: Callable[[], Any]) -> float:
    """Time the same in the asynchronous world."""
    began = perf_counter()
    count = 0
    async for _ in rows():
        count += 1
    check(count)
    return perf_counter() - began


def check(count: int) -> None:
    """Stop where a figure would be that of less work."""
    if count != ROWS:
        raise SystemExit(f"{count} rows instead of {ROWS}")


if __name__ == "__main__":
    subject, server = sys.argv[1:]
    endpoint = f"{server}/ms0/n{ROWS}"
    print(json.dumps({**calls(subject, endpoint), **asyncio.run(async_calls(subject, endpoint))}))
