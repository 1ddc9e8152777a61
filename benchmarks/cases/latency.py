"""Time reading all rows from far away: ``latency.py SUBJECT SERVER``, seconds as JSON.

cnct fetches ten pages at a time. The incumbent can only fetch one after the other; the latency
dominates so much that it is measured once, with the rows kept.
"""

import asyncio
import json
import sys

from calls import ROWS, async_read, read
from subjects import asynchronous, sync

MILLISECONDS, CONCURRENCY = 50, 10


def late(subject: str, endpoint: str) -> dict[str, float]:
    """Time reading all rows, once, over connections as a first call leaves them."""
    client = sync(subject, endpoint, CONCURRENCY)
    client.one()
    result = {"late rows": read(client.kept)}
    if subject == "cnct":
        result["late streamed"] = read(client.streamed)
    return result


async def async_late(subject: str, endpoint: str) -> dict[str, float]:
    """Time the same of the asynchronous client."""
    client = asynchronous(subject, endpoint, CONCURRENCY)
    await client.one()
    result = {"async late rows": await async_read(client.kept)}
    if subject == "cnct":
        result["async late streamed"] = await async_read(client.streamed)
    return result


if __name__ == "__main__":
    subject, server = sys.argv[1:]
    endpoint = f"{server}/ms{MILLISECONDS}/n{ROWS}"
    print(json.dumps({**late(subject, endpoint), **asyncio.run(async_late(subject, endpoint))}))
