"""Shows the matches of a search of the specification. The search is elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnct.console.blocks import PYTHON, HelpPage, HelpTable, Prose
from cnct.console.expressions import CALLS, PathWriter, concrete, path_writer
from cnct.console.markup import first_sentence
from cnct.console.notebook import page_html
from cnct.console.payloads import literal
from cnct.console.terminal import as_text
from cnct.openapi import Match, SpecError

if TYPE_CHECKING:
    from cnct.console.described import Described


def find(description: Described, text: Any, limit: int) -> Matches:
    """Search the specification of a client, loaded if necessary.

    Args:
        description: The client.
        text: Words to search for.
        limit: Largest number of matches.

    Raises:
        SpecError: If there is no specification, or reading fails.
        TypeError: If the text is not a string.
    """
    if not isinstance(text, str):
        kind = type(text).__name__
        raise TypeError(f"find() takes words, not {kind}: write find('billing date')")
    specs = description.specs
    if specs is None:
        raise SpecError(
            "This client has no specification to search: make it with use_specs=True or"
            " specs_location=..."
        )
    specs.load()
    matches = specs.find(text, limit)
    return Matches(text, matches, path_writer(description), awaited=description.awaited)


class Matches(list[Match]):
    """Matches, best first, with a table as ``repr``.

    Args:
        text: The searched words.
        matches: The matches.
        writer: Writes the Python for a match.
        awaited: Whether calls are awaited.
    """

    def __init__(
        self, text: str, matches: list[Match], writer: PathWriter, *, awaited: bool
    ) -> None:
        super().__init__(matches)
        self._awaited = awaited
        self._text = text
        self._writer = writer

    def __repr__(self) -> str:
        """Return a table with the Python for each match, as wide as the terminal."""
        return as_text(self._page())

    def _repr_html_(self) -> str:
        return page_html(self._page())

    def _page(self) -> HelpPage:
        title = f"{self._writer.root}.find({literal(self._text)})"
        if not self:
            return HelpPage(title, "nothing found", [Prose("Try fewer or shorter words.")])
        columns: tuple[str, ...] = (PYTHON, "What matches", "Without")
        rows = [self._row(match) for match in self]
        count = f"{len(self)} found"
        complete = sum(not match.missing for match in self)
        if complete == len(self):
            columns, rows = columns[:2], [row[:2] for row in rows]
        else:
            count += f", {complete or 'none'} with all words"
        return HelpPage(title, count, [HelpTable(columns, rows)])

    def _row(self, match: Match) -> tuple[str, ...]:
        missing = ", ".join(match.missing)
        return f"`{self._python(match)}`", first_sentence(match.what), missing

    def _python(self, match: Match) -> str:
        """Write the call that reads the match, or else the call of its help with the payload."""
        path = concrete(match.path)
        place = self._writer.place(path)
        kind = place.kind if place else "collection"
        python = self._writer.expression(path, kind)
        verb = CALLS.get(kind, {}).get(match.method)
        if match.method != "GET" or verb is None:
            return f"{python}.help()" + (f"  # {verb}()" if verb else "")
        return f"{'await ' * (self._awaited and verb != 'all')}{python}.{verb}()"
