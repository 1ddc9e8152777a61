"""Time calls of many threads and tasks at once: ``crowds.py SUBJECT SERVER``, seconds as JSON."""

import asyncio
import json
import sys
import threading
from statistics import median
from time import perf_counter

from subjects import asynchronous, sync

THREADS, CALLS = 16, 200
TASKS = 500
RUNS = 5  # the first one opens the connections


def threads(subject: str, endpoint: str) -> float:
    """Time GETs of threads: on one client, while a bare session belongs to one thread."""
    clients = [sync(subject, endpoint)] * THREADS
    if subject == "bare":
        clients = [sync(subject, endpoint) for _ in range(THREADS)]
    start = threading.Barrier(THREADS + 1)

    def call(number: int) -> None:
        start.wait()
        for _ in range(CALLS):
            clients[number].one()

    runners = [threading.Thread(target=call, args=(number,)) for number in range(THREADS)]
    for runner in runners:
        runner.start()
    start.wait()
    began = perf_counter()
    for runner in runners:
        runner.join()
    return perf_counter() - began


async def tasks(subject: str, endpoint: str) -> float:
    """Time concurrent GETs on one client, the median of some runs."""
    client = asynchronous(subject, endpoint)
    seconds = []
    for _ in range(RUNS):
        began = perf_counter()
        await asyncio.gather(*(client.one() for _ in range(TASKS)))
        seconds.append(perf_counter() - began)
    return median(seconds[1:])


if __name__ == "__main__":
    subject, server = sys.argv[1:]
    endpoint = f"{server}/ms0/n1"
    figures = {"threads": median(threads(subject, endpoint) for _ in range(RUNS))}
    print(json.dumps({**figures, "tasks": asyncio.run(tasks(subject, endpoint))}))
