"""Writes the Python that builds a set from a collection, to paste from help. Does no I/O."""

from __future__ import annotations

import json
from collections.abc import Sequence
from keyword import iskeyword
from typing import Any

from cnct.client._core.paging import Window
from cnct.client.models.query import Query
from cnct.exceptions import RQLError, RQLSyntaxError
from cnct.rql import R, parse
from cnct.rql.filters import filter_text, matches_nothing
from cnct.rql.leaves import FieldCondition, field_conditions
from cnct.rql.nodes import Comparison, Constant, Literal, Logical, Membership, Node


def refinement(query: Query, default_limit: int) -> str:
    """Write the calls that refine a collection into a set: ``.filter(status="pending")``.

    Keyword arguments of calls are left out: they can hold secrets.

    Args:
        query: The query of the set.
        default_limit: Rows of a page for which no ``limit`` is written.
    """
    window = query.window
    stop = "" if window.stop is None else window.stop
    return "".join(
        [
            ".all()" if _matches_all(query.where) else f".filter({_condition(query.where)})",
            *([f".order_by({_texts(query.ordering)})"] if query.ordering else []),
            *([f".select({_texts(query.selection)})"] if query.selection else []),
            *([] if query.search is None else [f".search({_text(query.search)})"]),
            *([".dates()"] if query.dates else []),
            *([f".limit({query.size})"] if query.size != default_limit else []),
            *([f"[{window.start}:{stop}]"] if window != Window() else []),
        ]
    )


def filtered_fields(query: Query) -> frozenset[str]:
    """Return the names of the fields in the filter of a query."""
    conditions = field_conditions(_tree(query.where))
    return frozenset(part.field for part in conditions if isinstance(part, FieldCondition))


def _matches_all(where: R) -> bool:
    return not filter_text(where) and not matches_nothing(where)


def _tree(where: R) -> Node | None:
    """Parse a filter; ``None`` without one, or for a text that a subclass of R does not read."""
    text = filter_text(where)
    try:
        return parse(text) if text else None
    except RQLSyntaxError:
        return None


def _condition(where: R) -> str:
    """Write a filter as keyword arguments if they give the same RQL, or else as RQL."""
    if matches_nothing(where):
        return "id__in=()"
    tree = _tree(where)
    terms = tree.args if isinstance(tree, Logical) and tree.op == "and" else (tree,)
    keywords = dict(map(_keyword, terms))
    if len(keywords) < len(terms) or not _equal(keywords, where):
        return _text(filter_text(where))
    return ", ".join(f"{name}={value!r}" for name, value in keywords.items())


def _equal(keywords: dict[str, Any], where: R) -> bool:
    """Return whether keyword arguments can be written, and give the same filter."""
    if not all(name.isidentifier() and not iskeyword(name) for name in keywords):
        return False
    try:
        return R(**keywords) == where
    except RQLError:
        return False


def _keyword(term: Node | None) -> tuple[str, Any]:
    """Return the keyword argument for a condition; the name is empty if there is none."""
    match term:
        case Membership(op, field, values):
            texts = [_Quoted(value.text) for value in values if isinstance(value, Literal)]
            return f"{_name(field)}__{op}", texts
        case Comparison("eq", field, Constant("null()")):
            return f"{_name(field)}__null", True
        case Comparison(op, field, Literal(text)):
            return _name(field) + (f"__{op}" if op != "eq" else ""), _Quoted(text)
        case _:
            return "", ""


class _Quoted(str):
    """A text whose ``repr`` has double quotes, like all texts of help pages."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _text(self)


def _name(field: str) -> str:
    return field.replace(".", "__")


def _texts(names: Sequence[str]) -> str:
    return ", ".join(map(_text, names))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
