"""A mocker and a client of its endpoint, in both worlds."""

from __future__ import annotations

import pytest
from tests.conftest import KEY

from cnct.testing import AsyncConnectClientMocker, ConnectClientMocker

URL = "https://localhost/public/v1"


@pytest.fixture
def make(world):
    """The mocker class of the world."""
    return ConnectClientMocker if world.name == "sync" else AsyncConnectClientMocker


@pytest.fixture
def mocker(world, request):
    prefix = "" if world.name == "sync" else "async_"
    return request.getfixturevalue(f"{prefix}client_mocker_factory")(URL)


@pytest.fixture
def client(world):
    return world.client(KEY, URL)
