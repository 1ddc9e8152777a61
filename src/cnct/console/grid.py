"""Lays out tables for terminals: columns of the needed width, or one cell below the other.

No name is broken inside a word, and Python is never broken, so that it can be pasted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown
from rich.text import Text

from cnct.console.blocks import PYTHON, HelpTable

_GAP = 3  # between columns
_INDENT = 2
_DEEPER = 6  # indent of the cells below the first one
_NARROWEST = 16  # of a column of text that is wider
_ENDLESS = 100_000  # columns
_PLAIN = re.compile(r"(?:[^\W_]|[ ,.:;()/…≤≥-])*")  # text without marks of Markdown
_WORD = re.compile(r"\S+")
_PIECE = re.compile(r"[.(\[]?[^.(\[]+|[.(\[]")


class Grid:
    """A table that fits into the width of the console."""

    def __init__(self, table: HelpTable) -> None:
        self._table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = [[_text(console, cell) for cell in row] for row in self._table.rows]
        columns = [
            _Column.of(heading, [row[number].plain for row in rows])
            for number, heading in enumerate(self._table.columns)
        ]
        widths = _widths(columns, options.max_width - _INDENT - _GAP * (len(columns) - 1))
        if widths is None:
            yield from _stacked(rows, options.max_width)
            return
        yield from _line([Text(heading, "dim") for heading in self._table.columns], widths)
        rule = "-" if options.ascii_only else "─"
        yield Text(" " * _INDENT + rule * (sum(widths) + _GAP * (len(widths) - 1)))
        for row in rows:
            yield from _line(row, widths)


class _Column(NamedTuple):
    """Widths of a column.

    Attributes:
        natural: Width of the longest cell.
        words: Width of the longest word.
        pieces: Width of the longest part of a name between dots.
        is_whole: Whether cells cannot be broken.
    """

    natural: int
    words: int
    pieces: int
    is_whole: bool

    @classmethod
    def of(cls, heading: str, cells: Sequence[str]) -> _Column:
        """Measure a column."""
        texts = [heading, *cells]
        words = [word for text in texts for word in _WORD.findall(text)]
        pieces = [piece for word in words for piece in _PIECE.findall(word)]
        natural = max(map(cell_len, texts))
        longest = [max(map(cell_len, parts), default=0) for parts in (words, pieces)]
        return cls(natural, longest[0], longest[1], heading == PYTHON)


def _widths(columns: Sequence[_Column], available: int) -> list[int] | None:
    """Return the width of each column; ``None`` if the columns do not fit side by side.

    Names in the first column stay whole if there is room.
    """
    first, *others = columns
    least = [max(column.words, min(column.natural, _NARROWEST)) for column in others]
    for start in (first.natural, first.natural if first.is_whole else first.pieces):
        widths = [start, *least]
        if sum(widths) <= available:
            return _filled(widths, columns, available - sum(widths))
    return None


def _filled(widths: list[int], columns: Sequence[_Column], spare: int) -> list[int]:
    """Distribute the spare width, to the narrowest columns first."""
    for _ in range(spare):
        growing = [n for n, column in enumerate(columns) if widths[n] < column.natural]
        if not growing:
            break
        widths[min(growing, key=widths.__getitem__)] += 1
    return widths


def _line(cells: Sequence[Text], widths: Sequence[int]) -> Iterator[Text]:
    """Yield the lines of a row, with each cell in its column."""
    columns = [_wrapped(cell, width).split("\n") for cell, width in zip(cells, widths, strict=True)]
    for parts in zip_longest(*columns, fillvalue=Text()):
        line = Text(" " * _INDENT)
        for part, width in zip(parts, widths, strict=True):
            line += part + Text(" " * (width - part.cell_len + _GAP))
        line.rstrip()
        yield line


def _stacked(rows: Sequence[Sequence[Text]], width: int) -> Iterator[Text]:
    """Yield the first cell of each row, and the others below, in one line if they fit."""
    room = max(width - _DEEPER, 1)
    for first, *cells in rows:
        name = Text(" " * _INDENT, no_wrap=True, overflow="ignore") + first
        yield name
        others = [*filter(None, cells)]
        line = Text(" " * _GAP).join(others)
        for text in [line] if line.cell_len <= room else others:
            lines = _wrapped(text, room).split("\n")
            yield Text("\n").join(Text(" " * _DEEPER) + part for part in lines)


def _text(console: Console, markdown: str) -> Text:
    """Return the Markdown of a cell as one line of text."""
    plain, *rest = markdown.split("`")
    text = Text(plain)
    if len(rest) % 2 == 0 and _PLAIN.fullmatch("".join([plain, *rest[1::2]])):
        for number, part in enumerate(rest):  # the usual cell, many times faster than Markdown
            text.append(part, None if number % 2 else "markdown.code")
        return text
    text = Text()
    for segment in console.render(Markdown(markdown), console.options.update(width=_ENDLESS)):
        text.append(segment.text, segment.style)
    text.rstrip()
    return text


def _wrapped(text: Text, width: int) -> Text:
    """Break a line at spaces, and too long words between the parts of names."""
    lines: list[Text] = []
    start = end = 0
    for at, to in _parts(text.plain, width):
        if end > start and cell_len(text.plain[start:to]) > width:
            lines.append(text[start:end])
            start = at
        end = to
    return Text("\n").join([*lines, text[start:]])


def _parts(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield the ends of all words, and of pieces of words that are wider than a column."""
    for word in _WORD.finditer(text):
        if cell_len(word[0]) <= width:
            yield word.span()
        else:
            for piece in _PIECE.finditer(word[0]):
                yield word.start() + piece.start(), word.start() + piece.end()
