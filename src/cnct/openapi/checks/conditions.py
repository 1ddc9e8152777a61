"""Checks the conditions, orderings and selections of a parsed query against the fields of a list.

Reads no document: the caller passes the fields.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from cnct.openapi.checks.operands import operand_problem
from cnct.openapi.checks.problems import Problem
from cnct.openapi.fields import MOST_ORDERING, FilterField, selectable
from cnct.rql.leaves import FieldCondition, field_conditions
from cnct.rql.nodes import Listing, Node
from cnct.text import did_you_mean, either

# ``format`` chooses XLSX: only the document's descriptions mention it.
_RESERVED = frozenset({"limit", "offset", "format"})
_PARAMETERS = {
    **dict.fromkeys(("order_by", "order", "sort", "sort_by"), "order_by('-field')"),
    **dict.fromkeys(("page", "skip", "start"), "a slice: [100:200]"),
    **dict.fromkeys(("page_size", "per_page", "max_results"), "limit(100)"),
    **dict.fromkeys(("q", "query", "search_term"), "search('some words')"),
    **dict.fromkeys(("fields", "only", "exclude", "include"), "select('id', '-params')"),
}
"""What to write on the list, by the names of parameters that people try as fields."""

_OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "like", "ilike", "in", "out")


class Filters(NamedTuple):
    """The query parameters of a list.

    Attributes:
        fields: The fields by dotted name.
        parameters: Names of the other query parameters.
    """

    fields: Mapping[str, FilterField]
    parameters: Collection[str] = ()

    def problems(self, query: Node) -> Iterator[Problem]:
        """Yield the problems of a parsed query; parameters other than fields always pass."""
        listings: dict[str, list[Listing]] = {"ordering": [], "select": []}
        for leaf in field_conditions(query):
            if isinstance(leaf, FieldCondition):
                yield from self._condition(leaf)
            else:
                listings[leaf.op].append(leaf)
        yield from self._ordering(listings["ordering"])
        yield from self._select(listings["select"])

    def _condition(self, condition: FieldCondition) -> Iterator[Problem]:
        op, name, values = condition
        if name in _RESERVED or name in self.parameters:
            return
        target = self.fields.get(name)
        if name == "search":
            yield from self._search(op)
        elif target is None:
            yield self._unknown(name)
        elif not target.lookups:
            yield Problem("field", f"Field {name!r} is for select() alone, not for conditions.")
        elif op not in target.lookups and not _asks_for_null(target, condition):
            yield Problem("operator", f"Field {name!r} does not take {op}: {_use(target)}.")
        else:
            problems = (operand_problem(target, op, value) for value in values)
            yield from filter(None, problems)

    def _unknown(self, name: str) -> Problem:
        if name in ("ordering", "select"):
            return Problem("field", f"Unknown field {name!r}: write {name}(...), not {name}=...")
        if name in _PARAMETERS:
            return Problem("field", f"{name!r} is no field: write {_PARAMETERS[name]}.")
        names = [field_name for field_name, field in self.fields.items() if field.lookups]
        prefix = _longest_prefix(name, self.fields)
        if prefix:
            op = name.removeprefix(f"{prefix}.")
            text = f"Unknown operator {op!r} of field {prefix!r}: {_use(self.fields[prefix])}."
            return Problem("field", text)
        names += [parameter for parameter in self.parameters if parameter not in _RESERVED]
        hint = did_you_mean(name, names) or " The document has no filters here."
        return Problem("field", f"Unknown field {name!r}.{hint}")

    def _search(self, op: str) -> Iterator[Problem]:
        if op not in ("eq", "in"):
            yield Problem("search", f"search does not take {op}: write search=words.")
        elif not any(target.searchable for target in self.fields.values()):
            yield Problem("search", "No field is searchable here: use filter() instead of search.")

    def _ordering(self, listings: Sequence[Listing]) -> Iterator[Problem]:
        if len(listings) > 1:
            yield Problem("ordering", "There are two orderings: put all fields into one.")
        names = [name.removeprefix("-") for listing in listings for name in listing.fields]
        if len(names) > MOST_ORDERING:
            text = f"Ordering takes at most {MOST_ORDERING} fields, not {len(names)}."
            yield Problem("ordering", text)
        orderable = [name for name, target in self.fields.items() if target.orderable]
        for name in names:
            if name in orderable:
                continue
            field = "" if name in self.fields else "unknown field "
            hint = did_you_mean(name, orderable) or " No field is orderable here."
            yield Problem("ordering", f"Cannot order by {field}{name!r}.{hint}")

    def _select(self, listings: Sequence[Listing]) -> Iterator[Problem]:
        if len(listings) > 1:
            yield Problem("select", "There are two selects: put all fields into one.")
        signed = [name for listing in listings for name in listing.fields]
        names = selectable(self.fields)
        for name in dict.fromkeys(field.removeprefix("-") for field in signed):
            if name not in names:
                hint = did_you_mean(name, names) or " No field is selectable here."
                yield Problem("select", f"Cannot select unknown field {name!r}.{hint}")
            elif name in signed and f"-{name}" in signed:
                yield Problem("select", f"Field {name!r} is both selected and excluded: drop one.")


def _longest_prefix(name: str, fields: Mapping[str, FilterField]) -> str:
    """Return the longest field that is a prefix of a name: ``created`` of ``created.later``.

    Empty text without such a field, or if the field has others below, one of which may be meant.
    """
    while "." in name:
        name = name.rpartition(".")[0]
        if name in fields and fields[name].lookups:
            has_more = any(other.startswith(f"{name}.") for other in fields)
            return "" if has_more else name
    return ""


def _asks_for_null(target: FilterField, condition: FieldCondition) -> bool:
    """Return whether a condition compares with null, which needs only the lookup ``null``."""
    op, _, values = condition
    return op in ("eq", "ne") and "null" in target.lookups and target.means_null(values[0])


def _use(target: FilterField) -> str:
    operators = [op for op in _OPERATORS if op in target.lookups]
    return f"use {either(operators)}" if operators else "it only takes null()"
