"""Writes the conditions of ``R`` as RQL and combines them.

A condition keeps its RQL and the RQL of its negation, so that no tree is built or walked: ``~``
swaps the two texts, and ``&`` and ``|`` write the negation by De Morgan's laws. Only RQL text from
outside is parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NoReturn, TypeAlias

from cnct.exceptions import RQLError, RQLSyntaxError, RQLTypeError
from cnct.rql.foreign_operators import FOREIGN_OPERATORS, MEMBERSHIPS, refuse_keyword, written_field
from cnct.rql.leaves import leaves
from cnct.rql.literals import literal_list, literal_text
from cnct.rql.nodes import Negation, Node
from cnct.rql.parser import is_field, parse
from cnct.rql.printer import to_text

# The RQL; that of the negation, empty if it is ``not`` of the RQL; and the result if it is the same
# for every row: ``in`` an empty list is always False and ``out`` of one always True, which RQL
# cannot write (docs/rql.md, "Values without a literal"). A plain tuple, unpacked wherever it is
# read: a NamedTuple takes longer to build, and building an R is measured
# (benchmarks/cases/queries.py).
Condition: TypeAlias = tuple[str, str, bool | None]

NONE: Condition = ("", "", None)
AND, OR = "and(", "or("


def joined(call: str, left: Condition, right: Condition) -> Condition:
    """Return two conditions combined with ``AND`` or ``OR``; ``NONE`` is left out.

    Nested calls of the same operator are flattened.
    """
    text, opposite, constant = left
    right_text, right_opposite, right_constant = right
    if not text:
        return right
    if not right_text:
        return left
    if constant is not None:
        return right if constant == (call == AND) else left
    if right_constant is not None:
        return left if right_constant == (call == AND) else right
    other = OR if call == AND else AND
    begin = text[:-1] if text.startswith(call) else call + text
    end = right_text[len(call) :] if right_text.startswith(call) else right_text + ")"
    if not opposite:
        opposite = f"{other}not({text})"
    else:
        opposite = opposite[:-1] if opposite.startswith(other) else other + opposite
    if not right_opposite:
        right_opposite = f"not({right_text})"
    elif right_opposite.startswith(other):
        right_opposite = right_opposite[len(other) : -1]
    return f"{begin},{end}", f"{opposite},{right_opposite})", None


def negated(condition: Condition) -> Condition:
    """Return the negation of a condition; that of ``NONE`` is ``NONE``."""
    text, opposite, constant = condition
    if text and not opposite:
        opposite = f"not({text})"
    return opposite, text, None if constant is None else not constant


def read(text: str) -> Condition:
    """Return the condition for RQL text, read by the server's grammar.

    Raises:
        RQLSyntaxError: If the text is not RQL; the message names the position.
    """
    return _condition(parse(text))


def read_filter(text: str) -> Condition:
    """Return the condition for RQL text; accepts ``a=1|b=2`` without parentheses too.

    Raises:
        RQLSyntaxError: If the text is not RQL; the message names the position.
        RQLError: If the text sets ``limit`` or ``offset``, which would become conditions.
    """
    node = _parsed_filter(text)
    if "limit" in text or "offset" in text:
        _refuse_paging(node)
    return _condition(node)


def _parsed_filter(text: str) -> Node | None:
    try:
        return parse(text)
    except RQLSyntaxError:
        if ";" not in text and "|" not in text:
            raise
        try:
            return parse(f"({text})")
        except RQLSyntaxError:
            pass
        raise


PAGING = {"limit": "limit(100), or [:100] for the first ones", "offset": "a slice: [100:]"}
"""What to write on the list instead of a condition, by parameter of the call."""


def _refuse_paging(node: Node | None) -> None:
    for leaf in leaves(node):
        name = getattr(leaf, "field", "")
        if name in PAGING:
            refuse_paging(name)


def refuse_paging(name: str) -> NoReturn:
    """Refuse a parameter of paging as a condition.

    Args:
        name: A key of `PAGING`.

    Raises:
        RQLError: Always; the message has the method that pages.
    """
    raise RQLError(
        f"{name!r} is a parameter of the call and no condition: leave it out of the filter, "
        f"and write {PAGING[name]}"
    )


def _condition(node: Node | None) -> Condition:
    return (to_text(node), to_text(Negation(node)), None) if node else NONE


def checked_field(name: str) -> str:
    """Return the name unchanged if it can be a field.

    Raises:
        RQLError: If RQL has no such field name.
    """
    if not is_field(name):
        raise RQLError(
            f"{name!r} cannot be a field name in RQL: "
            "write an ASCII letter, then letters, digits, '_', '-' or '.'"
        )
    return str.__str__(name)  # a subclass may show itself otherwise than it is


def _comparison(op: str, field: str, value: Any) -> Condition:
    try:
        literal = literal_text(value, op)
    except RQLTypeError:
        _refuse_several(op, field, value)
        raise
    text = f"{op}({field},{literal})"
    return text, "", None


def _refuse_several(op: str, field: str, value: Any) -> None:
    """Refuse a list as the value of an operator that takes one value.

    Raises:
        RQLTypeError: If the value is a collection of values.
    """
    if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
        return
    start = f"{op} of {field!r}"
    several = {"eq": "in", "ne": "out"}.get(op, "")
    above, _, last = field.rpartition(".")
    if above and last in MEMBERSHIPS:  # R(status__notin=[...])
        several, field = MEMBERSHIPS[last], above
    method = "in_" if several == "in" else several
    keyword = f"{field.replace('.', '__')}__{several}=[...]"
    remedy = f"write {keyword} or {written_field(field)}.{method}([...])"
    raise RQLTypeError(
        f"{start} takes one value, not a {type(value).__name__}: "
        f"{remedy if several else 'write a condition for each, combined with |'}"
    ) from None


_TEXTS = (str, bytes)  # a union would be built at each call


def _membership(op: str, field: str, values: Any) -> Condition:
    op = "in" if op == "oneof" else op
    if isinstance(values, _TEXTS) or not hasattr(values, "__iter__"):
        raise RQLTypeError(
            f"{op} of {field!r} takes several values, not one {type(values).__name__}: "
            "write a list, tuple, set or generator of values"
        )
    literals = literal_list(values, op)
    if literals:
        text = f"{op}({field},({literals}))"
        return text, "", None
    never = (f"in({field},())", f"out({field},())", False)
    return never if op == "in" else negated(never)


def _flag(op: str, field: str, value: Any) -> Condition:
    if not isinstance(value, bool):
        raise RQLTypeError(f"{op} of {field!r} cannot take {value!r}: write True or False")
    text = f"{'eq' if value else 'ne'}({field},{op}())"
    return text, "", None


Operator: TypeAlias = Callable[[str, str, Any], Condition]

OPERATORS: dict[str, Operator] = {
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "like", "ilike"), _comparison),
    **dict.fromkeys(("in", "oneof", "out"), _membership),
    **dict.fromkeys(("null", "empty"), _flag),
}
_KEYWORDS: dict[str, Operator] = {**OPERATORS, **dict.fromkeys(FOREIGN_OPERATORS, refuse_keyword)}


@lru_cache(maxsize=1024)
def keyword_parts(keyword: str) -> tuple[Operator, str, str]:
    """Split ``field__nested__op``.

    Returns:
        The function that writes the condition, or refuses an operator of another language; the name
        of the operator; and the path of the field.

    Raises:
        RQLError: If RQL has no such field name.
    """
    path, _, op = keyword.rpartition("__")
    if not path or op not in _KEYWORDS:
        path, op = keyword, "eq"
    return _KEYWORDS[op], op, checked_field(path.replace("__", "."))


def all_of(keywords: Mapping[str, Any]) -> Condition:
    """Return the condition for ``field__nested__op=value``, combined with ``and``.

    Raises:
        RQLError: If a field or a value cannot be written in RQL.
    """
    condition = NONE
    for keyword in keywords:
        write, op, field = keyword_parts(keyword)
        own = write(op, field, keywords[keyword])
        condition = own if condition is NONE else joined(AND, condition, own)
    return condition


def of_parts(
    op: str, children: Iterable[Any], text: str | None, keywords: Mapping[str, Any], *, negate: bool
) -> Condition:
    """Return the condition for the arguments of ``R``.

    Raises:
        RQLError: If ``op`` is unknown, or a condition cannot be written.
        RQLSyntaxError: If the text is not RQL.
    """
    if op not in ("expr", "and", "or"):
        raise RQLError(f"_op cannot be {op!r}: write 'expr', 'and' or 'or'")
    condition = NONE
    for child in children:
        condition = joined(OR if op == "or" else AND, condition, child.__rql__())
    if text is not None:
        condition = joined(AND, condition, read_filter(text))
    condition = joined(AND, condition, all_of(keywords))
    return negated(condition) if negate else condition
