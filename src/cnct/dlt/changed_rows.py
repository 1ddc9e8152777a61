"""Reads the rows of a collection that are new or changed since the last run. Does not import dlt.

Rows of the lookback that were loaded before, and did not change, are recognised by their digests.
"""

from __future__ import annotations

from collections.abc import Iterator
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


def changed_pages(
    load: Load, rows: ResourceSet, start: str | None, lookback: timedelta, digests: Digests
) -> Iterator[list[Any]]:
    """Yield the rows that are new or changed, page by page.

    Rows that change while others are read may pass unseen on a page. The next run finds them, since
    no row with a time after the beginning of this run moves the cursor: such rows wait.

    Args:
        load: The collection.
        rows: Its set.
        start: Time of the last change from which rows are read; ``None`` reads all rows.
        lookback: Time for which digests are kept.
        digests: Digests of earlier runs; brought up to date.
    """
    if start is None:
        digests.clear()
    else:
        rows = rows.filter(load.since(_moment(start)))
    if rows._query.empty:
        return
    first = answer(rows._fetch(Span(0, rows._query.size)))
    end = first.now + min(lookback, _MARGIN)
    is_whole = first.total is not None and first.total <= len(first.rows)
    fresh = _FreshRows(load, end, lookback, digests)
    for page in [first.rows] if is_whole else load.pages(rows) if start is None else rows.pages():
        if changed := fresh.of(page):
            yield load.completed(changed)
    fresh.forget()


class _FreshRows:
    """Leaves out rows that were loaded before, and those of the next run.

    Args:
        load: The collection.
        end: Time after which rows belong to the next run.
        lookback: Time for which digests are kept.
        digests: Digests of the rows by id.
    """

    def __init__(self, load: Load, end: datetime, lookback: timedelta, digests: Digests) -> None:
        self._load = load
        self._end = end
        self._lookback = lookback
        self._digests = digests
        self._latest = ""

    def of(self, page: list[Any]) -> list[Any]:
        """Return the new and changed rows of a page."""
        fresh: list[Any] = []
        for row in page:
            time = flat(row, [self._load.cursor])[self._load.cursor] or ""
            if time and _moment(time) > self._end:
                continue
            entry = [time, _digest(row)]
            key = self._load.identity(row)
            if self._digests.get(key) != entry:
                self._digests[key] = entry
                fresh.append(row)
            self._latest = max(self._latest, time)
        if len(self._digests) > 2 * MOST_DIGESTS:
            self.forget()
        return fresh

    def forget(self) -> None:
        """Forget the digests of rows that no run will read again."""
        digests = self._digests
        latest = max([self._latest, *(time for time, _ in digests.values())], default="")
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
