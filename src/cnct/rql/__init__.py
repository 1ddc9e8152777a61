"""RQL, Connect's query language: queries written from Python, and read. Knows no client."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.exceptions import RQLError, RQLSyntaxError, RQLTypeError
    from cnct.rql.base import R, RQLQuery
    from cnct.rql.literals import encode, quote_literal
    from cnct.rql.parser import parse
    from cnct.rql.patterns import (
        escape_like,
        like_contains,
        like_endswith,
        like_exact,
        like_startswith,
        search_literal,
    )
    from cnct.rql.printer import to_text

__all__ = [
    "R",
    "RQLError",
    "RQLQuery",
    "RQLSyntaxError",
    "RQLTypeError",
    "encode",
    "escape_like",
    "like_contains",
    "like_endswith",
    "like_exact",
    "like_startswith",
    "parse",
    "quote_literal",
    "search_literal",
    "to_text",
]

_HOMES = {
    **dict.fromkeys(("RQLError", "RQLSyntaxError", "RQLTypeError"), "exceptions"),
    **dict.fromkeys(("R", "RQLQuery"), "rql.base"),
    **dict.fromkeys(("encode", "quote_literal"), "rql.literals"),
    "parse": "rql.parser",
    "to_text": "rql.printer",
}


def __getattr__(name: str) -> Any:
    """Import a name on first access: a program that reads one resource needs no queries."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"cnct.{_HOMES.get(name, 'rql.patterns')}")
    member = globals()[name] = getattr(home, name)
    return member


def __dir__() -> list[str]:
    """Return the names that can be imported, for completion at a prompt."""
    return sorted(__all__)
