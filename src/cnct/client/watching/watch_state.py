"""The state of a watch in a file: from when to read on, and the rows that were delivered.

Each delivered row adds a line, so that a kill repeats the last row at most. `WatchState.save`
replaces the file by the rows that are still needed. Decides nothing about rows.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from cnct.client.work.files import JsonLines
from cnct.exceptions import JournalError
from cnct.openapi.shapes import Record

_VERSION = 1
_START = '{"watch": "cnct"'


class SeenRow(NamedTuple):
    """A delivered row.

    Attributes:
        digest: Digest of the row.
        at: Time of its last change, ``None`` without one.
    """

    digest: str
    at: datetime | None


class WatchProgress(NamedTuple):
    """The part of a state that changes from look to look.

    Attributes:
        updated: Name of the time of the last change; empty if the list has none.
        created: Name of the time of creation; empty if unused.
        since: Time from which rows are read; ``None`` for all rows.
        start: Time before which rows are not new, until the first look was complete; ``None``
            afterwards.
    """

    updated: str
    created: str
    since: datetime | None
    start: datetime | None = None


class WatchState:
    """The open file of a watch.

    Args:
        path: The file; created if missing.
        watch: Members that identify the watch: endpoint, path and query.

    Attributes:
        progress: WatchProgress of an earlier run; ``None`` if there was none.

    Raises:
        JournalError: If the file cannot be written, belongs to another watch, is in use or damaged.
    """

    def __init__(self, path: Path, watch: Mapping[str, str]) -> None:
        self._path = path
        self._watch = {"watch": "cnct", "version": _VERSION, **watch}
        self.progress: WatchProgress | None = None
        self._seen: dict[str, SeenRow] = {}
        self._mark = 0
        with self._writing():
            _check_place(path)
            self._file = JsonLines(path.absolute(), _START)  # the program may change folders
        try:
            self._load(self._file.read())
            if self.progress is not None:
                self.save(self.progress, self._seen)  # fails here if the folder cannot be written
        except BaseException:
            self._file.close()
            raise

    def _load(self, lines: Iterator[Record]) -> None:
        header = next(lines, None)
        if header is None:
            return
        differences = [
            f"{name} {header.get(name)!r} instead of {value!r}"
            for name, value in self._watch.items()
            if header.get(name) != value
        ]
        if differences:
            raise JournalError(
                f"{self._path} belongs to another watch, with {', '.join(differences)}: use another"
                " file"
            )
        for number, line in enumerate(chain([header], lines), 1):
            try:
                self._take(line)
            except (KeyError, TypeError, ValueError) as error:
                raise JournalError(
                    f"{self._path}, line {number}, is no line of a watch: restore the file, or use"
                    " another one"
                ) from error

    def _take(self, line: Record) -> None:
        if self.progress is None:
            names = _text(line["updated"]), _text(line["created"])
            self.progress = WatchProgress(*names, _moment(line["since"]), _moment(line["start"]))
        else:
            self._seen[_text(line["row"])] = SeenRow(_text(line["digest"]), _moment(line["at"]))

    def take_seen(self) -> dict[str, SeenRow]:
        """Return the rows that earlier runs delivered, by key, and forget them."""
        seen, self._seen = self._seen, {}
        return seen

    def note(self, key: str, row: SeenRow) -> None:
        """Add a delivered row, which outlives a kill of this process from now on."""
        with self._writing():
            self._mark = self._file.append(_line(key, row))
            self._file.write()

    def sync(self) -> None:
        """Wait until the delivered rows are on the disk, to outlive the machine too."""
        with self._writing():
            self._file.sync(self._mark)

    def save(self, progress: WatchProgress, seen: Mapping[str, SeenRow]) -> None:
        """Replace the contents of the file, whole or not at all."""
        times = {"since": _iso(progress.since), "start": _iso(progress.start)}
        header = {**self._watch, **progress._asdict(), **times}
        with self._writing():
            self._file.replace([header, *(_line(key, row) for key, row in seen.items())])
        self._mark = 0
        self.progress = progress

    def close(self) -> None:
        """Write the rest to the disk, and release the file."""
        with self._writing():
            self._file.close()

    @contextmanager
    def _writing(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise JournalError(
                f"The state {str(self._path)!r} cannot be written ({error.strerror}): name a file"
                " in a folder that can"
            ) from error


def _check_place(path: Path) -> None:
    """Refuse a path at which there can be no file.

    Raises:
        JournalError: In this case.
    """
    if path.is_dir():
        raise JournalError(f"The state {str(path)!r} is a directory: name a file in it")
    if path.exists() and not path.is_file():
        raise JournalError(f"The state {str(path)!r} is no regular file: name another one")
    if not path.parent.is_dir():
        raise JournalError(
            f"There is no directory {str(path.parent)!r} for the state {path.name!r}: create it"
            " first"
        )


def _line(key: str, row: SeenRow) -> Record:
    return {"row": key, "digest": row.digest, "at": _iso(row.at)}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(value)
    return at


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
