"""What tests of watches share: a local Connect whose clock stands still, and clients of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import KEY

from cnct import (
    ConnectClient,
)
from cnct.emulator import Clock, Emulator, Fault

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def emulator():
    with Emulator(records={}, clock=Clock(START)) as emulator:
        yield emulator


@pytest.fixture
def connect(emulator):
    """A local Connect without requests, at a time that stands still."""
    emulator.clock.freeze(START)
    emulator.faults = []
    emulator.ids = set()
    yield emulator
    for name in emulator.ids:
        emulator.delete(f"requests/{name}")


@pytest.fixture
def either(connect, world):
    """A client of each world."""
    return world.client(KEY, connect.endpoint, clock=connect.clock, **documented(connect))


@pytest.fixture(scope="module")
def client(emulator):
    """A synchronous client: what a watch decides is the same in both worlds."""
    options = {"clock": emulator.clock, "specs_location": emulator.spec}
    with ConnectClient(KEY, emulator.endpoint, **options) as client:
        yield client


@pytest.fixture
def blind(connect):
    """A client without a document."""
    options = {"clock": connect.clock, "use_specs": False}
    with ConnectClient(KEY, connect.endpoint, **options) as client:
        yield client


@pytest.fixture
def idle():
    """A client that calls nobody."""
    with ConnectClient(KEY, "http://127.0.0.1:9/public/v1", use_specs=False) as client:
        yield client


@pytest.fixture
def state(tmp_path):
    return tmp_path / "requests.watch"


def documented(connect) -> dict[str, Any]:
    return {"use_specs": True, "specs_location": connect.spec}


def put(connect, *names: str, ago: float = 0, **fields: Any) -> None:
    """Write requests that changed some seconds ago, as transactions do that end late."""
    now = (connect.clock.now() - timedelta(seconds=ago)).isoformat()
    for name in names:
        if name in connect.ids:
            connect.delete(f"requests/{name}")
        row = {"id": name, "status": "pending", "created": now, "updated": now, **fields}
        connect.insert("requests", row)
        connect.ids.add(name)


def at_reads(connect, steps: dict[int, Callable[[], object]]) -> None:
    """Take steps before reads of requests, which are numbered from 1."""
    number = 0

    def step() -> None:
        nonlocal number
        number += 1
        steps.get(number, lambda: None)()

    connect.faults.add(Fault.hook(step, path="requests"))


def ids(rows: Any) -> list[str]:
    return [row["id"] for row in rows]


def reads(connect) -> int:
    return sum(request.path.endswith("requests") for request in connect.requests)
