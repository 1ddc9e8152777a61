"""Stores the progress of a scan in a file, and restores it after an interruption."""

from __future__ import annotations

import os

from cnct.client.work.files import JsonLines
from cnct.client.work.scan_fields import ScanField
from cnct.client.work.scan_run import ScanProgress, ScanRun
from cnct.client.work.windows import FieldWindow
from cnct.exceptions import JournalError
from cnct.openapi.shapes import Record

_START = '{"scan": '
_FORMAT = 1


class Checkpoint:
    """The file of a scan: a header with its query, then a line for each window that was read.

    Args:
        path: The file; created if missing.
        scan: Path of the list, endpoint and query.
        field: The field by which the list is cut.

    Attributes:
        progress: Progress of an interrupted scan; ``None`` if there was none.

    Raises:
        JournalError: If the file is in use, or belongs to another or a finished scan.
        OSError: If the file cannot be opened.
    """

    def __init__(
        self, path: str | os.PathLike[str], scan: dict[str, str], field: ScanField
    ) -> None:
        self._field = field
        self._file = JsonLines(path, _START)
        header = {**scan, "by": field.name, "format": _FORMAT}
        try:
            records = [*self._file.read()]
            if not records:
                self._add(header)
            self._check(header, records)
        except BaseException:
            self._file.close()
            raise
        self.progress = self._progress(records[1:])

    def _check(self, header: Record, records: list[Record]) -> None:
        differences = [
            f"{name} {records[0].get(name)!r} instead of {value!r}"
            for name, value in header.items()
            if records and records[0].get(name) != value
        ]
        if differences:
            raise JournalError(
                f"{self._file.path} belongs to another scan, with {', '.join(differences)}: use"
                " another file"
            )
        if records and "finished" in records[-1]:
            raise JournalError(
                f"The scan in {self._file.path} is finished: delete the file to scan again, or use"
                " another file"
            )

    def _progress(self, records: list[Record]) -> ScanProgress | None:
        if not records:
            return None
        axis = self._field.axis
        ends = [record["to"] for record in records if "to" in record]
        since = records[0].get("since")
        return ScanProgress(
            below=axis.position(ends[-1]) if ends and ends[-1] else None,
            has_windows=not ends or ends[-1] is not None,
            has_nulls=not any(record.get("nulls") for record in records),
            since=axis.position(since) if since else None,
            ids=frozenset(key for record in records for key in record.get("ids", ())),
        )

    def note(self, run: ScanRun, window: FieldWindow) -> None:
        """Record a window as read, with the ids of new rows if the field changes."""
        record: Record = {"nulls": True} if run.has_nulls(window) else {}
        if not window.nulls:
            record |= {"from": self._text(window.low), "to": self._text(window.high)}
        self._add(record | self._changing(run))

    def note_changes(self, run: ScanRun) -> None:
        """Record rows that were read again."""
        self._add({"changes": True, **self._changing(run)})

    def _changing(self, run: ScanRun) -> Record:
        if not self._field.changes:
            return {}
        return {"since": self._text(run.since), "ids": run.take_ids()}

    def finish(self) -> None:
        """Record the end of the scan."""
        self._add({"finished": True})

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _text(self, position: int | None) -> str | None:
        return None if position is None else self._field.axis.text(position)

    def _add(self, record: Record) -> None:
        self._file.sync(self._file.append(record))
