"""Writes rows as a table, page by page: the first page decides columns and widths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console

from cnct.cli.cells import columns_of, flat_row, leaves, text_of
from cnct.text import clean, encodable

if TYPE_CHECKING:
    from cnct.cli.session import Session

_GAP = "  "
_FIRST = ("id", "name", "status", "type")
_NAMES = ("name", "id")  # of an object within a row: one of them is enough
_MOST = 40  # cells of a column, unless there is room


class TableFormat:
    """A table whose first rows are written before the last ones arrive.

    Args:
        session: Settings of the run.
        columns: The columns; if there are none, the first rows decide.
    """

    def __init__(self, session: Session, columns: Sequence[str]) -> None:
        self._sink = session.sink
        self._style = _Style(session)
        self._columns = [*columns]
        self._is_named = bool(columns)
        self._widths: list[int] = []

    def write(self, rows: Sequence[Any]) -> None:
        """Write some rows, the header first."""
        # Columns that the user has named may be whole objects; the others are their fields.
        flat_rows = [row if self._is_named else flat_row(row) for row in rows]
        lines: list[str] = []
        if not self._widths:
            names = self._columns or _ordered(columns_of(rows), flat_rows)
            widths = _widths(names, flat_rows)
            if not self._is_named:
                names, widths = _fitting(names, widths, self._style.width)
            self._columns, self._widths = names, widths
            lines.append(self._style.bold(self._line([name.upper() for name in self._columns])))
        lines += [
            self._line([_one_line(row.get(name)) for name in self._columns]) for row in flat_rows
        ]
        text = "".join(f"{line}\n" for line in lines)
        self._sink.write(encodable(text, self._style.encoding))

    def _line(self, cells: Sequence[str]) -> str:
        """Return a line; cells of columns that the user has named are never cut."""
        pairs = zip(cells, self._widths, strict=True)
        if self._is_named:
            padded = [cell + " " * (width - cell_len(cell)) for cell, width in pairs]
            return _GAP.join(padded).rstrip()
        return _GAP.join(_fitted(cell, width) for cell, width in pairs).rstrip()

    def end(self, *, is_complete: bool) -> None:
        """Write nothing: an empty table has no lines."""


def write_record(session: Session, value: Any) -> None:
    """Write a single value as a table of its fields, long values whole."""
    style = _Style(session)
    rows = [(name, clean(text_of(part))) for name, part in leaves(value)]
    width = max((cell_len(name) for name, _ in rows), default=0)
    lines = [f"{style.bold(set_cell_size(name, width))}{_GAP}{text}" for name, text in rows]
    session.sink.write(encodable("".join(f"{line.rstrip()}\n" for line in lines), style.encoding))


class _Style:
    """Width and colours of the output."""

    def __init__(self, session: Session) -> None:
        console = Console()
        self.width = console.width
        self.encoding = session.sink.encoding
        self._has_color = (
            console.is_terminal and bool(console.color_system) and not console.no_color
        )

    def bold(self, text: str) -> str:
        """Return a text in bold where there are colours."""
        return f"\x1b[1m{text}\x1b[0m" if self._has_color else text


def _ordered(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the most useful columns: not empty, no lists, one of each object."""
    useful = [
        name
        for name in names
        if any(row.get(name) not in (None, "", [], {}) for row in rows)
        and not any(isinstance(row.get(name), list | dict) for row in rows)
    ]
    objects: dict[str, str] = {}
    for name in useful:
        above, _, last = name.rpartition(".")
        if above and (above not in objects or last == _NAMES[0]) and last in _NAMES:
            objects[above] = name
    kept = [
        name
        for name in useful
        if "." not in name
        or name in objects.values()
        or name.endswith(("created.at", "updated.at"))
    ]
    return sorted(
        kept,
        key=lambda name: (
            _FIRST.index(name) if name in _FIRST else len(_FIRST),
            name.count("."),
        ),
    )


def _widths(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> list[int]:
    return [
        max(cell_len(name), *(cell_len(_one_line(row.get(name))) for row in rows)) for name in names
    ]


def _fitting(
    names: Sequence[str], widths: Sequence[int], width: int
) -> tuple[list[str], list[int]]:
    """Return the first columns that fit into a width, long ones narrowed, and their widths."""
    gap = len(_GAP)
    if sum(widths) + gap * (len(names) - 1) > width:
        widths = [min(size, _MOST) for size in widths]
    columns: list[str] = []
    used = 0
    for name, size in zip(names, widths, strict=True):
        used += size + (gap if columns else 0)
        if columns and used > width:
            break
        columns.append(name)
    return columns, [*widths[: len(columns)]]


def _one_line(value: Any) -> str:
    return clean(" ".join(text_of(value).split()))


def _fitted(text: str, width: int) -> str:
    """Return a text of exactly that many cells; a longer text ends with an ellipsis."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return f"{set_cell_size(text, width - 1)}…"
