"""Prints help pages through rich: as wide as the terminal, as plain text where there is none.

Control characters of the document appear as escapes, and ``?`` replaces the characters that the
encoding of the output lacks.
"""

from __future__ import annotations

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.measure import Measurement
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from cnct.console.blocks import Block, Code, HelpPage, HelpTable, Prose, Section
from cnct.text import clean, encodable

# The terminal's own colours and background: readable on dark and on light.
_CODE_THEME = "ansi_dark"
_THEME = Theme({"markdown.code": "cyan", "markdown.link": "blue underline"})


def show(page: HelpPage) -> None:
    """Print a page to the current standard output."""
    console = Console(theme=_THEME)
    if console.is_terminal:
        console.print(_Clean(_rendered(page)))
    else:
        console.file.write(f"{as_text(page)}\n")


def as_text(page: HelpPage) -> str:
    """Return a page as text without colours, as wide as the terminal."""
    console = Console(theme=_THEME, no_color=True, highlight=False, force_terminal=False)
    with console.capture() as capture:
        console.print(_Clean(_rendered(page)))
    return "\n".join(line.rstrip() for line in capture.get().rstrip().split("\n"))


class _Clean:
    """Cleans the text of what is rendered, after Markdown has decoded its entities."""

    def __init__(self, rendered: RenderableType) -> None:
        self._rendered = rendered

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._rendered, options):
            text = encodable(clean(segment.text, lines=True), console.encoding)
            yield segment if segment.control else segment._replace(text=text)


def _rendered(page: HelpPage) -> RenderableType:
    title = Text.assemble((page.title, "bold"), "  ", (page.subtitle, "dim"))
    parts = [*map(_block, page.blocks), *map(_section, page.sections)]
    return Group(Rule(title, align="left"), *parts)


def _section(section: Section) -> RenderableType:
    heading = Text(section.title, "bold")
    return Group(heading, *map(_block, section.blocks))


def _block(block: Block) -> RenderableType:
    match block:
        case Prose(markdown):
            return Padding(Markdown(markdown), (0, 0, 1, 0))
        case Code(text):
            code = Syntax(
                text, "python", theme=_CODE_THEME, background_color="default", word_wrap=True
            )
            return Padding(code, (0, 0, 1, 2))
        case _:
            return _table(block)


def _table(table: HelpTable) -> RenderableType:
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for column in table.columns:
        grid.add_column(column, overflow="fold")
    for row in table.rows:
        grid.add_row(*(_Cell(cell) for cell in row))
    more = Markdown(f"*{table.more}*") if table.more else Text()
    return Padding(Group(grid, more), (0, 0, 0, 2))


class _Cell:
    """Markdown in a table cell, with the width of its text, which rich's Markdown lacks."""

    def __init__(self, markdown: str) -> None:
        self._markdown = Markdown(markdown)
        self._plain = markdown.replace("`", "")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._markdown

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Text(self._plain).__rich_measure__(console, options)
