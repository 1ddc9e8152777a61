"""Converts the moments in rows from text to datetimes, in place. No I/O, and no document.

Which fields are moments is decided by `moment_fields`, or else by their names.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, TypeAlias

from cnct.openapi.shapes import is_list

Kind: TypeAlias = Literal["datetime", "date"]

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6}0*)?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

MOMENT_NAMES: Final = frozenset(
    {
        *("at", "created", "created_at", "updated", "updated_at", "modified_at", "version_created"),
        *("date", "time", "timestamp", "from", "to", "start", "end", "period_from", "period_to"),
        *("start_at", "start_date", "start_datetime_utc", "started_tracking_at", "enrolled"),
        *("end_at", "end_date", "end_datetime_utc", "closed_at", "expire_at", "published_at"),
        *("effective_date", "expiration_date", "next_date", "earliest_possible_trigger"),
        *("renewal_expiration_date", "renewed_expiration_date", "last_event", "last_health_check"),
    }
)
"""Names of the moments in Connect's document, for rows without a document."""

_DATE_NAMES = frozenset({"date", "from", "to"})
"""Names of dates in Connect's document."""

CONTENTS: Final = frozenset(
    {
        *("value", "values", "structured_value", "initial_value", "default", "constraints"),
        *(
            "configuration",
            "settings",
            "context",
            "data",
            "payload",
            "body",
            "details",
            "attributes",
        ),
    }
)
"""Names of values that users choose, in which a text is never taken for a moment."""


class MomentFields:
    """The moments in the objects of one schema.

    Attributes:
        kinds: The moments, by name.
        below: The objects, or lists of objects, that can have moments, by name.
        names: The names that the schema describes; moments of others are recognised by name.
        is_content: Whether users choose the object, such as the value of a parameter, so that
            nothing is recognised by name.
    """

    __slots__ = ("below", "is_content", "kinds", "names")

    def __init__(self, *, is_content: bool = False) -> None:
        self.is_content = is_content
        self.kinds: dict[str, Kind] = {}
        self.below: dict[str, MomentFields] = {}
        self.names: frozenset[str] = frozenset()


_UNDESCRIBED = MomentFields()
"""The moments of an object that no document describes: all by name."""


def convert_rows(rows: Iterable[Any], fields: MomentFields | None) -> None:
    """Convert the moments of rows in place.

    A moment is an aware datetime with the offset of the text; without an offset, it is in UTC. A
    date becomes a date. A text that cannot be read exactly stays.

    Args:
        rows: Rows as decoded from JSON. Values other than objects stay.
        fields: The moments by the document, ``None`` without one.
    """
    described = fields or _UNDESCRIBED
    for row in rows:
        _convert(row, described)


def converted_picks(values: Mapping[str, Any], fields: MomentFields | None) -> dict[str, Any]:
    """Return the values of dotted fields with their moments converted; nested values are copied."""
    return {name: _converted_pick(name, value, fields) for name, value in values.items()}


def _converted_pick(field: str, value: Any, fields: MomentFields | None) -> Any:
    *above, name = field.split(".")
    described = fields or _UNDESCRIBED
    for part in above:
        if part not in described.names:
            if described.is_content or part in CONTENTS:
                return value
            described = _UNDESCRIBED
        elif part not in described.below:
            return value
        else:
            described = described.below[part]
    container: dict[str, Any] = {name: copy.deepcopy(value)}
    _convert(container, described)
    return container[name]


def _convert(value: Any, fields: MomentFields) -> None:
    """Convert the moments in an object, or in each object of a list, in place."""
    pending = [(value, fields)]  # rows can be nested deeper than calls
    while pending:
        value, fields = pending.pop()
        kind: Any = value.__class__  # JSON has no subclasses, and this is reached for each object
        if kind is list:
            pending += [(item, fields) for item in value]
        elif kind is dict:
            names, kinds, below = fields.names, fields.kinds, fields.below
            for name, member in value.items():
                if name in kinds:
                    value[name] = _read(member, kinds[name])
                elif name in below:
                    pending.append((member, below[name]))
                elif name not in names and not fields.is_content:
                    described = _convert_by_name(value, name, member)
                    if described is not None:
                        pending.append((member, described))


def _convert_by_name(container: dict[str, Any], name: str, member: Any) -> MomentFields | None:
    """Convert a text in place; return the fields of an object, or of the objects of a list."""
    kind: Any = member.__class__
    if kind is str:
        if name in MOMENT_NAMES and member[10:11] == "T":
            container[name] = _moment(member)
        elif name in _DATE_NAMES:
            container[name] = _day(member)
    elif (kind is dict or kind is list) and name not in CONTENTS:
        return _UNDESCRIBED
    return None


def _read(value: Any, kind: Kind) -> Any:
    """Return the value of a documented field, or the values of a list, with moments converted."""
    if is_list(value):
        return [_read(item, kind) for item in value]
    if not isinstance(value, str):
        return value
    return _moment(value) if kind == "datetime" else _day(value)


def _moment(text: str) -> datetime | str:
    """Return a text as an aware datetime; the text itself if no datetime is exactly the same."""
    if not _MOMENT.fullmatch(text):
        return text
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return text
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _day(text: str) -> date | str:
    """Return a text as a date; the text itself if it is none."""
    if not _DATE.fullmatch(text):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
