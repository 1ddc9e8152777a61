"""What tests of work over many resources share: a local Connect with pending requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import KEY

from cnct.emulator import Emulator

START = datetime(2024, 1, 1, tzinfo=UTC)


def request_rows(count: int, start: int = 0, status: str = "pending") -> list[dict[str, Any]]:
    return [
        {
            "id": f"PR-{number:04}",
            "status": status,
            "created": (START + timedelta(seconds=number)).isoformat(),
        }
        for number in range(start, start + count)
    ]


def spread_rows(count: int) -> list[dict[str, Any]]:
    """Return requests of a whole year, which few calls cut into windows."""
    return [
        {**row, "created": (START + timedelta(days=365 * number / count)).isoformat()}
        for number, row in enumerate(request_rows(count))
    ]


@pytest.fixture
def connect() -> Iterator[Emulator]:
    with Emulator(records={"requests": request_rows(25)}) as emulator:
        yield emulator


@pytest.fixture
def asker(connect: Emulator, world: Any) -> Any:
    """A client of each world."""
    return world.client(KEY, connect.endpoint)


@pytest.fixture
def pending(asker: Any) -> Any:
    return asker.requests.filter(status="pending").limit(10)


@pytest.fixture
def approve(connect: Emulator, world: Any) -> Callable[[Any], Any]:
    """A function that takes each request out of the set, and remembers the ids in ``calls``."""

    def approve(row: Any) -> str:
        calls.append(row["id"])
        connect.delete(f"requests/{row['id']}")
        return row["id"].lower()

    calls: list[str] = []
    function = world.function(approve)
    function.calls = calls
    return function


@pytest.fixture
def idle(world: Any) -> Any:
    """A client of each world that calls nobody."""
    return world.client(KEY, "http://127.0.0.1:9/public/v1")
