"""Conditions from keyword arguments, as texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connect.client.rql.base import R

from cnct.rql.literals import literal_text

COMP = ("eq", "ne", "lt", "le", "gt", "ge")
SEARCH = ("like", "ilike")
LIST = ("in", "out")
NULL = "null"
EMPTY = "empty"
KEYWORDS = (*COMP, *SEARCH, *LIST, NULL, EMPTY)


def parse_kwargs(query_dict: Mapping[str, Any]) -> list[str]:
    """Return a condition as RQL for each keyword argument."""
    return [str(R(**{keyword: value})) for keyword, value in query_dict.items()]


def to_rql_value(op: str, value: Any) -> str:
    """Return a value as RQL, several ones with commas between them."""
    values = value if op in LIST else [value]
    return ",".join(literal_text(item, op) for item in values)
