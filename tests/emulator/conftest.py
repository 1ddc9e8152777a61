"""An emulator spoken to with plain requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from tests.conftest import KEY

from cnct.emulator import Emulator


class Http(requests.Session):
    """A session below an endpoint."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        self.headers["Authorization"] = KEY

    def request(self, method, url, *args, **kwargs):
        return super().request(method, f"{self.endpoint}/{url}", *args, **kwargs)


@pytest.fixture
def http(connect: Emulator) -> Iterator[Http]:
    with Http(connect.endpoint) as session:
        yield session
