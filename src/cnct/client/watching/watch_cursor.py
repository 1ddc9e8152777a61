"""Chooses the times by which a watch finds changes. No I/O."""

from __future__ import annotations

from collections.abc import Mapping

from cnct.client.work.axes import AXES
from cnct.client.work.cursor_fields import CursorFields, cursor_fields
from cnct.client.work.scan_fields import CHANGING, ScanField, scan_field
from cnct.exceptions import NotScannableError
from cnct.openapi.fields import FilterField

_TIME = AXES["datetime"]


def watch_cursor(path: str, fields: Mapping[str, FilterField], by: str | None) -> CursorFields:
    """Return the times by which changed rows are found; none if all rows must be compared.

    A list with a time of creation alone shows new rows, and hides changed ones: the time of
    creation is used only if it is named.

    Args:
        path: Path of the list.
        fields: The fields by which the list can be filtered; none without a document.
        by: Name of the time, ``None`` for that of the last change.

    Raises:
        NotScannableError: If the list cannot be filtered by the named time.
    """
    cursor = cursor_fields(path, fields)
    if by is None or (cursor.updated is not None and by == cursor.updated.name):
        return cursor if cursor.updated else CursorFields(None, None)
    field = scan_field(path, fields, by) if fields else ScanField(by, _TIME)
    if field.axis is not _TIME:
        raise NotScannableError(
            f"{by!r} of {path} is no time by which changes could be found: name a time, as in"
            " by='created'"
        )
    return CursorFields(field, None) if by in CHANGING else CursorFields(None, field)


def named_time(path: str, fields: Mapping[str, FilterField], by: str | None) -> str | None:
    """Return the name that a list has for ``created`` or ``updated``; any other name as it is."""
    if by not in ("created", "updated") or by in fields:
        return by
    cursor = cursor_fields(path, fields)
    field = cursor.created if by == "created" else cursor.updated
    return field.name if field else by


def resumed_cursor(
    path: str, fields: Mapping[str, FilterField], updated: str, created: str
) -> CursorFields:
    """Return the times that an earlier run has used; the document may have others by now."""
    field = watch_cursor(path, fields, updated or None).updated if updated else None
    more = watch_cursor(path, fields, created).created if created else None
    return CursorFields(field, more)
