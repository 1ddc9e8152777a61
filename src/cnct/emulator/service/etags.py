"""Entity tags of records, and the updates that depend on them (RFC 9110, sections 8.8.3, 13.1.1).

Connect's document has none. With the switch on, users can test programs for servers that have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

from cnct.emulator.api import Route
from cnct.emulator.service import api_errors
from cnct.emulator.service.records import Records
from cnct.openapi.shapes import Record

_LENGTH = 16  # hexadecimal digits of a tag


class EntityTags:
    """The entity tags of the service's records.

    Args:
        records: The records.
        is_on: Whether responses have tags, and ``If-Match`` counts.
    """

    def __init__(self, records: Records, *, is_on: bool) -> None:
        self._records = records
        self._is_on = is_on

    def headers(self, record: Record) -> dict[str, str]:
        """Return the headers of a response with a record."""
        return {"ETag": _tag(record)} if self._is_on else {}

    def check(self, headers: Mapping[str, str], route: Route) -> None:
        """Refuse a write to a record that does not have a tag of ``If-Match``.

        Raises:
            ApiError: If the record has another tag.
        """
        expected = headers.get("If-Match")
        if not self._is_on or expected is None or route.serves != "record":
            return
        tags = [tag.strip() for tag in expected.split(",")]
        if "*" not in tags and _tag(self._records.get(route.table, route.ids)) not in tags:
            raise api_errors.moved()


def _tag(record: Record) -> str:
    text = json.dumps(record, sort_keys=True)
    return f'"{sha256(text.encode()).hexdigest()[:_LENGTH]}"'
