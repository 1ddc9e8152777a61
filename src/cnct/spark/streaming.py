"""Offsets of a stream: which rows changed since the last batch. Knows no classes of Spark.

The cursor is that of the mirror: the server's time at the start of a batch. A batch has the rows
that changed since the cursor of the batch before minus the lookback, so that rows that were
committed late are found, and others are delivered again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from cnct.client._core.paging import Span
from cnct.client.fluent import ConnectClient
from cnct.client.work.axes import AXES
from cnct.client.work.cursor_fields import CursorFields, cursor_fields
from cnct.client.work.scan_fields import ScanField, scan_field
from cnct.client.work.scan_run import ScanAnswer, answer
from cnct.exceptions import NotScannableError
from cnct.rql import R
from cnct.spark.layout import PlainLayout
from cnct.spark.read_options import ReadOptions, read_options
from cnct.spark.reading import connect, documented_fields, plan, rows_of

if TYPE_CHECKING:
    from cnct.client.models.resourceset import ResourceSet


class StreamOffset(NamedTuple):
    """The state of a stream after a batch.

    Attributes:
        until: The server's time, in ISO 8601: all rows that changed before it were delivered, and
            later ones perhaps. Empty before the first batch.
        rows: Number of rows that changed within the lookback before, to notice late ones.
    """

    until: str = ""
    rows: int = 0

    @classmethod
    def of(cls, offset: Mapping[str, Any]) -> StreamOffset:
        """Return an offset from the JSON object that Spark keeps."""
        return cls(str(offset["until"]), int(offset["rows"]))

    @property
    def plain(self) -> dict[str, Any]:
        """The offset as a JSON object."""
        return self._asdict()


def first_offset(options: Mapping[str, str]) -> dict[str, Any]:
    """Return the offset before the first batch: of all rows, or of ``since``."""
    since = read_options(options).since
    return StreamOffset(since.isoformat() if since else "").plain


def latest_offset(options: Mapping[str, str], start: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the present offset; ``start`` itself if nothing changed since.

    Args:
        options: Options of the stream.
        start: Offset of the last batch; ``None`` if it is not known, as with Spark before 4.2.

    Raises:
        NotScannableError: If the collection has no time to find changes by.
    """
    settings = read_options(options)
    offset = StreamOffset() if start is None else StreamOffset.of(start)
    with connect(settings) as client:
        rows = rows_of(client, settings)
        cursor = _cursor(client, settings)
        changed = _counted(rows.filter(_since(cursor, offset.until, has_nulls=False)))
        if offset.until and not changed.total:
            recent = _counted(rows.filter(_since(cursor, _before(settings, offset.until))))
            if recent.total == offset.rows:
                return offset.plain
        until = changed.now.isoformat()
        late = _counted(rows.filter(_since(cursor, _before(settings, until))))
        return StreamOffset(until, late.total or 0).plain


def stream_partitions(
    options: Mapping[str, str],
    plain: PlainLayout,
    start: Mapping[str, Any],
    end: Mapping[str, Any],
) -> list[bytes]:
    """Return the partitions of a batch, pickled: the rows that changed since ``start``.

    The end is open: rows that change meanwhile are delivered by this batch or the next one, and
    cannot escape from both.
    """
    settings = read_options(options)
    if {**start} == {**end}:
        return []
    until = StreamOffset.of(start).until
    with connect(settings) as client:
        if not until:
            return plan(client, settings, plain)
        # A stream that begins at a time has delivered nothing before: no lookback is needed.
        moment = until if until == first_offset(options)["until"] else _before(settings, until)
        return plan(client, settings, plain, _since(_cursor(client, settings), moment))


def _cursor(client: ConnectClient, options: ReadOptions) -> CursorFields:
    """Return the times by which changes are found.

    Raises:
        NotScannableError: If the collection has none.
    """
    fields = documented_fields(client, options)
    if options.cursor:
        # Without a document, the field is not checked.
        field = (
            scan_field(options.path, fields, options.cursor)
            if fields
            else ScanField(options.cursor, AXES["datetime"])
        )
        return CursorFields(field, None)
    cursor = cursor_fields(options.path, fields)
    if not cursor.name:
        raise NotScannableError(
            f"{options.path} cannot be filtered by a time of creation or of the last change, so a"
            " stream cannot find changes: read it with spark.read, or write option('cursor', FIELD)"
        )
    return cursor


def _since(cursor: CursorFields, moment: str, *, has_nulls: bool = True) -> R:
    """Return the filter for rows that changed since a moment; ``R()`` for no moment.

    Args:
        cursor: The times.
        moment: In ISO 8601, or empty.
        has_nulls: Whether rows without any time match, which can never be seen to change.
    """
    if not moment:
        return R()
    if not has_nulls:
        cursor = CursorFields(*(field and field._replace(nullable=False) for field in cursor))
    return cursor.since(datetime.fromisoformat(moment))


def _before(options: ReadOptions, moment: str) -> str:
    """Return the time of the lookback before a moment."""
    return (datetime.fromisoformat(moment) - options.lookback).isoformat()


def _counted(rows: ResourceSet) -> ScanAnswer:
    """Count rows.

    Raises:
        NotScannableError: If the server sends no totals.
    """
    counted = answer(rows._fetch(Span(0, 0)))
    if counted.total is None:
        raise NotScannableError(
            f"{rows.path} is listed without totals, so a stream cannot find changes: read it with"
            " spark.read"
        )
    return counted
