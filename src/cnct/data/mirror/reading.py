"""Reads a mirror's file with a separate connection, so that no read waits for a writer.

Answers no queries.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from cnct.data.mirror.file import MirrorFile
from cnct.data.mirror.opening import MEMORY
from cnct.data.mirror.state import CollectionState
from cnct.endpoints import is_same_endpoint
from cnct.exceptions import MirrorError
from cnct.store.tables import Table


class MirroredCollection(NamedTuple):
    """A collection that was read to its end.

    Attributes:
        state: Place of the collection, and the selection with which rows were read.
        table: The table of the rows.
    """

    state: CollectionState
    table: Table


class MirrorReading:
    """A mirror's file, opened at the first read.

    Safe to use from several threads and after a fork. Can be copied and pickled, unless the mirror
    is in memory.

    Args:
        path: The file, or ``:memory:``.
        endpoint: Base URL of the client that reads.
        in_memory: Returns the file of a mirror in memory.
    """

    def __init__(self, path: str, endpoint: str, in_memory: Callable[[], MirrorFile]) -> None:
        self._path = path
        self._endpoint = endpoint
        self._in_memory: Callable[[], MirrorFile] | None = in_memory if path == MEMORY else None
        self._files: dict[int, MirrorFile] = {}
        self._locks: dict[int, threading.Lock] = {}

    @property
    def file(self) -> MirrorFile:
        """The file.

        Raises:
            MirrorError: If there is no such file, or the file cannot be opened or is a mirror of
                another endpoint.
        """
        if self._in_memory is not None:
            return self._in_memory()
        process = os.getpid()  # SQLite's connections must not be used after a fork
        with self._locks.setdefault(process, threading.Lock()):
            if process not in self._files:
                if not self._exists:
                    raise MirrorError(
                        f"{self._path} does not exist: write mirror.sync('requests') first"
                    )
                self._files[process] = self._opened()
        return self._files[process]

    @contextmanager
    def errors(self) -> Generator[None]:
        """Convert the errors of SQLite, for a ``with`` block that reads.

        Raises:
            MirrorError: If the file cannot be read.
        """
        try:
            yield
        except sqlite3.Error as error:
            raise MirrorError(
                f"{self._path} cannot be read: {error}. Write mirror.sync(), or delete the file and"
                " make the mirror anew"
            ) from error

    @property
    def _exists(self) -> bool:
        return self._in_memory is not None or Path(self._path).exists()

    def _opened(self) -> MirrorFile:
        file = MirrorFile(self._path, is_read_only=True)
        with self.errors():
            endpoint = file.fact("endpoint")
        if endpoint and not is_same_endpoint(endpoint, self._endpoint):
            file.close()
            raise MirrorError(
                f"{self._path} is a mirror of {endpoint}, not of {self._endpoint}: read it with a"
                f" client of {endpoint}"
            )
        return file

    def close(self) -> None:
        """Close the connection; a later read opens another one."""
        file = self._files.pop(os.getpid(), None)
        if file is not None:
            file.close()

    def collections(self) -> list[CollectionState]:
        """Return the collections that were read to their end, in the order of their paths."""
        return [state for state in self.file.states() if state.is_complete]

    def collection(self, path: str) -> MirroredCollection | None:
        """Return the collection at a path that was read to its end, or ``None``.

        Args:
            path: Path below the endpoint, percent-encoded.
        """
        place = segments(path)
        with self.errors():
            for state in self.collections():
                if segments(state.path) == place:
                    return MirroredCollection(state, self.file.table(state.key))
        return None

    def paths(self) -> list[str]:
        """Return the paths of `collections`; none if the file does not exist."""
        with self.errors():
            return [state.path for state in self.collections()] if self._exists else []

    def names(self, kind: str) -> list[str]:
        """Return the names at the top of the mirror: ``collections`` or ``namespaces``."""
        with self.errors():
            states = self.file.states() if self._exists else []
        keys = [state.key.split("/") for state in states]
        has_collections = kind == "collections"
        names = (key[0] for key in keys if (key[1:2] in ([], ["{}"])) == has_collections)
        return list(dict.fromkeys(names)) if kind in ("collections", "namespaces") else []

    def last_number(self) -> int:
        """Return the number of the last change; 0 before the first."""
        with self.errors():
            return self.file.ledger.last_number()

    def __getstate__(self) -> dict[str, Any]:
        """Return the path; a copy opens the file for itself."""
        return {**vars(self), "_files": {}, "_locks": {}}


def segments(path: str) -> list[str]:
    """Return the segments of a path, percent-decoded."""
    return [unquote(segment) for segment in path.strip("/").split("/")]
