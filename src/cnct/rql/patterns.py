r"""Literal text -> patterns of ``like``, ``ilike`` and terms of ``search``.

In a pattern ``*`` stands for any run of characters and ``\`` escapes it (RQL.md section 3). The
patterns made here have the shapes in which the server keeps an escaped star a star.
"""

from __future__ import annotations

from cnct.rql.literals import encode, quote_literal
from cnct.rql.printer import value_text


def escape_like(text: str) -> str:
    r"""Escape ``*`` and ``\`` so that a pattern takes them to the letter."""
    return text.replace("\\", "\\\\").replace("*", "\\*")


def like_exact(text: str) -> str:
    """Make the pattern of exactly this text; with ``ilike``, in any letter case."""
    return quote_literal(escape_like(text))


def like_startswith(text: str) -> str:
    """Make the pattern of what starts with this text."""
    return quote_literal(f"{escape_like(text)}*")


def like_endswith(text: str) -> str:
    """Make the pattern of what ends with this text."""
    return quote_literal(f"*{escape_like(text)}")


def like_contains(text: str) -> str:
    """Make the pattern of what contains this text."""
    return quote_literal(f"*{escape_like(text)}*") if text else "*"


def search_literal(text: str) -> str:
    """Make the term for ``search`` that finds this text to the letter, stars included."""
    escaped = escape_like(text)
    # A term that ends in a star, even an escaped one, gets no wildcard after it from the server.
    return quote_literal(f"{escaped}*" if text.endswith("*") else escaped)


def search_term(term: object) -> str:
    """Write ``search``'s piece of a query, quoted where needed, so that it adds no filter.

    Raises:
        RQLError: If RQL cannot write the term.
    """
    return f"search={value_text(encode(term, 'search'))}"
