"""SQL expressions with their parameters: quoting, joining and negating. Knows no queries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cnct.store import logic

_CAPITAL = re.compile("[A-Z]")
_WIDEST = 100  # operands; SQLite limits the depth of an expression, not its breadth
_DEEPEST = 6  # operators inside each other that are written as SQL: each has 100 operands at most


@dataclass(frozen=True, slots=True)
class SqlExpression:
    """A condition in SQL.

    Attributes:
        sql: The expression.
        params: Values of the question marks.
        lists: Tables of the JSON arrays that the expression looks into, as written after ``FROM``.
            All conditions on one array hold for the same element (one join, on the real server).
        distinct: Whether a record counts once, however many elements match.
        source: Tables that follow the record's own after ``FROM``, where a record counts once for
            each matching element.
        depth: Number of operators inside each other in the text of the expression.
        terms: Of an expression that `logic` evaluates, the terms.
        program: Of an expression that `logic` evaluates, the steps.
    """

    sql: str
    params: tuple[Any, ...] = ()
    lists: frozenset[str] = frozenset()
    distinct: bool = True
    source: str = ""
    depth: int = 0
    terms: tuple[str, ...] = ()
    program: tuple[str, ...] = (logic.TERM,)

    def without_lists(self) -> SqlExpression:
        """Return an expression that asks whether such an element exists, and joins nothing."""
        if not self.lists:
            return self
        tables = ", ".join(sorted(self.lists))
        sql = f"EXISTS (SELECT 1 FROM {tables} WHERE {self.sql})"
        return SqlExpression(sql, self.params, depth=self.depth + 1)


EVERY_ROW = SqlExpression("1")
NO_ROW = SqlExpression("0")


def quoted(name: str) -> str:
    """Quote the name of a column, table or index."""
    return '"' + name.replace('"', '""') + '"'


def field_column(field: str) -> str:
    """Return the name of a field's column.

    The prefix keeps fields apart from the columns ``id``, ``parent`` and ``doc``; capitals are
    escaped, because SQLite ignores letter case.
    """
    return "f." + _CAPITAL.sub(lambda capital: f"^{capital[0].lower()}", field)


def quoted_field(field: str) -> str:
    """Return the quoted name of a field's column."""
    return quoted(field_column(field))


def joined(op: str, parts: list[SqlExpression]) -> SqlExpression | None:
    """Join expressions with ``and`` or ``or``; ``None`` if there are none."""
    if len(parts) < 2:  # noqa: PLR2004 - joining takes two
        return parts[0] if parts else None
    if len(parts) > _WIDEST:
        middle = len(parts) // 2
        halves = (joined(op, parts[:middle]), joined(op, parts[middle:]))
        parts = [half for half in halves if half]
    depth = 1 + max(part.depth for part in parts)
    if depth > _DEEPEST:
        terms = tuple(term for part in parts for term in part.terms or (part.sql,))
        steps = [step for part in parts for step in part.program]
        program = (*steps, logic.operator(op, len(parts)))
        depth, sql = _DEEPEST, logic.call(program, terms)
    else:
        terms, program = (), (logic.TERM,)
        sql = f"({f' {op.upper()} '.join(part.sql for part in parts)})"
    return SqlExpression(
        sql,
        tuple(param for part in parts for param in part.params),
        frozenset(table for part in parts for table in part.lists),
        distinct=any(part.lists and part.distinct for part in parts),
        depth=depth,
        terms=terms,
        program=program,
    )


def complement(expression: SqlExpression) -> SqlExpression:
    """Negate an expression; one that is unknown, as comparisons with null are, counts as false."""
    plain = expression.without_lists()
    return SqlExpression(f"NOT ifnull({plain.sql}, 0)", plain.params, depth=plain.depth + 1)
