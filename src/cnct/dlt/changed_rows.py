"""Reads the rows of a collection that are new or changed since the last run. Does not import dlt.

Rows of the lookback that were loaded before, and did not change, are recognised by their digests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from cnct.client._core.paging import Span
from cnct.client.models import ResourceSet
from cnct.client.models.flattening import flat
from cnct.client.work.scan_run import answer
from cnct.dlt.loads import Load

MOST_DIGESTS = 50_000
"""Digests in the state of a resource. Older rows of the lookback may be loaded again."""

_MARGIN = timedelta(minutes=1)
"""Time by which the clock of the server's records may be ahead of the clock in its headers."""

Digests = dict[str, list[str]]
"""Time and digest of rows by id, as kept in the state of a resource."""


class RunCursor:
    """Chooses the cursor among times of rows: the latest one up to the beginning of the run.

    Later times do not move the cursor: rows that were read before may have changed since then, and
    the next run finds them. `latest` is a ``last_value_func`` of dlt, which keeps rows for which
    the result is the start.

    Attributes:
        start: The cursor of the last run, ``None`` in the first one.
        end: Time of the beginning of the run, ``None`` until the server has responded.
    """

    def __init__(self) -> None:
        self.start: str | None = None
        self.end: datetime | None = None

    def latest(self, times: Sequence[str]) -> str | None:
        """Return the cursor."""
        return max(filter(self._is_within, times), default=self.start)

    def _is_within(self, time: str) -> bool:
        moment = _moment(time)
        is_late = self.end is not None and moment > self.end
        return not is_late and (self.start is None or moment >= _moment(self.start))


def changed_pages(
    load: Load, rows: ResourceSet, cursor: RunCursor, lookback: timedelta, digests: Digests
) -> Iterator[list[Any]]:
    """Yield the rows that are new or changed, page by page.

    Args:
        load: The collection.
        rows: Its set.
        cursor: The cursor, with the start of this run; receives the end.
        lookback: Time before the cursor from which changes are read again.
        digests: Digests of earlier runs; brought up to date.
    """
    if cursor.start is None:
        digests.clear()
    else:
        rows = rows.filter(load.since(_moment(cursor.start) - lookback))
    if rows._query.empty:
        return
    first = answer(rows._fetch(Span(0, rows._query.size)))
    cursor.end = first.now + min(lookback, _MARGIN)
    is_whole = first.total is not None and first.total <= len(first.rows)
    pages = load.pages(rows) if cursor.start is None else rows.pages()
    fresh = _FreshRows(load, cursor, lookback, digests)
    for page in [first.rows] if is_whole else pages:
        if changed := fresh.of(page):
            yield load.completed(changed)
    fresh.forget()


class _FreshRows:
    """Leaves out rows that were loaded before.

    Args:
        load: The collection.
        cursor: The cursor of the run.
        lookback: Time for which digests are kept.
        digests: Digests of the rows by id.
    """

    def __init__(
        self, load: Load, cursor: RunCursor, lookback: timedelta, digests: Digests
    ) -> None:
        self._load = load
        self._cursor = cursor
        self._lookback = lookback
        self._digests = digests
        self._latest = cursor.start

    def of(self, page: list[Any]) -> list[Any]:
        """Return the new and changed rows of a page."""
        fresh: list[Any] = []
        for row in page:
            time = flat(row, [self._load.cursor])[self._load.cursor] or ""
            if time:
                self._latest = self._cursor.latest(
                    [time] if self._latest is None else [time, self._latest]
                )
            entry = [time, _digest(row)]
            key = self._load.identity(row)
            if self._digests.get(key) != entry:
                self._digests[key] = entry
                fresh.append(row)
        if len(self._digests) > 2 * MOST_DIGESTS:
            self.forget()
        return fresh

    def forget(self) -> None:
        """Forget the digests of rows that no run will read again."""
        digests, latest = self._digests, self._latest
        oldest = _moment(latest) - self._lookback if latest else datetime.min.replace(tzinfo=UTC)
        kept = [key for key in digests if not digests[key][0] or _moment(digests[key][0]) >= oldest]
        kept = sorted(kept, key=lambda key: digests[key][0])[-MOST_DIGESTS:]
        left = {key: digests[key] for key in kept}
        digests.clear()
        digests.update(left)


def _digest(row: Any) -> str:
    encoded = msgspec.json.encode(row, order="deterministic")
    return blake2b(encoded, digest_size=8).hexdigest()


def _moment(time: str) -> datetime:
    """Return a time of a row; one without an offset is taken as UTC, as dlt does."""
    moment = datetime.fromisoformat(time)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
