"""Filters as clients send them: read from the text of a user, and written for the server."""

from __future__ import annotations

from cnct.rql.base import R


def matches_nothing(query: R) -> bool:
    """Return whether no row can match, as with ``in_([])``, so that no request is needed."""
    _, _, constant = query.__rql__()
    return constant is False


def filter_text(query: R) -> str:
    """Return the RQL to send: ``""`` if every row matches, as with ``out([])``.

    Raises:
        RQLError: If the query is a field without an operator.
    """
    text, _, constant = query.__rql__()
    return text if constant is None else ""


def parse_filter(text: str) -> R:
    """Return the R for a filter that a user wrote as text.

    Accepts ``a=1|b=2`` and ``a=1;b=2`` too, which the server and `R.parse` accept only in
    parentheses.

    Raises:
        RQLSyntaxError: If the text is not RQL; the message names the position.
    """
    return R(_expr=text)
