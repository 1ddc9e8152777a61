"""Decides how a collection of a mirror is brought up to date. No I/O: yields steps.

The cursor is the server's time at the start of a run: rows that change later are found by the next
run. Rows and progress are committed together, a window at a time.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from cnct.client.mirroring.steps import Look, MirrorFlow, Store, Walk
from cnct.client.mirroring.subjects import CollectionToSync
from cnct.client.mirroring.window_keeper import WindowKeeper
from cnct.client.work.scan_run import ScanAnswer
from cnct.data.mirror import CollectionState, MirrorFile, RowCounts
from cnct.exceptions import NotFoundError
from cnct.openapi.shapes import Record
from cnct.rql import R
from cnct.text import listed
from cnct.user_warnings import DriftWarning, FullScanWarning, users_level

_BATCH = 50  # ids in a filter
_GONE = frozenset({404})


class RowTally:
    """Number of rows that a run expects to read, for its progress.

    Attributes:
        expected: The number, ``None`` if unknown.
    """

    def __init__(self) -> None:
        self.expected: int | None = 0

    def expect(self, rows: int | None) -> None:
        """Add the rows of a collection."""
        known = self.expected is not None and rows is not None
        self.expected = (self.expected or 0) + (rows or 0) if known else None


_StoresRows = Callable[[list[Any], Record | None], object]


class CollectionRun:
    """One run over a collection.

    Args:
        file: The mirror's file, locked.
        subject: The collection.
        rows: The set of all rows, with the size of its pages.
        selection: Arguments of ``select()``; ``None`` for those of the last run.
        lookback: Time before the cursor from which changes are read again.
        tally: Receives the number of rows to expect.
        count: Receives the number of rows that were read.

    Attributes:
        counts: Counts of the rows so far.
    """

    def __init__(
        self,
        file: MirrorFile,
        subject: CollectionToSync,
        rows: Any,
        selection: tuple[str, ...] | None,
        lookback: timedelta,
        tally: RowTally,
        count: Callable[[int], object],
    ) -> None:
        self.counts = RowCounts()
        self._tally = tally
        self._count_read = count
        self._file = file
        self._subject = subject
        self._all = rows
        self._selection = selection
        self._lookback = lookback
        self._state = CollectionState(subject.path, subject.table.key, subject.parent)
        self._moment = ""

    def sync(self) -> MirrorFlow[None]:
        """Read new and changed rows; all rows in the first run, and without a field for them."""
        yield Store(self._prepare)
        if not self._subject.cursor.name:
            yield from self._sweep(writes=True, warns=True)
            return
        was_interrupted = bool(self._state.progress)
        yield from self._read_changes()
        if was_interrupted:
            # Rows of windows that were read then may have changed before this run began.
            yield from self._read_changes()

    def _read_changes(self) -> MirrorFlow[None]:
        """Finish an interrupted run, or read the changes since the last one; then move the cursor.

        If rows may have been missed, the cursor stays, so that the next run reads them.
        """
        resumed = _decoded(self._state.progress)
        since = resumed.get("since", self._since())
        rows = self._rows(R() if since is None else self._subject.cursor.since(_moment(since)))
        first = yield from self._first(rows)
        began = self._moment = resumed.get("began") or first.now.isoformat()
        drifts: list[str] = []
        if first.is_whole:
            yield Store(partial(self._write, first.rows))
        else:
            run = {"began": began, "since": since}
            by = self._subject.cursor.by if since is None else self._subject.cursor.name
            store = partial(self._write_window, run)
            drifts = yield from self._walk(rows, by, store, resumed.get("scan"))
        cursor = self._state.cursor if drifts and since else began
        yield Store(partial(self._save_progress, cursor, ""))
        if since is None:
            yield Store(self._file.storage.analyze)

    def reconcile(self, *, full: bool) -> MirrorFlow[None]:
        """Read the ids of all rows, remove the rows that are gone, and add those that are missing.

        Args:
            full: Whether to read whole rows and compare them. Without a field that finds changes,
                this is always done.
        """
        yield Store(self._prepare)
        if not self._state.is_complete:
            yield from self.sync()
        finds_changes = self._subject.cursor.updated is not None
        yield from self._sweep(writes=full or not finds_changes or not self._asks_for_ids)

    def _prepare(self) -> None:
        """Load the state, and begin anew if rows are read with other fields than before."""
        file, subject = self._file, self._subject
        with file.transaction():
            file.describe(subject.table)
            state = file.state(subject.path) or self._state
            selection = state.selection if self._selection is None else self._selection
            field = subject.cursor.name
            if (state.selection, state.field) != (selection, field):
                state = state._replace(selection=selection, field=field, cursor="", progress="")
            file.save(state)
            file.show(state.key, subject.columns)
        self._state = state

    def _since(self) -> str | None:
        """Return the time from which changes are read; ``None`` for all rows."""
        if not self._state.is_complete:
            return None
        return (_moment(self._state.cursor) - self._lookback).isoformat()

    def _rows(self, where: R, selection: tuple[str, ...] | None = None) -> Any:
        query = self._all._query.replaced("where", where)
        selection = self._state.selection if selection is None else selection
        return self._all._with_query(query.replaced("selection", selection))

    def _first(self, rows: Any) -> MirrorFlow[ScanAnswer]:
        """Request the first page of a set.

        Raises:
            NotFoundError: If the server has no such list, mostly since its parent was deleted.
        """
        first: ScanAnswer | None = yield Look(rows, rows._query.size, _GONE)
        if first is None:
            raise gone([self._subject.path])
        self._tally.expect(first.total)
        if first.is_whole:
            self._count_read(len(first.rows))
        return first

    def _walk(
        self, rows: Any, by: str | None, store: _StoresRows, scan: Record | None = None
    ) -> MirrorFlow[list[str]]:
        """Read a set in windows, or page by page if it cannot be cut; return warnings of drift."""
        keeper = WindowKeeper(store, scan, count=self._count_read)
        failure = yield Walk(rows, by, keeper)
        if failure is not None:
            keeper = WindowKeeper(store, count=self._count_read)
            yield Walk(rows, None, keeper)
        for message in keeper.drifts:
            warnings.warn(message, DriftWarning, stacklevel=users_level())
        return keeper.drifts

    def _write(self, rows: list[Any]) -> None:
        self._count(self._file.write(self._state, rows, self._moment))

    def _write_window(self, run: Record, rows: list[Any], scan: Record | None) -> None:
        """Commit the rows of a window together with the progress."""
        with self._file.transaction():
            counts = self._file.write(self._state, rows, self._moment)
            if scan is not None:
                self._save_progress(self._state.cursor, json.dumps({**run, "scan": scan}))
        self._count(counts)

    def _save_progress(self, cursor: str, progress: str) -> None:
        state = self._state._replace(cursor=cursor, progress=progress)
        self._file.save(state)
        self._state = state

    def _count(self, counts: RowCounts) -> None:
        self.counts = self.counts.plus(counts)

    def _sweep(self, *, writes: bool, warns: bool = False) -> MirrorFlow[None]:
        """Read all rows, or their ids, and remove the rows that the server does not have.

        Args:
            writes: Whether to read and write whole rows.
            warns: Whether to warn if there is more than a page.
        """
        ledger = self._file.ledger
        yield Store(ledger.start_sweep)
        rows = self._rows(R()) if writes else self._rows(R(), self._only_ids())
        first = yield from self._first(rows)
        self._moment = first.now.isoformat()
        drifts: list[str] = []
        if first.is_whole:
            yield Store(partial(self._see, writes, first.rows))
        else:
            if warns:
                self._warn_of_full_scan(first.total)
            see = partial(self._see, writes)
            drifts = yield from self._walk(rows, self._subject.cursor.by, see)
        yield from self._fetch_missing()
        yield Store(partial(self._end_sweep, writes=writes, removes=not drifts))

    def _see(self, writes: bool, rows: list[Any], _scan: Record | None = None) -> None:
        self._file.see(self._state, rows)
        if writes:
            self._write(rows)

    def _fetch_missing(self) -> MirrorFlow[None]:
        """Read the rows whose ids the sweep met, and that the mirror does not have."""
        missing: list[str] = yield Store(partial(self._file.ledger.unknown, self._state.path))
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            rows = self._rows(R().n(self._subject.table.identifier).in_(batch))
            keeper = WindowKeeper(lambda rows, _: self._write(rows), count=self._count_read)
            yield Walk(rows, None, keeper)

    def _end_sweep(self, *, writes: bool, removes: bool) -> None:
        """Remove the rows that are gone, unless rows may have been missed, and note the end."""
        state = self._state
        counts = RowCounts()
        with self._file.transaction():
            if removes:
                gone = self._file.ledger.unseen(state.path)
                counts = self._file.remove(state, gone, self._moment)
                state = state._replace(reconciled=self._moment)
            if writes and (removes or not self._subject.cursor.name):
                state = state._replace(cursor=self._moment, progress="")
            self._file.save(state)
        self._state = state
        self._count(counts)

    @property
    def _asks_for_ids(self) -> bool:
        """Whether the list can be filtered for a list of ids."""
        table = self._subject.table
        field = table.fields.get(table.identifier)
        return field is not None and "in" in field.lookups

    def _only_ids(self) -> tuple[str, ...]:
        """Return the arguments of ``select()`` that leave out all properties but the id."""
        table = self._subject.table
        own = table.identifier.partition(".")[0]
        names = {name for name in table.selectable if "." not in name} - table.hidden - {own}
        return tuple(f"-{name}" for name in sorted(names))

    def _warn_of_full_scan(self, total: int | None) -> None:
        number = "all" if total is None else f"all {total:,}"
        warnings.warn(
            f"{self._subject.path} can be filtered by no time of creation or change, so that each"
            f" sync reads {number} rows: synchronise it less often than others",
            FullScanWarning,
            stacklevel=users_level(),
        )


def gone(paths: list[str]) -> NotFoundError:
    """Return the error for collections that do not exist on the server, or no longer."""
    forget = ", ".join(f"mirror.forget({path!r})" for path in paths)
    return NotFoundError(
        f"The server has no {listed(paths)}: write {forget} if the mirror still has it",
        HTTPStatus.NOT_FOUND,
    )


def _decoded(progress: str) -> Record:
    record: Record = json.loads(progress) if progress else {}
    return record


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
