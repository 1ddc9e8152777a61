"""The parts of a help page: plain data that `pages` writes and two renderers show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs of Markdown."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of Python that work when they are pasted."""

    text: str


@dataclass(frozen=True, slots=True)
class HelpTable:
    """A table.

    Attributes:
        columns: Headings of the columns.
        rows: Cells, in Markdown of one line.
        more: How many rows were left out and how to see them; empty if the table is complete.
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
