"""Prints help pages through rich: as wide as the terminal, or as plain text without one.

Control characters of the document appear as escapes, and ``?`` replaces the characters that the
encoding of the output lacks. Lines of Python are never broken.
"""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text
from rich.theme import Theme

from cnct.console.blocks import Block, Code, HelpPage, Line, Prose, Section
from cnct.console.grid import Grid
from cnct.text import clean, encodable

# The terminal's own colours and background: readable on dark and on light.
_CODE_THEME = "ansi_dark"
_THEME = Theme({"markdown.code": "cyan", "markdown.link": "blue underline"})


_INDENT = 2
_NARROWEST = 20  # room for a comment beside the code


def is_terminal() -> bool:
    """Return whether the standard output is a terminal, where long tables are cut."""
    return Console().is_terminal


def show(page: HelpPage) -> None:
    """Print a page to the current standard output."""
    console = Console(theme=_THEME)
    if console.is_terminal:
        _print(console, page)
    else:
        console.file.write(f"{as_text(page)}\n")


def as_text(page: HelpPage) -> str:
    """Return a page as text without colours, as wide as the terminal."""
    console = Console(theme=_THEME, no_color=True, highlight=False, force_terminal=False)
    with console.capture() as capture:
        _print(console, page)
    return "\n".join(line.rstrip() for line in capture.get().rstrip().split("\n"))


def _print(console: Console, page: HelpPage) -> None:
    console.print(_Clean(_rendered(page)), crop=False)


class _Clean:
    """Cleans rendered text, after Markdown has decoded entities."""

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
        case Code():
            return _Statements(block)
        case _:
            more = Markdown(f"*{block.more}*") if block.more else Text()
            return Group(Grid(block), Padding(more, (0, 0, int(bool(block.more)), _INDENT)))


class _Statements:
    """Python with comments that fit into the width of the console."""

    def __init__(self, code: Code) -> None:
        self._code = code

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = _fitted(self._code, options.max_width - _INDENT)
        text = "".join(f"{' ' * _INDENT}{line}\n" for line in lines)
        syntax = Syntax(text, "python", theme=_CODE_THEME, background_color="default")
        highlighted = syntax.highlight(text)
        highlighted.no_wrap, highlighted.overflow = True, "ignore"
        yield highlighted


def _fitted(code: Code, width: int) -> Iterable[str]:
    """Yield lines of Python with comments beside the statements, or all above."""
    text = code.text
    if all(len(line) <= width for line in text.splitlines()):
        return text.splitlines()
    column = max((len(line.code) for line in code.lines if line.comment), default=0)
    is_beside = 0 < column <= width - 2 - _NARROWEST
    write = _beside if is_beside else _above
    return [part for line in code.lines for part in write(line, column, width)]


def _beside(line: Line, column: int, width: int) -> Iterable[str]:
    comment = _commented(line.comment, width - column - 2)
    code = [line.code, *[""] * (len(comment) - 1)]
    return [f"{start:{column}}  {end}" for start, end in zip(code, comment, strict=True)]


def _above(line: Line, _: int, width: int) -> Iterable[str]:
    return [*_commented(line.comment, width), *line.code.splitlines()]


def _commented(comment: str, width: int) -> list[str]:
    return wrap(comment, width, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
