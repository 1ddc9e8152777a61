"""``Content-Range`` and the picking of fields."""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Iterable
from typing import Any

from cnct.client.models.flattening import flat

_CONTENT_RANGE = re.compile(r"\s*\w+\s+(\d+)-(\d+)\s*/\s*(\d+)\s*", re.ASCII)


# A field called `count` hides the method of tuples, which a typing.NamedTuple may not do.
ContentRange = namedtuple("ContentRange", ("first", "last", "count"))  # noqa: PYI024 - see above
"""Positions of the first and the last row of a page, and the number of all rows."""


def parse_content_range(value: str | None) -> ContentRange | None:
    """Return the parts of a ``Content-Range``; ``None`` for a missing or an unreadable one."""
    parts = _CONTENT_RANGE.fullmatch(value or "")
    return ContentRange(*map(int, parts.groups())) if parts else None


def resolve_attribute(attr: str, data: Any) -> Any:
    """Return the value of a dotted field; ``None`` where a part is missing."""
    return flat(data, [attr])[attr]


def get_values(item: Any, fields: Iterable[str]) -> dict[str, Any]:
    """Return a flat dictionary of dotted fields."""
    return flat(item, fields)
