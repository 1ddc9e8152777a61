"""Fixtures for the tests of help and completion: clients with a document that never make a call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY
from tests.console.garden import GARDEN

from cnct import ConnectClient
from cnct.emulator.server import DEFAULT_SPEC

NOWHERE = "http://127.0.0.1:9/public/v1"  # "discard": nothing listens there


def knowing(location: Any, **settings: Any) -> ConnectClient:
    client = ConnectClient(KEY, NOWHERE, specs_location=location, **settings)
    assert client.specs
    client.specs.load()
    return client


@pytest.fixture
def client() -> Iterator[ConnectClient]:
    """A client that knows a small Connect."""
    with knowing(DEFAULT_SPEC) as client:
        yield client


@pytest.fixture
def garden_file(tmp_path: Path) -> Path:
    path = tmp_path / "garden.json"
    path.write_text(json.dumps(GARDEN), encoding="utf-8")
    return path


@pytest.fixture
def garden(garden_file: Path) -> Iterator[ConnectClient]:
    """A client of an API that has what Connect has not."""
    with knowing(garden_file) as client:
        yield client


@pytest.fixture
def blind() -> Iterator[ConnectClient]:
    """A client without any document."""
    with ConnectClient(KEY, NOWHERE, use_specs=False) as client:
        yield client
