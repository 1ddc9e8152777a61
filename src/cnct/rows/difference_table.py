"""Writes differences as a table: text for a terminal, HTML for a notebook. Compares nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

from cnct.text import clean

_MOST = 60  # rows of a table
_WIDEST = 60  # characters of a cell
_IN_ONE_LINE = 5  # changes
_COLUMNS = ("path", "old", "new")


class FieldChange(NamedTuple):
    """A field that differs between two rows.

    Attributes:
        path: Name of the field, with dots for nested ones, and the id of a list's element in
            brackets: ``asset.params[seats].value``.
        old: The old value, ``None`` without one.
        new: The new value, ``None`` without one.
    """

    path: str
    old: Any
    new: Any

    def __str__(self) -> str:
        """Return path and values in one line."""
        path, old, new = _cells(self)
        return f"{path}: {old} -> {new}"


def one_line(changes: Sequence[FieldChange]) -> str:
    """Return the changes in one line for a message; the first 5 of many."""
    more = len(changes) - _IN_ONE_LINE
    rest = [f"and {more:,} more"] if more > 0 else []
    return "; ".join([*map(str, changes[:_IN_ONE_LINE]), *rest])


def text_table(changes: Sequence[FieldChange]) -> str:
    """Return the table as text; the first 60 changes of many."""
    lines = [_COLUMNS, *map(_cells, changes[:_MOST])]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = "-" * (sum(widths) + 6)
    head, *body = ["   ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([head, rule, *body, *_more(changes)])


def html_table(changes: Sequence[FieldChange]) -> str:
    """Return the table as HTML; the first 60 changes of many."""
    head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(change))}</tr>"
        for change in changes[:_MOST]
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return table + "".join(f"<p><em>{line}</em></p>" for line in _more(changes))


def _cells(change: FieldChange) -> tuple[str, str, str]:
    return _cut(change.path), _cut(repr(change.old)), _cut(repr(change.new))


def _cut(text: str) -> str:
    text = clean(text)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _more(changes: Sequence[FieldChange]) -> list[str]:
    return [f"and {len(changes) - _MOST:,} more"] if len(changes) > _MOST else []
