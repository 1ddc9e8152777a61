"""What tests of downloads share: servers of one file, and a client of each world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.conftest import KEY
from tests.transfers.downloads.downloading import CONTENT, FAST
from tests.transfers.ranged_server import RangedServer


@pytest.fixture
def server() -> Iterator[RangedServer]:
    server = RangedServer(CONTENT)
    yield server
    server.close()


@pytest.fixture
def storage() -> Iterator[RangedServer]:
    """Another host: the port differs."""
    server = RangedServer(CONTENT)
    yield server
    server.close()


@pytest.fixture
def client(world, server):
    return world.client(KEY, f"{server.url}/public/v1", max_retries=3, retry=FAST)
