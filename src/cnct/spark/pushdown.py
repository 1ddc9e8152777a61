"""Translates filters of Spark to RQL where no row can be lost. Does no I/O, imports no engine.

Spark applies every filter again to the rows that it gets, so a condition may match more rows than
the filter, but never fewer. Filters are recognised by the names of their classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote

from cnct.data.column_types import ColumnType
from cnct.exceptions import RQLError
from cnct.openapi.fields import FilterField
from cnct.rql import R, like_contains, like_endswith, like_startswith
from cnct.rql.literals import quote_literal
from cnct.spark.layout import Layout

_MOST_TEXT = 4_000
"""Characters of all conditions in a URL, whose length servers limit."""

_SECOND = timedelta(seconds=1)
_FIELD_TYPES: dict[ColumnType, frozenset[str]] = {
    "string": frozenset({"string"}),
    "integer": frozenset({"integer", "string"}),
    "decimal": frozenset({"decimal", "float"}),
    "float": frozenset({"decimal", "float"}),
    "boolean": frozenset({"boolean", "string"}),
    "datetime": frozenset({"datetime"}),
    "date": frozenset({"date", "string"}),
}
"""Types of a filter for a column.

Documents type some filters as strings whatever the column is. Such a filter may compare texts, so
only columns with a single text for each value have it.
"""

_PYTHON_TYPES: dict[ColumnType, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "decimal": (int, Decimal),
    "float": (int, float, Decimal),
    "boolean": (bool,),
    "datetime": (datetime,),
    "date": (date,),
}
_RANGES = {
    "LessThan": "le",
    "LessThanOrEqual": "le",
    "GreaterThan": "ge",
    "GreaterThanOrEqual": "ge",
}
_PATTERNS: dict[str, Callable[[str], str]] = {
    "StringStartsWith": like_startswith,
    "StringEndsWith": like_endswith,
    "StringContains": like_contains,
}


class _Target(NamedTuple):
    """A column with the filter that the document has for it."""

    type: ColumnType
    field: FilterField

    @property
    def name(self) -> R:
        return R().n(self.field.name)

    def takes(self, *lookups: str) -> bool:
        """Return whether the field has all of these operators."""
        return self.field.lookups >= {*lookups}

    def takes_value(self, value: Any) -> bool:
        """Return whether the server compares a value as Spark does."""
        if isinstance(value, bool) is not (self.type == "boolean"):
            return False
        if isinstance(value, datetime) is not (self.type == "datetime"):
            return False
        if not isinstance(value, _PYTHON_TYPES[self.type]):
            return False
        if isinstance(value, datetime):
            return value.tzinfo is not None
        return not isinstance(value, str) or self._takes_text(value)

    def _takes_text(self, text: str) -> bool:
        """Return whether the server reads a text literally; it refuses others than the choices."""
        if text in ("", "empty()", *self.field.null_words) or "\0" in text:
            return False
        return not self.field.enum or text in self.field.enum


def pushed(filters: Iterable[Any], layout: Layout, fields: Mapping[str, FilterField]) -> R:
    """Return a condition that every row matches that the filters match; ``R()`` for none.

    Args:
        filters: Filters of ``pyspark.sql.datasource``, combined with ``and``.
        layout: The columns.
        fields: The fields by which the list can be filtered, from the document.
    """
    targets = _targets(layout, fields)
    where, left = R(), _MOST_TEXT
    for filter_ in filters:
        try:
            condition = _condition(filter_, targets)
        except (RQLError, OverflowError):  # a value without a literal, or beyond all dates
            continue
        length = len(quote(str(condition)))
        if length <= left:
            where &= condition
            left -= length
    return where


def _targets(layout: Layout, fields: Mapping[str, FilterField]) -> dict[str, _Target]:
    targets: dict[str, _Target] = {}
    for column in layout.columns:
        field = fields.get(".".join(column.path))
        if field is not None and field.type in _FIELD_TYPES.get(column.type, ()):
            targets[column.name] = _Target(column.type, field)
    return targets


def _condition(filter_: Any, targets: Mapping[str, _Target]) -> R:
    """Return the condition of a filter; ``R()`` if RQL or the document has none."""
    kind = type(filter_).__name__
    if kind == "Not":
        return _negated(filter_.child, targets)
    [name, *below] = filter_.attribute
    target = None if below else targets.get(name)
    if target is None:
        return R()
    match kind:
        case "EqualTo" | "EqualNullSafe":
            return _one_of(target, [filter_.value])
        case "In":
            # A null in the list matches no row.
            return _one_of(target, [value for value in filter_.value if value is not None])
        case "IsNotNull":
            return _not_null(target)
        case _ if kind in _RANGES:
            return _range(target, _RANGES[kind], filter_.value)
        case _ if kind in _PATTERNS:
            return _like(target, _PATTERNS[kind], filter_.value)
        case _:
            return R()


def _one_of(target: _Target, values: list[Any]) -> R:
    if not values or not all(map(target.takes_value, values)):
        return R()
    if target.type == "datetime":
        return _moments(target, values)
    literals = list(map(_literal, values))
    if len(values) == 1 and target.takes("eq"):
        return target.name.eq(literals[0])
    return target.name.in_(literals) if target.takes("in") else R()


def _literal(value: Any) -> Any:
    """Return a value for `R`, which takes a text in quotes for a literal."""
    is_quoted = isinstance(value, str) and value[0] in "\"'"
    return quote_literal(value) if is_quoted else value


def _moments(target: _Target, values: list[datetime]) -> R:
    """Return the condition for times: servers may show whole seconds of more exact values."""
    where = R()
    for value in values if target.takes("ge", "lt") else ():
        where |= target.name.ge(_utc(value)) & target.name.lt(_utc(value) + _SECOND)
    return where


def _range(target: _Target, lookup: str, value: Any) -> R:
    """Return a range with its bound: servers cut digits of decimals, and fractions of seconds."""
    if target.type in ("string", "boolean") or not target.takes_value(value):
        return R()
    if target.type == "integer" and target.field.type == "string":
        return R()  # as texts, 9 is above 10
    if target.type == "datetime":
        bound = _utc(value) + (_SECOND if lookup == "le" else timedelta())
    else:
        bound = value
    if not target.takes(lookup):
        return R()
    return target.name.le(bound) if lookup == "le" else target.name.ge(bound)


def _like(target: _Target, pattern: Callable[[str], str], text: Any) -> R:
    is_plain = target.type == "string" and isinstance(text, str) and text and "\0" not in text
    return target.name.like(pattern(text)) if is_plain and target.takes("like") else R()


def _not_null(target: _Target) -> R:
    """Return the condition for a value, unless the field shows values that it counts as null."""
    is_own = "." not in target.field.name  # see `_negated`
    is_exact = is_own and target.takes("null", "ne") and not target.field.null_words
    return target.name.null(value=False) if is_exact else R()


def _negated(child: Any, targets: Mapping[str, _Target]) -> R:
    """Return the condition of a negated equality.

    Only where equality is certain: some databases ignore letter case, or cut digits. Below related
    objects, negations lose rows (docs/rql.md, "Negation").
    """
    kind, name = type(child).__name__, child.attribute[0]
    target = targets.get(name) if kind in ("EqualTo", "In") else None
    if target is None or "." in target.field.name:
        return R()
    if target.type not in ("integer", "boolean") and not target.field.enum:
        return R()
    values = [child.value] if kind == "EqualTo" else [*child.value]
    if not values or not all(map(target.takes_value, values)):
        return R()  # with a null among the values, no row matches
    if len(values) == 1 and target.takes("ne"):
        return target.name.ne(values[0])
    return target.name.out(values) if target.takes("out") else R()


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)
