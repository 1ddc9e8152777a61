"""The journal of a job: records the beginning and end of calls, so that no run repeats one.

The first line of the file identifies the job. Each call has a line before and a line after.
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
    """The last state of a resource in earlier runs; ``unknown`` if the call has no end."""

    state: State
    attempts: int


class Journal:
    """An open journal.

    Args:
        path: The file; created if missing.
        job: Members that identify the job: endpoint, path, query and function.
        restart: Whether to begin a finished journal anew.

    Raises:
        JournalError: If the file belongs to another job, is in use, damaged or finished.

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
                f"{self._file.path} belongs to a job that was finished at {self._finished}: "
                "start it anew with journal_restart=True (cnct: --restart), or use another journal"
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
        """Record the beginning of a call, and return the mark to pass to `sync` before the call."""
        return self._file.append({"id": key, "begin": _now()})

    def sync(self, mark: int) -> None:
        """Wait until the lines up to a mark are on the disk."""
        self._file.sync(mark)

    def end(self, outcome: Outcome[Any]) -> None:
        """Record an outcome."""
        line: Record = {"id": outcome.id, "end": _now(), "state": outcome.state}
        if outcome.error is not None:
            line["error"] = error_text(outcome.error)
        self._file.append(line)
        self._file.write()

    def finish(self, counts: Mapping[str, int]) -> None:
        """Record the end of the job."""
        self._file.append({"finished": _now(), **counts})

    def close(self) -> None:
        """Write the journal to the disk, and release the file."""
        self._file.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
