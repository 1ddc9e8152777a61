r"""Builds patterns of ``like`` and ``ilike``, and terms of ``search``, from literal text.

In a pattern ``*`` stands for any run of characters and ``\`` escapes it. Only the forms built here
can look for a star: the server misreads an escaped one in all others (docs/rql.md, "Patterns").
"""

from __future__ import annotations

from cnct.rql.literals import encode, quote_literal
from cnct.rql.printer import value_text


def escape_like(text: str) -> str:
    r"""Return the text with ``*`` and ``\`` escaped, so that a pattern matches them literally."""
    return text.replace("\\", "\\\\").replace("*", "\\*")


def like_exact(text: str) -> str:
    """Return a pattern that matches exactly this text; with ``ilike``, in any letter case."""
    return quote_literal(escape_like(text))


def like_startswith(text: str) -> str:
    """Return a pattern that matches values starting with this text."""
    return quote_literal(f"{escape_like(text)}*")


def like_endswith(text: str) -> str:
    """Return a pattern that matches values ending with this text."""
    return quote_literal(f"*{escape_like(text)}")


def like_contains(text: str) -> str:
    """Return a pattern that matches values containing this text."""
    return quote_literal(f"*{escape_like(text)}*") if text else "*"


def search_literal(text: str) -> str:
    """Return a search term that finds this text literally, stars included."""
    escaped = escape_like(text)
    # The server adds no wildcard to a term that ends in a star, even in an escaped one.
    return quote_literal(f"{escaped}*" if text.endswith("*") else escaped)


def search_term(term: object) -> str:
    """Return ``search=term`` for a query, quoted where needed, so that no term adds a filter.

    Raises:
        RQLError: If RQL cannot write the term.
    """
    return f"search={value_text(encode(term, 'search'))}"
