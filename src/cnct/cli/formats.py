"""Writes rows and single values in the format of the run, as they come. Calls nothing."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from cnct.cli.json_text import json_lines, pretty_json
from cnct.cli.sink import Sink
from cnct.openapi.shapes import is_list

if TYPE_CHECKING:
    from cnct.cli.session import Session


class RowFormat(Protocol):
    """Writes rows in one format."""

    def write(self, rows: Sequence[Any]) -> None:
        """Write some rows; the first call has the first rows."""
        ...

    def end(self, *, is_complete: bool) -> None:
        """Write the end, even after an error."""
        ...


class _JsonArray:
    """One JSON document, a row on each line."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._is_first = True

    def write(self, rows: Sequence[Any]) -> None:
        lines = json_lines(rows, ascii_only=not self._sink.is_unicode)
        self._sink.write(("[\n" if self._is_first else ",\n") + ",\n".join(lines))
        self._is_first = False

    def end(self, *, is_complete: bool) -> None:
        if not self._is_first:
            self._sink.write("\n]\n")
        elif is_complete:
            self._sink.write("[]\n")


class _JsonLines:
    """A JSON document on each line."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, rows: Sequence[Any]) -> None:
        lines = json_lines(rows, ascii_only=not self._sink.is_unicode)
        self._sink.write("".join(f"{line}\n" for line in lines))

    def end(self, *, is_complete: bool) -> None:
        pass


class RowWriter:
    """Writes rows to standard output; use it in a ``with`` block.

    Args:
        session: Settings of the run.
        columns: Fields of the rows, in order; empty if the first rows decide.
        default: Default format; empty for table on a terminal and json elsewhere.
    """

    def __init__(self, session: Session, columns: Sequence[str] = (), default: str = "") -> None:
        self._format = _row_format(session, columns, default)

    def write(self, rows: Sequence[Any]) -> None:
        """Write some rows."""
        if rows:
            self._format.write(rows)

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write the end; after an error too, so that an open JSON document becomes valid."""
        self._format.end(is_complete=error is None)


def _row_format(session: Session, columns: Sequence[str], default: str) -> RowFormat:
    sink = session.sink
    name = session.output or default or ("table" if sink.is_terminal else "json")
    match name:
        case "json":
            return _JsonArray(sink)
        case "ndjson":
            return _JsonLines(sink)
        case "csv" | "tsv":
            from cnct.cli.delimited import Delimited  # noqa: PLC0415 - one format is used

            return Delimited(
                sink, columns, is_csv=name == "csv", is_guarded=not session.plain_cells
            )
        case _:
            from cnct.cli.table_format import TableFormat  # noqa: PLC0415 - rich is slow to import

            return TableFormat(session, columns)


def write_value(session: Session, value: Any, columns: Sequence[str] = ()) -> None:
    """Write a single value: a resource, the answer of an action, a number, a download.

    Args:
        session: Settings of the run.
        value: Decoded JSON, bytes, or ``None`` for an empty response, which writes nothing.
        columns: Fields to show; empty for all.

    Raises:
        click.UsageError: If bytes would go to a terminal.
    """
    sink = session.sink
    if value is None:
        return
    if isinstance(value, bytes):
        from cnct.cli.downloads import write_bytes  # noqa: PLC0415 - few values are

        write_bytes(sink, value)
        return
    name = session.output or ("table" if sink.is_terminal else "json")
    if is_list(value) or name in ("csv", "tsv"):
        with RowWriter(session, columns) as writer:
            writer.write(value if is_list(value) else [value])
    elif name == "table":
        from cnct.cli.table_format import write_record  # noqa: PLC0415 - rich is slow to import

        write_record(session, value)
    elif name == "ndjson":
        sink.write(f"{json_lines([value], ascii_only=not sink.is_unicode)[0]}\n")
    else:
        sink.write(f"{pretty_json(value, ascii_only=not sink.is_unicode)}\n")
