"""Decides what each look of a watch reads, and which rows are new.

Does no I/O but for the state's file. The drivers, which read and pause, are in `watches`.

A look reads the rows that changed since the start of the look before, by the server's clock, and
some time before that, since rows may be dated before the server shows them. Rows that were
delivered are recognised by their digests. Most looks go back a minute; every third of the lookback,
one goes back the whole lookback. A list without a time of change is read whole and compared.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cnct.client._core.seen import SeenRows
from cnct.client.watching.watch_cursor import named_time, resumed_cursor, watch_cursor
from cnct.client.watching.watch_pace import WatchPace
from cnct.client.watching.watch_settings import WatchSettings, check_selection
from cnct.client.watching.watch_state import SeenRow, WatchProgress, WatchState
from cnct.client.work.cursor_fields import cursor_fields
from cnct.exceptions import ClientError, JournalError
from cnct.openapi.shapes import is_object
from cnct.text import safe_url
from cnct.user_warnings import DriftWarning, FullScanWarning, users_level

if TYPE_CHECKING:
    from cnct.client.work.scan_run import ScanAnswer
    from cnct.openapi import OpenAPISpecs

_SHORT = timedelta(minutes=1)  # by which most looks go back
_GROWTH = 2  # multiple of the rows at the start of a look that the look reads at most,
_SLACK = 1000  # and these in addition
_DEEP_LOOKS = 3  # in the time of a lookback that go back all of it
_START = datetime.min.replace(tzinfo=UTC)


class WatchRun:
    """The looks of one watch.

    Args:
        rows: The set.
        settings: The arguments.

    Attributes:
        pace: Decides the pauses.
    """

    def __init__(self, rows: Any, settings: WatchSettings) -> None:
        client = rows._client
        self.pace = WatchPace(settings, client._now, client.clock)
        self._rows = rows
        self._settings = settings
        self._now = client._now
        self._state: WatchState | None = None
        self._seen: dict[str, SeenRow] = {}
        self._settled = SeenRows()  # rows that only an interrupted look reads again
        self._shared: set[str] = set()  # ids that several rows have
        self._since: datetime | None = None  # from which the next deep look reads
        self._recent: datetime | None = None  # from which other looks read
        self._bound: datetime | None = None  # from which the current look reads
        self._start: datetime | None = None  # rows before are not new
        self._deep_at: float | None = None  # start of the last deep look
        self._is_baseline = False
        self._has_looked = False
        self._is_first_page = True
        self._new = 0  # rows of the current look
        self._met: dict[str, SeenRow] = {}  # in the current look
        self._drifts: list[str] = []
        self._read = 0
        self._most: int | None = None

    @property
    def has_state(self) -> bool:
        """Whether delivered rows are written to a file."""
        return self._state is not None

    def open(self) -> None:
        """Open the state.

        Raises:
            JournalError: If the file cannot be used.
        """
        settings, rows = self._settings, self._rows
        if settings.state is not None:
            endpoint = safe_url(rows._client.endpoint)
            watch = {"endpoint": endpoint, "path": rows._path, "query": rows._query.text}
            self._state = WatchState(settings.state, watch)

    def choose(self, specs: OpenAPISpecs | None) -> None:
        """Choose the times by which changes are found, and where to start.

        Args:
            specs: The document, ``None`` if it is not at hand.

        Raises:
            NotScannableError: If the list cannot be filtered by the time that was named.
            JournalError: If an earlier run used another time.
            ValueError: If the rows come without these times, or ``since`` needs one.
        """
        rows, settings = self._rows, self._settings
        operation = specs.operation("GET", rows._path) if specs else None
        fields = operation.fields if operation else rows._field_names()
        by = named_time(rows._path, fields, settings.by)
        progress = self._state.progress if self._state else None
        if progress is None:
            self._cursor = watch_cursor(rows._path, fields, by)
            self._since = settings.start
            self._is_baseline = settings.start is None and not settings.is_from_all
            if settings.start is not None and not self._cursor.name:
                raise ValueError(
                    f"{rows._path} can be filtered by no time of change, so that nothing shows"
                    f" which rows changed since {settings.start}: pass 'all' as since, or a time as"
                    " by"
                )
        else:
            names = (progress.updated, progress.created)
            if by is not None and by not in names:
                before = " and ".join(filter(None, names)) or "none"
                raise JournalError(
                    f"{settings.state} belongs to a watch by {before}, not by {by!r}: use another"
                    " file"
                )
            self._cursor = resumed_cursor(rows._path, fields, *names)
            self._since, self._start = progress.since, progress.start
            self._is_baseline = progress.start is not None
            self._is_first_page = False
            self._resume()
        check_selection(rows, self._cursor.names)
        self._ordering = self._cursor.ordering(fields)
        has_created = cursor_fields(rows._path, fields).created is not None
        self._remedy = ", or pass by='created' to find new rows only" if has_created else ""
        if not fields:
            self._remedy = ", or pass by='updated', or specs_location to the client"

    def begin(self) -> None:
        """Note in the state where the watch starts, unless the server's time is needed."""
        if self._state is not None and self._state.progress is None and not self._is_baseline:
            self._save()

    def _resume(self) -> None:
        """Take the rows that were delivered from the state; the old ones as numbers."""
        seen = self._state.take_seen() if self._state else {}
        times = [row.at for row in seen.values() if row.at is not None]
        settled = self._back(max(times)) if times else _START
        for key, row in seen.items():
            if key.endswith(f" {row.digest}"):
                self._shared.add(_row_id(key, row))
            self._keep(self._seen, key, row, settled)

    @property
    def is_unstarted(self) -> bool:
        """Whether the driver must request the server's time, and call `start`."""
        return self._is_baseline and bool(self._cursor.name) and self._since is None

    def start(self, response: ScanAnswer) -> None:
        """Take the server's time, from which changes are new, and note it in the state."""
        self._start = response.now
        self._since = self._back(response.now)
        self._save()

    def look(self) -> Any:
        """Return the set of the next look."""
        self._looked_at, self._new = self._now(), 0
        period = self._settings.lookback.total_seconds() / _DEEP_LOOKS
        self._is_deep = (
            self._deep_at is None
            or not self._cursor.name
            or self._looked_at - self._deep_at >= period
        )
        since = self._bound = self._since if self._is_deep else self._recent
        query = self._rows._query.replaced("dates", value=False)  # rows are compared as texts
        if since is not None:
            query = query.replaced("where", query.where & self._cursor.since(since))
        if self._ordering:
            query = query.replaced("ordering", self._ordering)
        rows = self._rows._with_query(query)
        rows._checked = self._has_looked or self._rows._checked
        self._drifts = rows._drifts()
        self._met, self._read, self._most = {}, 0, None
        return rows

    def begin_look(self, first: ScanAnswer) -> None:
        """Take the first response of a look."""
        self._began = first.now
        if first.total is not None:
            self._most = _GROWTH * first.total + _SLACK
        if not self._cursor.name and not self._has_looked and not first.is_whole:
            self._warn_of_full_scan(first.total)

    def changes(self, page: list[Any]) -> Iterator[Any]:
        """Yield the rows of a page that are new or changed.

        A row counts as delivered once `deliver` was called; then the next one may be requested.
        """
        self._read += len(page)
        settled = self._back(self._began)
        for row in page:
            seen = SeenRow(_digest(row), self._cursor.moment(row))
            keys = self._keys(self._id(row), seen.digest)
            key = keys[-1]
            remembered = [*self._remembered(keys)]
            is_known = any(before.digest == seen.digest for before in remembered)
            is_known = is_known or self._settled.has(_whole(key, seen.digest))
            is_old = not remembered and self._is_old(seen)
            if not is_known and not is_old:
                self._delivery = key, seen
                self._rows._convert([row])
                yield row
                self._new += 1
            self._keep(self._met, key, seen, settled, is_known=is_known)
        self._is_first_page = False

    @property
    def is_overrun(self) -> bool:
        """Whether rows come as fast as they are read, so that this look would not end."""
        return self._most is not None and self._read > self._most

    def deliver(self) -> None:
        """Note that the consumer has asked for the row after the one that was yielded last."""
        if self._state is not None:
            self._state.note(*self._delivery)

    def _is_old(self, row: SeenRow) -> bool:
        """Return whether a row of the first look was there when the watch started."""
        if not self._is_baseline:
            return False
        return self._is_first_page or row.at is None or self._start is None or row.at < self._start

    def _keep(
        self,
        rows: dict[str, SeenRow],
        key: str,
        row: SeenRow,
        settled: datetime,
        *,
        is_known: bool = False,
    ) -> None:
        """Remember a row; one that later looks do not read again, by 8 bytes."""
        if self._comes_again(row, settled):
            rows[key] = row
        elif not is_known:
            self._settled.add([_whole(key, row.digest)])

    def _comes_again(self, row: SeenRow, since: datetime) -> bool:
        """Return whether looks from a time on read a row, also against the filter, as mocks do."""
        if row.at is None or row.at >= since:
            return True
        return self._bound is not None and row.at < self._bound

    def end_look(self) -> None:
        """Take the end of a look, move on in time, and save the state."""
        for message in self._drifts:
            warnings.warn(message, DriftWarning, stacklevel=users_level())
        if self._drifts or self.is_overrun:  # the next look reads from the same time
            self._seen |= self._met
        elif self._is_deep:
            self._end_deep_look()
        else:
            self._seen |= self._met
            self._recent = max(self._recent or _START, self._began - self._short)
            if self._state is not None and self._new:
                self._state.sync()
        self.pace.succeed(is_quiet=not (self._new or self._is_baseline))
        self._is_baseline = self._is_baseline and (bool(self._drifts) or self.is_overrun)
        self._has_looked = True

    def _end_deep_look(self) -> None:
        before, self._deep_at = len(self._seen), self._looked_at
        if self._cursor.name:
            self._since = max(self._since or _START, self._back(self._began))
            self._recent = max(self._since, self._began - self._short)
        since = self._since or _START
        self._seen = {key: row for key, row in self._met.items() if self._comes_again(row, since)}
        if self._shared:
            self._shared &= {_row_id(key, row) for key, row in self._seen.items()}
        self._settled = SeenRows()
        is_changed = self._new or self._is_baseline or before != len(self._seen)
        self._start = None
        if self._cursor.name or is_changed:
            self._save()

    def _save(self) -> None:
        updated, created = (field.name if field else "" for field in self._cursor)
        progress = WatchProgress(updated, created, self._since, self._start)
        if self._state is not None:
            self._state.save(progress, self._seen)

    def fail(self, error: ClientError) -> None:
        """Take the failure of a look, which may pass.

        Raises:
            ClientError: If the failure does not pass, or has lasted longer than allowed.
            JournalError: If the state cannot be written.
        """
        self._seen |= self._met
        if self._met and self._state is not None and self._state.progress is None:
            self._start = self._began  # later looks, and runs, compare with the rows of this one
            self._save()
        self.pace.fail(error)

    def close(self) -> None:
        """Close the state. Safe to call twice."""
        if self._state is not None:
            self._state.close()
            self._state = None

    @property
    def _short(self) -> timedelta:
        return min(self._settings.lookback, _SHORT)

    def _back(self, at: datetime) -> datetime:
        """Return the time that is a lookback earlier."""
        try:
            return at - self._settings.lookback
        except OverflowError:
            return _START

    def _keys(self, row_id: str, digest: str) -> tuple[str, ...]:
        """Return the keys under which a row may be remembered; the last one is used from now on.

        The key is the id, or the id and the digest if one look has met several rows with that id:
        a change of one of them is then a new row.
        """
        if row_id in self._shared:
            return row_id, _whole(row_id, digest)
        row = self._met.get(row_id)
        if row is None or row.digest == digest:
            return (row_id,)
        self._shared.add(row_id)
        return (_whole(row_id, digest),)

    def _remembered(self, keys: Iterable[str]) -> Iterator[SeenRow]:
        """Yield the rows that this look or one before has met under a key."""
        for rows in (self._met, self._seen):
            yield from (rows[key] for key in keys if key in rows)

    def _id(self, row: Any) -> str:
        """Return the id of a row, with the version: all versions of a product have one id."""
        value: Any = row.get("id") if is_object(row) else None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ClientError(
                f"Rows of {self._rows._path} have no ids by which a change could be recognised:"
                " read them with iterator()"
            )
        version = row.get("version")
        return f"{value} {version}" if isinstance(version, str | int) else f"{value}"

    def _warn_of_full_scan(self, total: int | None) -> None:
        number = "all" if total is None else f"all {total:,}"
        warnings.warn(
            f"{self._rows._path} can be filtered by no time of change, so that each look reads"
            f" {number} rows and compares them: watch with a longer interval{self._remedy}",
            FullScanWarning,
            stacklevel=users_level(),
        )


def _row_id(key: str, row: SeenRow) -> str:
    """Return the id in the key of a row."""
    return key.removesuffix(f" {row.digest}")


def _whole(key: str, digest: str) -> str:
    """Return the key of a row with its digest, which it has already if other rows share its id."""
    return key if key.endswith(f" {digest}") else f"{key} {digest}"


def _digest(row: Any) -> str:
    text = json.dumps(row, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
