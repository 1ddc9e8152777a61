"""RQL -> SQL: which rows a query means, by the rules of RQL.md section 3.

Fields are columns of the collection's table (``storage``); those that look into lists hold a JSON
array. Unknown fields are left out, as the server ignores them.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from cnct.emulator.service.api_errors import bad_condition, bad_query
from cnct.openapi.fields import FilterField
from cnct.rql.nodes import (
    Comparison,
    Constant,
    Group,
    Listing,
    Literal,
    Logical,
    Membership,
    Negation,
    Node,
    Value,
    conjunction,
)
from cnct.rql.printer import operands_of, value_text
from cnct.store.comparables import fold, from_text
from cnct.store.tables import Table

_RESERVED = frozenset({"limit", "offset"})
_SIGNS = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_ORDERS = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}
_LABELLED = frozenset({"eq", "ne", "in", "out"})
_WIDEST = 100
_TOKEN = re.compile(r"\\[*\\]|\*|[^*\\]+|\\")
_STAR = "*"
_CAPITAL = re.compile("[A-Z]")
_NULL = object()
_NUL = "\0"  # PostgreSQL keeps none: the server answers 500


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL with its parameters.

    Attributes:
        sql: An expression.
        params: Values of its question marks.
        lists: Tables of the lists that it looks into, as SQL after ``FROM`` has them. What is
            said of one list holds for one element of it (one join, on the real server).
        distinct: Whether a record counts once, however many elements match.
        source: What follows the table after ``FROM``, if a record counts for each element.
    """

    sql: str
    params: list[Any] = field(default_factory=list[Any])
    lists: frozenset[str] = frozenset()
    distinct: bool = True
    source: str = ""

    def alone(self) -> Condition:
        """Return one that needs no lists, since it asks whether there is such an element."""
        if not self.lists:
            return self
        tables = ", ".join(sorted(self.lists))
        return Condition(f"EXISTS (SELECT 1 FROM {tables} WHERE {self.sql})", self.params)


def column(name: str) -> str:
    """Quote a column or table name."""
    return '"' + name.replace('"', '""') + '"'


def field_column(name: str) -> str:
    """Name the column of a filter: unlike the table's own, and by letter case, unlike SQLite."""
    return "f." + _CAPITAL.sub(lambda found: f"^{found[0].lower()}", name)


def quoted_field(name: str) -> str:
    """Write the column of a filter as SQL does."""
    return column(field_column(name))


class Compiler:
    """Compiles queries over one collection.

    Args:
        collection: Whose fields the query may name.
    """

    def __init__(self, collection: Table) -> None:
        """Keep the collection."""
        self._collection = collection

    def where(self, node: Node | None) -> Condition:
        """Compile a query; ``1`` if it has no conditions.

        Raises:
            ApiError: If a field does not take an operator or a value.
        """
        if node is None:
            return Condition("1")
        op, operands = operands_of(node, negated=False)
        parts = [self._node(arg, negated=no) for arg, no in operands]
        found = [part for part in parts if part]
        if op == "or":
            found = [one for one in (_joined("or", found),) if one]
        # Conditions without lists stay outside, where SQLite has indexes for them.
        looking = _joined("and", [part for part in found if part.lists])
        if looking and not looking.distinct:
            source = "".join(f", {table}" for table in sorted(looking.lists))
            found = [part for part in found if not part.lists] + [looking]
            whole = _joined("and", found) or looking
            return Condition(whole.sql, whole.params, source=source)
        plain = [part for part in found if not part.lists]
        return _joined("and", [*plain, *([looking.alone()] if looking else [])]) or Condition("1")

    def _node(self, node: Node, *, negated: bool, prefix: str = "") -> Condition | None:
        op, operands = operands_of(node, negated)
        if op:
            parts = [self._node(arg, negated=no, prefix=prefix) for arg, no in operands]
            return _joined(op, [part for part in parts if part])
        leaf, negated = operands[0]
        compiled = self._leaf(leaf, prefix)
        return _complement(compiled) if compiled and negated else compiled

    def _leaf(self, node: Node, prefix: str) -> Condition | None:
        match node:
            case Comparison(op, name, Group(args)):
                return self._node(conjunction(args), negated=op == "ne", prefix=f"{prefix}{name}.")
            case Comparison(op, name, value):
                return self._comparison(op, prefix + name, value)
            case Membership(op, name, values):
                return self._membership(op, prefix + name, values)
            case Group(args):
                return self._node(conjunction(args), negated=False, prefix=prefix)
            case _:
                return None

    def _membership(self, op: str, name: str, values: tuple[Value, ...]) -> Condition | None:
        single = "eq" if op == "in" else "ne"
        if any(isinstance(value, Group) for value in values) or name.endswith("search"):
            each = [self._node(Comparison("eq", name, v), negated=False) for v in values]
            found = _joined("or", [one for one in each if one])
            return _complement(found) if found and op == "out" else found
        target = self._collection.fields.get(name)
        if target is None or name in _RESERVED:
            return None
        if op not in target.lookups:
            raise bad_condition(name, op, value_text(values[0]))
        converted = [self._value(target, single, value) for value in values]
        plain = [value for value in converted if value is not _NULL]
        parts = [Condition(f"@ IN ({','.join('?' * len(plain))})", plain)] if plain else []
        if len(plain) < len(converted):
            parts.append(Condition("@ IS NULL"))
        found = self._placed(target, _joined("or", parts) or Condition("0"))
        return _complement(found) if op == "out" else found

    def _comparison(self, op: str, name: str, value: Value) -> Condition | None:
        if name == "search":
            return self._search(op, value)
        if name.endswith(".search"):
            raise bad_query('Filter "search" can be applied only on top level.')
        target = self._collection.fields.get(name)
        if target is None or name in _RESERVED or not target.lookups:
            return None
        if op in _ORDERS and _is_numbered(target):
            return self._ranked(target, op, value)
        if op not in target.lookups:
            raise bad_condition(name, op, value_text(value))
        if op in ("like", "ilike"):
            if not isinstance(value, Literal) or value_text(value) in target.null_words:
                raise bad_condition(name, op, value_text(value))
            return self._placed(target, _pattern(name, op, value))
        converted = self._value(target, op, value)
        if converted is _NULL:
            test = Condition("@ IS NULL")
        else:
            test = Condition(f"@ {_SIGNS.get(op, '=')} ?", [converted])
        found = self._placed(target, test)
        return _complement(found) if op == "ne" else found

    def _ranked(self, target: FilterField, op: str, value: Value) -> Condition:
        """Compare labels by the numbers behind them, which rise as the document lists them."""
        text = self._value(target, op, value)
        given = target.enum.index(text)
        labels = [label for number, label in enumerate(target.enum) if _ORDERS[op](number, given)]
        return self._placed(target, Condition(f"@ IN ({','.join('?' * len(labels))})", [*labels]))

    def _value(self, target: FilterField, op: str, value: Value) -> Any:
        shown = value_text(value)
        is_null = value == Constant("null()") or shown in target.null_words
        if is_null:
            if "null" not in target.lookups or op not in ("eq", "ne"):
                raise bad_condition(target.name, op, shown)
            return _NULL
        text = value.name if isinstance(value, Constant) else shown
        text = value.text if isinstance(value, Literal) else text
        if text == "empty()" and op in ("eq", "ne"):
            if target.type != "string" or target.enum:
                raise bad_condition(target.name, op, shown)
            return ""
        if _NUL in text or (target.enum and text not in target.enum):
            raise bad_condition(target.name, op, shown)
        try:
            return from_text(target.type, text)
        except (ValueError, OverflowError) as error:
            raise bad_condition(target.name, op, shown) from error

    def _search(self, op: str, value: Value) -> Condition | None:
        if op != "eq" or isinstance(value, Group):
            raise bad_query(f"Bad search filter: {op}.")
        text = value.name if isinstance(value, Constant) else value.text
        if not text:
            return None
        start = "" if text.startswith("*") else "*"
        end = "" if text.endswith("*") else "*"
        pattern = _pattern("search", "ilike", Literal(f"{start}{text}{end}", '"'))
        fields = [f for f in self._collection.fields.values() if f.searchable]
        parts = [self._placed(f, Condition(pattern.sql, list(pattern.params))) for f in fields]
        return _joined("or", parts) or Condition("0")

    def _placed(self, target: FilterField, test: Condition) -> Condition:
        """Put the field's column where the test says ``@``."""
        name = quoted_field(target.name)
        if target.name in self._collection.indexed and test.sql.startswith(("@ =", "@ IN")):
            # Spelled as the index has it, so that SQLite takes it.
            return Condition(
                f"(({name} IS NULL) = 0 AND {test.sql.replace('@', name)})", test.params
            )
        if target.name not in self._collection.many:
            return Condition(test.sql.replace("@", name), test.params)
        alias, first = self._collection.elements[target.name]
        value = f"json_extract({name}, '$[' || {alias}.key || ']')"
        value = f"{alias}.value" if target.name == first else value
        table = f"json_each({quoted_field(first)}) {alias}"
        # By the id of what is listed, a record is found once for each (RQL.md, "distinct").
        distinct = not target.name.endswith(".id")
        return Condition(
            test.sql.replace("@", value), test.params, frozenset({table}), distinct=distinct
        )


def ordering_sql(collection: Table, ordering: tuple[str, ...] | None) -> str:
    """Compile an order; ``None`` is the endpoint's own, by id. Nulls last, as PostgreSQL has it.

    Raises:
        ApiError: If a field cannot be ordered by, or there are more than five.
    """
    if ordering is None:
        return "record.id"
    if len(ordering) > _MAX_ORDERING:
        raise bad_query(f"Bad ordering filter: max allowed number is {_MAX_ORDERING}.")
    terms: list[str] = []
    direction = "ASC"
    for signed in ordering:
        name = signed.removeprefix("-")
        target = collection.fields.get(name)
        if target is None or not target.orderable:
            raise bad_query(f"Bad ordering filter: {signed}.")
        direction = "DESC" if signed != name else "ASC"
        quoted = quoted_field(name)
        terms.append(f"({quoted} IS NULL) {direction}, {quoted} {direction}")
    return ", ".join([*terms, f"record.rowid {direction}"])


_MAX_ORDERING = 5  # RQL.md section 3, "ordering"


def listings(node: Node | None, op: str) -> list[Listing]:
    """Find every ``ordering`` or ``select`` of a query, wherever it stands."""
    return [leaf for leaf in leaves(node) if isinstance(leaf, Listing) and leaf.op == op]


def leaves(node: Node | None) -> list[Node]:
    """List the conditions of a query, without the logic around them."""
    found: list[Node] = []
    todo = [] if node is None else [node]
    while todo:
        node = todo.pop()
        if isinstance(node, Logical):
            todo += reversed(node.args)
        elif isinstance(node, Negation):
            todo.append(node.arg)
        else:
            found.append(node)
    return found


def _joined(op: str, parts: list[Condition]) -> Condition | None:
    if len(parts) < 2:  # noqa: PLR2004 - joining takes two
        return parts[0] if parts else None
    if len(parts) > _WIDEST:  # SQLite limits the depth of an expression, not its breadth
        middle = len(parts) // 2
        halves = (_joined(op, parts[:middle]), _joined(op, parts[middle:]))
        parts = [half for half in halves if half]
    return Condition(
        f"({f' {op.upper()} '.join(part.sql for part in parts)})",
        [param for part in parts for param in part.params],
        frozenset(table for part in parts for table in part.lists),
        distinct=any(part.lists and part.distinct for part in parts),
    )


def _complement(condition: Condition) -> Condition:
    """Negate: what is unknown, as anything of null is, is not the case."""
    asked = condition.alone()
    return Condition(f"NOT ifnull({asked.sql}, 0)", asked.params)


def _is_numbered(target: FilterField) -> bool:
    """Tell whether the choices are labels of numbers: then they are no texts, for ``like``.

    The document lists no order for them, and the server compares all the same.
    """
    return bool(target.enum) and target.lookups - {"null"} == _LABELLED


def _pattern(name: str, op: str, value: Literal) -> Condition:
    """Compile a pattern: its shape decides, as on the server."""
    tokens: list[str] = _TOKEN.findall(value.text)
    if _NUL in value.text or any(pair == (_STAR, _STAR) for pair in pairwise(tokens)):
        raise bad_condition(name, op, value_text(value))
    if tokens == [_STAR]:
        return Condition("@ IS NOT NULL")
    target = "fold(@)" if op == "ilike" else "@"
    stars = [index for index, token in enumerate(tokens) if token == _STAR]
    starts, ends = 0 in stars, len(tokens) - 1 in stars
    if set(stars) - {0, len(tokens) - 1}:
        return Condition(f"matches(?, {target})", [_regex(name, op, value, tokens)])
    text = "".join(_plain(token) for token in tokens if token != _STAR)
    text = fold(text) if op == "ilike" else text
    if starts and ends:
        return Condition(f"instr({target}, ?) > 0", [text])
    if starts:
        return Condition(f"substr({target}, -length(?)) = ?", [text, text])
    if ends:
        return Condition(f"substr({target}, 1, length(?)) = ?", [text, text])
    return Condition(f"{target} = ?", [text])


def _plain(token: str) -> str:
    return token[1] if token in ("\\*", "\\\\") else token


def _regex(name: str, op: str, value: Literal, tokens: list[str]) -> str:
    """Write the server's regular expression, in which an escaped star repeats what precedes it."""
    parts = {"*": "(.*)", "\\*": "*", "\\\\": "\\\\"}
    folded = fold if op == "ilike" else str
    text = "".join(parts.get(t, re.escape(folded(t))) for t in tokens)
    try:
        re.compile(text)
    except re.error as error:  # the server answers 500 here
        raise bad_condition(name, op, value_text(value)) from error
    return text
