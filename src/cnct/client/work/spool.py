"""Keeps the rows of a slice during a job: a few in memory, many in a temporary file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self

_MOST_BYTES = 8 << 20  # in memory


class Spool:
    """Rows in order."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_MOST_BYTES)  # noqa: SIM115 - closed by __exit__

    def add(self, rows: list[Any]) -> None:
        """Append rows."""
        for row in rows:
            self._file.write(json.dumps(row).encode() + b"\n")

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows."""
        self._file.seek(0)
        for line in self._file:
            yield json.loads(line)

    def __enter__(self) -> Self:
        """Return the spool."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Remove the rows."""
        self._file.close()
