"""What tests of downloads share: a content, and downloads that break off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnct import ClientError, RetryPolicy

CONTENT = b"".join(number.to_bytes(4) for number in range(75_000))
FAST = RetryPolicy(base=0.0)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def broken(client, server, path: Path, size: int = 100_000) -> None:
    """Leave a download of which some bytes came."""
    server.breaks = [size]
    once(client, "reports/R-1", path)


def once(client, url: str, path: Path, **options: Any) -> None:
    """Download without retries, and fail."""
    client.max_retries = 0
    with pytest.raises(ClientError):
        client.download(url, path, **options)
    client.max_retries = 3
