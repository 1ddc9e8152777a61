"""Finds the rows of a set that are new or changed since the last poll. Neither prints nor waits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from cnct.client.models import ResourceSet
from cnct.client.models.flattening import flat
from cnct.client.work.scan_fields import CHANGING
from cnct.exceptions import ClientError
from cnct.openapi.fields import FilterField
from cnct.openapi.shapes import Object, is_object
from cnct.rql import R

_OVERLAP = timedelta(seconds=60)
"""Rows that changed this long before the newest one are read again: servers commit out of order."""

Look: TypeAlias = dict[str | int, bytes]
"""Digests of rows by id."""


def time_field(fields: dict[str, FilterField]) -> str | None:
    """Return the field with the time of the last change, if the list can be filtered by one."""
    usable = (
        name
        for name, field in fields.items()
        if name in CHANGING and "ge" in field.lookups and field.orderable
    )
    return min(usable, key=lambda name: ("__" in name, name), default=None)


class Watch:
    """Polls a set for changes.

    With a time of the last change, a poll reads the rows that changed since the previous one.
    Without such a field, each poll reads the whole set.

    Args:
        rows: The set.
        field: Field with the time of the last change, ``None`` if there is none.
    """

    def __init__(self, rows: ResourceSet, field: str | None) -> None:
        self._rows = rows
        self._field = field
        self._since: datetime | None = None
        self._seen: Look = {}

    def start(self) -> None:
        """Read the present state of the rows, with which `changes` compares."""
        self._since = self._newest()
        for _ in self.changes():
            pass

    def changes(self) -> Iterator[Any]:
        """Yield the rows that are new or changed since the last poll.

        After an error, the next poll yields the rest, and may repeat rows.
        """
        newest = self._newest()
        look: Look = {}
        for row in self._changed_rows().iterator():
            key, digest = _key(row), _digest(row)
            look[key] = digest
            if self._seen.get(key) != digest:
                yield row
                self._seen[key] = digest
        self._seen, self._since = look, newest

    def _changed_rows(self) -> ResourceSet:
        if self._field is None:
            return self._rows
        rows = self._rows.order_by(self._field)
        if self._since is None:
            return rows
        return rows.filter(R().n(self._field).ge(self._since - _OVERLAP))

    def _newest(self) -> datetime | None:
        """Return the time of the last change in the set, ``None`` if it is empty."""
        if self._field is None:
            return None
        row = self._rows.order_by(f"-{self._field}").first()
        if row is None:
            return self._since
        value = flat(row, [self._field])[self._field]
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            self._field = None  # a row without a time: compare whole sets
            return None
        return moment if moment.tzinfo else moment.astimezone()


def _key(row: Object) -> str | int:
    value: Any = row.get("id") if is_object(row) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ClientError("The rows have no ids by which a change could be noticed")
    return value


def _digest(row: Any) -> bytes:
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).digest()
