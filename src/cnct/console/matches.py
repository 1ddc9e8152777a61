"""Shows the matches of a search of the specification. Searches nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnct.console.blocks import HelpPage, HelpTable, Prose
from cnct.console.expressions import CALLS, PathWriter, concrete, path_writer
from cnct.console.markup import first_sentence
from cnct.console.notebook import page_html
from cnct.console.payloads import literal
from cnct.console.terminal import as_text
from cnct.openapi import Match, SpecError

if TYPE_CHECKING:
    from cnct.console.described import Described


def find(description: Described, text: str, limit: int) -> Matches:
    """Search the specification of a client; loads the specification first if need be.

    Args:
        description: The client.
        text: Words to search for.
        limit: Most matches to return.

    Raises:
        SpecError: If the client uses no specification, or one that cannot be read.
    """
    specs = description.specs
    if specs is None:
        raise SpecError(
            "This client has no specification to search: make it with use_specs=True or"
            " specs_location=..."
        )
    specs.load()
    return Matches(text, specs.find(text, limit), path_writer(description))


class Matches(list[Match]):
    """Matches, best first, with a table as ``repr``.

    Args:
        text: The words that were searched for.
        matches: The matches.
        writer: Writes the Python that reaches a match.
    """

    def __init__(self, text: str, matches: list[Match], writer: PathWriter) -> None:
        super().__init__(matches)
        self._text = text
        self._writer = writer

    def __repr__(self) -> str:
        """Return a table with Python that reaches each match, as wide as the terminal."""
        return as_text(self._page())

    def _repr_html_(self) -> str:
        return page_html(self._page())

    def _page(self) -> HelpPage:
        title = f"{self._writer.root}.find({literal(self._text)})"
        if not self:
            return HelpPage(title, "nothing found", [Prose("Try fewer or shorter words.")])
        rows = [(f"`{self._python(match)}`", first_sentence(match.what)) for match in self]
        return HelpPage(title, f"{len(self)} found", [HelpTable(("Python", "What matches"), rows)])

    def _python(self, match: Match) -> str:
        path = concrete(match.path)
        place = self._writer.place(path)
        kind = place.kind if place else "collection"
        python = self._writer.expression(path, kind)
        verb = CALLS.get(kind, {}).get(match.method, "help")
        return f"{python}.{verb}({'...' if match.method in ('POST', 'PUT') else ''})"
