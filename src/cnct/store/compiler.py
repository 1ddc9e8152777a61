"""Compiles the conditions of a query to SQL, by the rules of docs/rql.md, "Filters".

Fields are columns of the table; those that look into arrays hold a JSON array. Conditions on
unknown fields are left out, as the server ignores them.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cnct.exceptions import QueryError
from cnct.openapi.fields import FilterField
from cnct.rql.nodes import (
    Comparison,
    Constant,
    Group,
    Literal,
    Membership,
    Node,
    Value,
    conjunction,
)
from cnct.rql.printer import operands_of, value_text
from cnct.store.comparables import from_text
from cnct.store.like import like_expression
from cnct.store.refusals import NUL, bad_condition, too_large
from cnct.store.sql import EVERY_ROW, NO_ROW, SqlExpression, complement, joined, quoted_field
from cnct.store.tables import Table

_RESERVED = frozenset({"limit", "offset"})
_SIGNS = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_ORDERS = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}
_LABELLED = frozenset({"eq", "ne", "in", "out"})
_NULL = object()
_MOST_LEVELS = 500  # of operators; the server fails at 320 (docs/rql.md, "Limits of the parser")

_Operand: TypeAlias = tuple[Node, bool]
"""A node, and whether it is negated."""


@dataclass(slots=True)
class _Level:
    """An operator whose operands are being compiled: those left, the next one last."""

    op: str
    todo: list[_Operand]
    parts: list[SqlExpression] = field(default_factory=list[SqlExpression])


class Compiler:
    """Compiles queries over one table.

    Args:
        table: The table whose fields a query may name.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def condition(self, query: Node | None) -> SqlExpression:
        """Compile a query; one without conditions means every row.

        Raises:
            QueryError: If a field does not take an operator or a value.
        """
        if query is None:
            return EVERY_ROW
        op, operands = operands_of(query, negated=False)
        parts = self._parts(operands)
        if op == "or":
            parts = [part for part in (joined("or", parts),) if part]
        # Conditions without arrays stay outside, where SQLite has indexes for them.
        plain = [part for part in parts if not part.lists]
        looking = joined("and", [part for part in parts if part.lists])
        if looking is None:
            return joined("and", plain) or EVERY_ROW
        if looking.distinct:
            return joined("and", [*plain, looking.without_lists()]) or EVERY_ROW
        source = "".join(f", {table}" for table in sorted(looking.lists))
        whole = joined("and", [*plain, looking]) or looking
        return SqlExpression(whole.sql, whole.params, source=source)

    def _parts(self, operands: list[_Operand], prefix: str = "") -> list[SqlExpression]:
        parts = [self._node(arg, negated=negated, prefix=prefix) for arg, negated in operands]
        return [part for part in parts if part]

    def _node(self, node: Node, *, negated: bool, prefix: str = "") -> SqlExpression | None:
        """Compile a node without recursion, since queries are nested as deeply as a client likes.

        Raises:
            QueryError: If a field does not take an operator or a value, or the query is too deep.
        """
        levels = [_Level("", [(node, negated)])]
        while True:
            level = levels[-1]
            if level.todo:
                op, operands = operands_of(*level.todo.pop())
                if op:
                    levels.append(_Level(op, operands[::-1]))
                    if len(levels) > _MOST_LEVELS:
                        raise too_large()
                    continue
                leaf, negated = operands[0]
                expression = self._leaf(leaf, prefix)
                part = complement(expression) if expression and negated else expression
            else:
                part = joined(level.op, level.parts)
                levels.pop()
                if not levels:
                    return part
            if part:
                levels[-1].parts.append(part)

    def _leaf(self, node: Node, prefix: str) -> SqlExpression | None:
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

    def _membership(self, op: str, name: str, values: tuple[Value, ...]) -> SqlExpression | None:
        single = "eq" if op == "in" else "ne"
        if any(isinstance(value, Group) for value in values) or name.endswith("search"):
            terms: list[_Operand] = [(Comparison("eq", name, v), False) for v in values]
            any_of = joined("or", self._parts(terms))
            return complement(any_of) if any_of and op == "out" else any_of
        field = self._table.fields.get(name)
        if field is None or name in _RESERVED:
            return None
        if op not in field.lookups:
            raise bad_condition(name, op, value_text(values[0]))
        comparables = [self._comparable(field, single, value) for value in values]
        plain = tuple(value for value in comparables if value is not _NULL)
        parts = [SqlExpression(f"@ IN ({_marks(len(plain))})", plain)] if plain else []
        if len(plain) < len(comparables):
            parts.append(SqlExpression("@ IS NULL"))
        expression = self._placed(field, joined("or", parts) or NO_ROW)
        return complement(expression) if op == "out" else expression

    def _comparison(self, op: str, name: str, value: Value) -> SqlExpression | None:
        if name == "search":
            return self._search(op, value)
        if name.endswith(".search"):
            raise QueryError('Filter "search" can be applied only on top level.')
        field = self._table.fields.get(name)
        if field is None or name in _RESERVED or not field.lookups:
            return None
        if op in _ORDERS and _is_numbered(field):
            return self._ranked(field, op, value)
        if op not in field.lookups:
            raise bad_condition(name, op, value_text(value))
        if op in ("like", "ilike"):
            if not isinstance(value, Literal) or field.means_null(value):
                raise bad_condition(name, op, value_text(value))
            return self._placed(field, like_expression(name, op, value))
        comparable = self._comparable(field, op, value)
        if comparable is _NULL:
            test = SqlExpression("@ IS NULL")
        else:
            test = SqlExpression(f"@ {_SIGNS.get(op, '=')} ?", (comparable,))
        expression = self._placed(field, test)
        return complement(expression) if op == "ne" else expression

    def _ranked(self, field: FilterField, op: str, value: Value) -> SqlExpression:
        """Compare labels by the numbers behind them, which rise as the document lists them."""
        limit = field.enum.index(self._comparable(field, op, value))
        labels = [label for number, label in enumerate(field.enum) if _ORDERS[op](number, limit)]
        return self._placed(field, SqlExpression(f"@ IN ({_marks(len(labels))})", tuple(labels)))

    def _comparable(self, field: FilterField, op: str, value: Value) -> Any:
        """Convert a value for the column of a field; ``_NULL`` stands for null."""
        literal = value_text(value)
        if field.means_null(value):
            if "null" not in field.lookups or op not in ("eq", "ne"):
                raise bad_condition(field.name, op, literal)
            return _NULL
        text = value.text if isinstance(value, Literal) else literal
        if text == "empty()" and op in ("eq", "ne"):
            if field.type != "string" or field.enum:
                raise bad_condition(field.name, op, literal)
            return ""
        if NUL in text or (field.enum and text not in field.enum):
            raise bad_condition(field.name, op, literal)
        try:
            return from_text(field.type, text)
        except (ValueError, OverflowError) as error:
            raise bad_condition(field.name, op, literal) from error

    def _search(self, op: str, value: Value) -> SqlExpression | None:
        if op != "eq" or isinstance(value, Group):
            raise QueryError(f"Bad search filter: {op}.")
        text = value.name if isinstance(value, Constant) else value.text
        if not text:
            return None
        start = "" if text.startswith("*") else "*"
        end = "" if text.endswith("*") else "*"
        pattern = like_expression("search", "ilike", Literal(f"{start}{text}{end}", '"'))
        fields = [field for field in self._table.fields.values() if field.searchable]
        return joined("or", [self._placed(field, pattern) for field in fields]) or NO_ROW

    def _placed(self, field: FilterField, test: SqlExpression) -> SqlExpression:
        """Write the field's column in the place of ``@``."""
        name = quoted_field(field.name)
        if field.name in self._table.indexed and test.sql.startswith(("@ =", "@ IN")):
            # SQLite uses an index only if the condition is spelled like the index.
            sql = f"(({name} IS NULL) = 0 AND {test.sql.replace('@', name)})"
            return SqlExpression(sql, test.params)
        if field.name not in self._table.many:
            return SqlExpression(test.sql.replace("@", name), test.params)
        alias, first = self._table.elements[field.name]
        value = f"json_extract({name}, '$[' || {alias}.key || ']')"
        value = f"{alias}.value" if field.name == first else value
        elements = f"json_each({quoted_field(first)}) {alias}"
        # A condition on ids repeats the record for each match (docs/rql.md, "Repeated rows").
        distinct = not field.name.endswith(".id")
        sql = test.sql.replace("@", value)
        return SqlExpression(sql, test.params, frozenset({elements}), distinct=distinct)


def _marks(number: int) -> str:
    return ",".join("?" * number)


def _is_numbered(field: FilterField) -> bool:
    """Return whether the choices of a field are labels of stored numbers: it takes no ``like``.

    The document lists no ``lt`` or ``gt`` for such a field, but the server compares the numbers.
    """
    return bool(field.enum) and field.lookups - {"null"} == _LABELLED
