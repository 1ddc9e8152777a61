"""Shows help pages and rows as HTML in notebooks. Escapes all text and fetches nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from typing import Any

from markdown_it import MarkdownIt

from cnct.console.blocks import Block, Code, HelpPage, Prose, Section
from cnct.openapi.shapes import is_object
from cnct.text import clean

_ROWS = 10
_COLUMNS = 12
_CELL = 40
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")
_STYLE = (
    "<style>"
    ".cnct {max-width: 70em}"
    ".cnct table {margin: .5em 0 1em 0; border-collapse: collapse}"
    ".cnct th, .cnct td {text-align: left !important; vertical-align: top}"
    ".cnct th, .cnct td {padding: .2em .8em .2em 0}"
    ".cnct .rows {overflow-x: auto}"
    ".cnct .rows td {white-space: nowrap}"
    ".cnct summary {cursor: pointer; font-weight: bold; padding: .2em 0}"
    ".cnct pre {margin: .5em 0}"
    "</style>"
)


def display(thing: object, page: HelpPage) -> bool:
    """Display the page of an object in a notebook; return whether there is one."""
    shell = _shell()
    if shell is None:
        return False
    shell.display_pub.publish(
        {"text/html": page_html(page, unfolded=True), "text/plain": clean(page.title)}
    )
    _last_displayed[:] = [id(thing), shell.execution_count]
    return True


def in_notebook() -> bool:
    """Return whether this is a notebook."""
    return _shell() is not None


def displayed(thing: object) -> bool:
    """Return whether the running cell has displayed the help of an object."""
    shell = _shell()
    return shell is not None and _last_displayed == [id(thing), shell.execution_count]


_last_displayed: list[int] = []
"""The id of the object and the number of the cell; empty at first."""


def _shell() -> Any:
    """Return IPython's shell within a notebook, or ``None``."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython else None
    return shell if getattr(shell, "kernel", None) else None


def page_html(page: HelpPage, *, unfolded: bool = False) -> str:
    """Return a page as HTML.

    Args:
        page: The page.
        unfolded: Whether the sections are open at first.
    """
    title = f"<h4><code>{escape(page.title)}</code> <small>{escape(page.subtitle)}</small></h4>"
    parts = [*map(_block, page.blocks), *(_section(section, unfolded) for section in page.sections)]
    return clean(f'<div class="cnct">{_STYLE}{title}{"".join(parts)}</div>', lines=True)


def rows_html(title: str, rows: Sequence[Any]) -> str:
    """Return the first rows of a set as HTML, with the columns that are not empty.

    Args:
        title: The set's ``repr``.
        rows: All rows read. A row other than a JSON object is shown in a column of its own.
    """
    first = [row if is_object(row) else {"": row} for row in islice(rows, _ROWS)]
    filled = (name for row in first for name, value in row.items() if value not in (None, ""))
    names = list(dict.fromkeys(filled))
    columns = names[:_COLUMNS]
    cells = [[escape(_text(row.get(name))) for name in columns] for row in first]
    more = [f"{len(rows) - len(first)} more rows"] if len(rows) > len(first) else []
    more += [f"{len(names) - len(columns)} more fields"] if len(names) > len(columns) else []
    note = f"<p><em>{' and '.join(more)}</em></p>" if more else ""
    table = f'<div class="rows">{_grid([escape(name) for name in columns], cells)}</div>'
    return clean(
        f'<div class="cnct">{_STYLE}<code>{escape(title)}</code>{table}{note}</div>', lines=True
    )


def _text(value: Any) -> str:
    """Write a value for a cell: the id and name of an object, or else JSON cut to ``_CELL``."""
    if value is None:
        return ""
    if is_object(value) and "id" in value:
        return " ".join(str(value[key]) for key in ("id", "name") if key in value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"


def _section(section: Section, unfolded: bool) -> str:
    blocks = "".join(map(_block, section.blocks))
    state = " open" if unfolded else ""
    return f"<details{state}><summary>{escape(section.title)}</summary>{blocks}</details>"


def _block(block: Block) -> str:
    match block:
        case Prose(markdown):
            return _markdown(markdown)
        case Code():
            return f"<pre><code>{escape(block.text)}</code></pre>"
        case _:
            head = [escape(column) for column in block.columns]
            grid = _grid(head, [[_inline(cell) for cell in row] for row in block.rows])
            return grid + (_markdown(f"*{block.more}*") if block.more else "")


def _markdown(text: str) -> str:
    return str(_MARKDOWN.render(text))


def _inline(text: str) -> str:
    return str(_MARKDOWN.renderInline(text))


def _grid(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
