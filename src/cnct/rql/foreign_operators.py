"""Operators of other query languages, such as ``gte``, and the RQL that does the same.

Only writes messages: an operator that RQL does not have is never translated silently.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from cnct.exceptions import RQLError

FOREIGN_OPERATORS = frozenset(
    (
        *("gte", "lte", "equals", "exact", "iexact", "not", "isnull", "range", "regex", "iregex"),
        *("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"),
    )
)
"""Refused at the end of a keyword: the server would take them for the name of a field."""

_SYNONYMS = {
    "eq": ("equals", "exact", "equal", "is_"),
    "ne": ("not", "neq", "not_equal", "notequal", "is_not"),
    "ge": ("gte",),
    "le": ("lte",),
    "gt": ("greater_than", "after"),
    "lt": ("less_than", "before"),
    "in": ("isin", "is_in"),
    "out": ("nin", "notin", "not_in", "exclude"),
}
_PLAIN = {name: op for op, names in _SYNONYMS.items() for name in names}
MEMBERSHIPS = {"in_": "in"} | {name: op for name, op in _PLAIN.items() if op in ("in", "out")}
"""The operator for a list, by the names that people try."""

_SHAPES = {
    "*{}*": ("contains", "icontains", "match", "matches"),
    "{}*": ("startswith", "istartswith"),
    "*{}": ("endswith", "iendswith"),
    "{}": ("iexact", "lower", "upper"),
}
_PATTERNS = {name: shape for shape, names in _SHAPES.items() for name in names}
_FUNCTIONS = {"*{}*": "like_contains", "{}*": "like_startswith", "*{}": "like_endswith"}
_NULLS = {"isnull": True, "is_null": True, "isna": True, "is_none": True, "notnull": False}
_RANGES = frozenset({"range", "between"})
_EXPRESSIONS = frozenset({"regex", "iregex"})

CALLED_OPERATORS = frozenset({*_PLAIN, *_PATTERNS, *_NULLS, *_RANGES, *_EXPRESSIONS})
"""Refused where a field of this name is called: ``R().created.gte(value)``."""

_LONGEST = 40  # characters of a value that a message repeats


def refuse_keyword(op: str, field: str, value: Any) -> NoReturn:
    """Refuse a keyword that ends in an operator which RQL does not have.

    Args:
        op: The operator.
        field: The dotted path of the field.
        value: The value of the keyword.

    Raises:
        RQLError: Always; the message has the keyword that does the same.
    """
    name = field.replace(".", "__")

    def condition(operator: str, literal: str) -> str:
        suffix = "" if operator == "eq" else f"__{operator}"
        return f"{name}{suffix}={literal}"

    advice = _advice(op, value, condition, ", ")
    raise RQLError(f"RQL has no operator {op!r}, as in {name}__{op}: write {advice}")


def refuse_call(path: str, args: tuple[Any, ...]) -> NoReturn:
    """Refuse to call a field that is named like an operator which RQL does not have.

    Args:
        path: The dotted path, the operator last.
        args: The arguments of the call.

    Raises:
        RQLError: Always; the message has the call that does the same.
    """
    field, _, op = path.rpartition(".")
    start = written_field(field)

    def condition(operator: str, literal: str) -> str:
        return f"{start}.{'in_' if operator == 'in' else operator}({literal})"

    advice = _advice(op, args[0] if args else ..., condition, " & ")
    raise RQLError(f"RQL has no operator {op!r}, as in {start}.{op}(): write {advice}")


def written_field(path: str) -> str:
    """Return the Python for a field: ``R().product.name``, or ``R().n('x-field')``."""
    names = path.split(".")
    if not path:
        return "R().field"
    return f"R().{path}" if all(map(str.isidentifier, names)) else f"R().n({path!r})"


def _advice(op: str, value: Any, condition: Callable[[str, str], str], both: str) -> str:
    if op in _EXPRESSIONS:
        return f"a pattern, since RQL has no regular expressions: {condition('ilike', repr('*x*'))}"
    if op in _RANGES:
        return f"{condition('ge', 'first')}{both}{condition('le', 'last')}"
    if op in _NULLS:
        is_null = value if isinstance(value, bool) and op == "isnull" else _NULLS[op]
        return condition("null", str(is_null))
    if op in _PLAIN:
        is_list = op in MEMBERSHIPS
        return condition(_PLAIN[op], "[...]" if is_list else _literal(value))
    pattern = _PATTERNS[op]
    likely = condition("ilike", _pattern(pattern, value))
    return likely if op[0] == "i" else f"{likely} (like, to match letter case)"


def _pattern(pattern: str, value: Any) -> str:
    """Return the literal of a pattern, or the call that escapes the signs of the value."""
    if not isinstance(value, str):
        return repr(pattern.format("text"))
    if not value or set(value) & set("*\\\"'"):
        return f"{_FUNCTIONS.get(pattern, 'like_exact')}({_literal(value)})"
    return repr(pattern.format(value)) if len(value) <= _LONGEST else repr(pattern.format("text"))


def _literal(value: Any) -> str:
    if type(value) in (str, int, float, bool) and len(repr(value)) <= _LONGEST:
        return repr(value)
    return "value"
