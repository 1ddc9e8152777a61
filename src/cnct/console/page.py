"""What a page of help is made of: plain data, written by ``help`` and shown by two renderers."""

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
class Table:
    """A table.

    Attributes:
        columns: Their headings.
        rows: Cells, in Markdown of one line.
        more: What was left out and how to see it; empty if nothing was.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    more: str = ""


Block = Prose | Code | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page with a heading of its own."""

    title: str
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of help.

    Attributes:
        title: What it is about, in Python.
        subtitle: The path, or the endpoint.
        blocks: What everybody should read.
        sections: The rest.
    """

    title: str
    subtitle: str
    blocks: list[Block]
    sections: list[Section] = field(default_factory=list[Section])
