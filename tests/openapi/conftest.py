"""What the tests of the specification share: a cache of their own, a document to write."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cnct.openapi import OpenAPISpecs

PETSTORE = Path(__file__).with_name("petstore.yaml")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep away from the user's cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("CNCT_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def pets() -> OpenAPISpecs:
    return OpenAPISpecs(PETSTORE)


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str | bytes, name: str = "openapi.yml", age: float = 3600) -> Path:
        """Write a document that has last been changed some seconds ago."""
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        then = path.stat().st_mtime - age
        os.utime(path, (then, then))
        return path

    return write
