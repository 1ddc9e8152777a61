"""RQL, Connect's query language: queries written from Python, and read. Knows no client."""

from cnct.exceptions import RQLError, RQLSyntaxError
from cnct.rql.base import R, RQLQuery, filter_text, matches_nothing, parse_filter
from cnct.rql.literals import encode, quote_literal
from cnct.rql.parser import parse
from cnct.rql.patterns import (
    escape_like,
    like_contains,
    like_endswith,
    like_exact,
    like_startswith,
    search_literal,
    search_term,
)
from cnct.rql.printer import to_text
from cnct.rql.url import from_wire, params_to_wire, to_wire

__all__ = [
    "R",
    "RQLError",
    "RQLQuery",
    "RQLSyntaxError",
    "encode",
    "escape_like",
    "filter_text",
    "from_wire",
    "like_contains",
    "like_endswith",
    "like_exact",
    "like_startswith",
    "matches_nothing",
    "params_to_wire",
    "parse",
    "parse_filter",
    "quote_literal",
    "search_literal",
    "search_term",
    "to_text",
    "to_wire",
]
