"""What tests of downloads share: servers of one file, and a client of each world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.conftest import KEY
from tests.transfers.downloads.downloading import CONTENT, FAST
from tests.transfers.ranged_server import RangedServer
from tests.worlds import Async, Sync


@pytest.fixture(scope="module", params=[Sync, Async], ids=["sync", "async"])
def world(request: pytest.FixtureRequest) -> Iterator[Sync | Async]:
    """Each of the two worlds, for all tests of a module."""
    world = request.param()
    yield world
    world.end()


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[RangedServer, RangedServer]]:
    servers = RangedServer(), RangedServer()
    yield servers
    for server in servers:
        server.close()


@pytest.fixture
def server(servers) -> RangedServer:
    servers[0].reset(CONTENT)
    return servers[0]


@pytest.fixture
def storage(servers) -> RangedServer:
    """Another host: the port differs."""
    servers[1].reset(CONTENT)
    return servers[1]


@pytest.fixture(scope="module")
def shared_client(world, servers):
    return world.client(KEY, f"{servers[0].url}/public/v1", retry=FAST)


@pytest.fixture
def client(shared_client, server):
    shared_client.max_retries = 3
    return shared_client
