"""What a search of the specification has found, for people to read. Makes no calls."""

from __future__ import annotations

from typing import Any

from cnct.client.base_client import BaseClient
from cnct.console.expressions import CALLS, concrete, expression, variable
from cnct.console.markup import first_sentence
from cnct.console.notebook import page_html
from cnct.console.page import Page, Prose, Table
from cnct.console.samples import literal
from cnct.console.terminal import as_text
from cnct.openapi import Match, OpenAPISpecs, SpecError


def find(client: BaseClient[Any, Any, Any], text: str, limit: int) -> Matches:
    """Search the specification of a client; see :meth:`ConnectClient.find`."""
    specs = client.specs
    if specs is None:
        raise SpecError("There is no specification to search: make the client with use_specs=True")
    specs.load()
    return Matches(text, specs.find(text, limit), specs, variable(client, "client"))


class Matches(list[Match]):
    """Matches, best first. Shows itself as a table.

    Args:
        text: What was searched for.
        found: The matches.
        specs: Where they were found.
        root: Name of the client.
    """

    def __init__(self, text: str, found: list[Match], specs: OpenAPISpecs, root: str) -> None:
        """Keep what was found and where."""
        super().__init__(found)
        self._text = text
        self._specs = specs
        self._root = root

    def __repr__(self) -> str:
        """Show Python that reaches each, as wide as the terminal."""
        return as_text(self._page())

    def _repr_html_(self) -> str:
        return page_html(self._page())

    def _page(self) -> Page:
        title = f"{self._root}.find({literal(self._text)})"
        if not self:
            return Page(title, "nothing found", [Prose("Try fewer or shorter words.")])
        rows = [(f"`{self._python(match)}`", first_sentence(match.what)) for match in self]
        return Page(title, f"{len(self)} found", [Table(("Python", "What matches"), rows)])

    def _python(self, match: Match) -> str:
        path = concrete(match.path)
        place = self._specs.place(path)
        kind = place.kind if place else "collection"
        python = expression(self._root, path, kind, self._specs.place)
        verb = CALLS.get(kind, {}).get(match.method, "help")
        return f"{python}.{verb}({'...' if match.method in ('POST', 'PUT') else ''})"
