"""RQL, Connect's query language: queries written from Python, and read. Knows no client."""

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
