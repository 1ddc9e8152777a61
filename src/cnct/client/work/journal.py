"""The journal of a job: what it has begun and ended, so that a later run does nothing twice.

The first line of the file identifies the job. Each call has a line before it and a line after it.
Decides nothing about resources.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from cnct.client.work.files import JsonLines
from cnct.client.work.outcomes import STATES, Id, Outcome, State, error_text
from cnct.exceptions import JournalError
from cnct.openapi.shapes import Record

_VERSION = 1
_START = '{"journal": "cnct"'


class Past(NamedTuple):
    """The last state of a resource in earlier runs; ``unknown`` if its call has no end."""

    state: State
    attempts: int


class Journal:
    """An open journal.

    Args:
        path: The file; created if there is none.
        job: Members that identify the job: endpoint, path, query and function.
        restart: Whether a finished journal starts anew.

    Raises:
        JournalError: If the file is another job's, in use, damaged, or finished.

    Attributes:
        past: States of earlier runs, by id.
    """

    def __init__(
        self, path: str | os.PathLike[str], job: Mapping[str, Any], *, restart: bool
    ) -> None:
        self.past: dict[Id, Past] = {}
        self._finished = ""
        self._file = JsonLines(path, _START)
        try:
            self._open({"journal": "cnct", "version": _VERSION, **job}, restart=restart)
        except BaseException:
            self._file.close()
            raise

    def _open(self, header: Record, *, restart: bool) -> None:
        lines = self._file.read()
        first = next(lines, None)
        if first is not None:
            self._check(header, first)
            self._learn(lines)
        if self._finished and not restart:
            raise JournalError(
                f"{self._file.path} belongs to a job that was finished at {self._finished}: pass "
                "journal_restart=True to start it anew, or another journal"
            )
        if self._finished:
            self.past.clear()
            self._file.clear()
        if first is None or self._finished:
            self._file.sync(self._file.append({**header, "started": _now()}))

    def _check(self, header: Record, first: Record) -> None:
        for name, value in header.items():
            if first.get(name) != value:
                raise JournalError(
                    f"{self._file.path} belongs to another job: its {name} is {first.get(name)!r}, "
                    f"not {value!r}. Use another file"
                )

    def _learn(self, lines: Iterator[Record]) -> None:
        for number, line in enumerate(lines, 2):
            if "finished" in line:
                self._finished = str(line["finished"])
            elif "id" in line and ("begin" in line or line.get("state") in STATES):
                past = self.past.get(line["id"], Past("failed", 0))
                is_begin = "begin" in line
                state: State = "unknown" if is_begin else line["state"]
                self.past[line["id"]] = Past(state, past.attempts + is_begin)
            else:
                raise JournalError(f"{self._file.path}, line {number}, is no line of a journal")

    def begin(self, key: Id) -> int:
        """Note that a call is about to begin; pass the mark that is returned to `sync` first."""
        return self._file.append({"id": key, "begin": _now()})

    def sync(self, mark: int) -> None:
        """Wait until the lines up to a mark are on the disk."""
        self._file.sync(mark)

    def end(self, outcome: Outcome[Any]) -> None:
        """Note an outcome."""
        line: Record = {"id": outcome.id, "end": _now(), "state": outcome.state}
        if outcome.error is not None:
            line["error"] = error_text(outcome.error)
        self._file.append(line)
        self._file.write()

    def finish(self, counts: Mapping[str, int]) -> None:
        """Note that the job has come to its end."""
        self._file.append({"finished": _now(), **counts})

    def close(self) -> None:
        """Write the journal to the disk, and release the file."""
        self._file.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
