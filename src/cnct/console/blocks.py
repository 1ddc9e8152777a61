"""The parts of a help page: plain data, written by `pages` and shown by two renderers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

_COMMENT_COLUMN = 56
PYTHON = "Python"
"""The heading of a column of Python, which works when it is pasted."""


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs of Markdown."""

    markdown: str


class Line(NamedTuple):
    """A statement of Python, perhaps of several lines, with an optional comment."""

    code: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Statements of Python, ready to paste."""

    lines: Sequence[Line]

    @property
    def text(self) -> str:
        """The statements with their comments beside them, however wide."""
        width = self.comment_column
        return "\n".join(
            f"{line.code:{width}}  # {line.comment}" if line.comment else line.code
            for line in self.lines
        )

    @property
    def comment_column(self) -> int:
        """The column in which most comments can start; a few statements are longer."""
        lengths = [len(line.code) for line in self.lines if line.comment]
        return max((length for length in lengths if length <= _COMMENT_COLUMN), default=0)


@dataclass(frozen=True, slots=True)
class HelpTable:
    """A table.

    Attributes:
        columns: Headings of the columns.
        rows: Cells, in Markdown of one line.
        more: Number of omitted rows and the way to see them; empty if the table is complete.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    more: str = ""


Block = Prose | Code | HelpTable


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page with a heading."""

    title: str
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class HelpPage:
    """A page of help.

    Attributes:
        title: The object, in Python.
        subtitle: The object's ``repr``, or a count of matches.
        blocks: The part that is always visible.
        sections: The parts that notebooks fold up.
    """

    title: str
    subtitle: str
    blocks: list[Block]
    sections: list[Section] = field(default_factory=list[Section])
