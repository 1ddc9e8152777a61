"""Time work over lists: ``work.py SUBJECT SERVER``, seconds and counts as JSON.

The incumbent approves in a plain loop, and asks for the usage of each row.
"""

import json
import sys
import uuid
from time import perf_counter
from typing import Any

REQUESTS, LATENCY, CONCURRENCY = 1000, 50, 8
KEY = "ApiKey SU-000-000-000:secret"


class Run:
    """A run with lists of its own."""

    def __init__(self, subject: str, server: str, path: str, **settings: int) -> None:
        if subject == "cnct":
            from cnct import ConnectClient
        else:
            from connect.client import ConnectClient
        endpoint = f"{server}/{path}/{uuid.uuid4().hex}"
        self.client: Any = ConnectClient(KEY, endpoint, use_specs=False, **settings)

    def calls(self) -> int:
        """Return the number of requests so far."""
        return int(self.client.get("calls"))


def approve(subject: str, server: str) -> dict[str, float]:
    """Time approving what is pending, and count what is left."""
    run = Run(subject, server, f"ms{LATENCY}/n{REQUESTS}")
    pending = run.client.requests.filter(status="pending")

    def approve_one(row: dict[str, Any]) -> None:
        run.client.requests[row["id"]]("approve").post(payload={"template_id": "TL-1"})

    began = perf_counter()
    if subject == "cnct":
        pending.process(approve_one, concurrency=CONCURRENCY).raise_for_failures()
    else:
        for row in pending:
            approve_one(row)
    seconds = perf_counter() - began
    ideal = run.calls() * LATENCY / 1000 / CONCURRENCY
    left = run.client.requests.filter(status="pending").count()
    return {"approve": seconds, "approve calls": ideal, "left": left}


def report(subject: str, server: str) -> dict[str, float]:
    """Time reading the usage of 1,000 assets."""
    run = Run(subject, server, f"ms5/n{REQUESTS}")
    assets = run.client.assets.all().limit(500)
    began = perf_counter()
    if subject == "cnct":
        rows = assets.prefetch(usage=run.client.records.on("asset.id"))
        count = sum(len(row["usage"]) for row in rows)
    else:
        count = sum(len(list(run.client.records.filter(asset__id=row["id"]))) for row in assets)
    seconds = perf_counter() - began
    check(count, 2 * REQUESTS)
    return {"report": seconds, "report calls": run.calls()}


def scan(server: str) -> dict[str, float]:
    """Time scanning in windows, and a plain loop with the same concurrency."""
    number = 100_000
    seconds = {}
    for name in ("plain", "scan", "plain", "scan"):
        rows = Run("cnct", server, f"ms20/n{number}", concurrency=10).client.ranged.all()
        began = perf_counter()
        read = rows.iterator() if name == "plain" else rows.scan(by="created", concurrency=10)
        check(sum(1 for _ in read), number)
        seconds[name] = perf_counter() - began  # of the second reading: the server has its pages
    return seconds


def at_rest(server: str) -> dict[str, float]:
    """Time reading pages that overlap, and pages by offsets, in turn: the best of ten."""
    from cnct import ConnectClient

    client = ConnectClient(KEY, f"{server}/ms0/n10000", use_specs=False)
    seconds: dict[str, list[float]] = {"overlapping": [], "offsets": []}
    for number in range(20):
        name = ("overlapping", "offsets")[number % 2]
        rows = client.subscriptions.all().overlap(name == "overlapping")
        began = perf_counter()
        check(sum(1 for _ in rows.iterator()), 10_000)
        seconds[name].append(perf_counter() - began)
    return {name: min(values) for name, values in seconds.items()}


def check(count: int, expected: int) -> None:
    """Stop where a figure would be that of less work."""
    if count != expected:
        raise SystemExit(f"{count} rows instead of {expected}")


if __name__ == "__main__":
    subject, server = sys.argv[1:]
    figures = {**approve(subject, server), **report(subject, server)}
    if subject == "cnct":
        figures |= {**scan(server), **at_rest(server)}
    print(json.dumps(figures))
