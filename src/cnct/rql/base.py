"""``R``: RQL conditions built in Python, combined with ``& | ~``.

Immutable. Knows no client and no field names of the API; values become literals (``literals``) as
soon as they are given, so that bad ones are refused where they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from cnct.rql.errors import RQLError, RQLSyntaxError
from cnct.rql.literals import EMPTY, NULL, encode
from cnct.rql.nodes import Comparison, Constant, Logical, Membership, Negation, Node, Truth
from cnct.rql.parser import is_field, parse
from cnct.rql.printer import operands_of, to_text


class RQLQuery:
    """A condition, or several combined, of a query; ``R`` for short.

    Written as keywords, ``R(status="draft", product__name__ilike="*saas*")``, or as a path,
    ``R().product.name.ilike("*saas*")``; combined with ``&``, ``|`` and ``~``; its ``str()`` is
    the RQL. ``R()`` is no condition at all: combined with others it leaves them as they are.

    Args:
        _op: ``expr`` for a single condition, or ``and``/``or`` of the ``_children``.
        _children: R objects to combine.
        _negated: Whether the whole is negated.
        _expr: A condition as RQL text.
        **kwargs: Conditions as ``field__nested__op=value``, combined with ``and``; without an
            operator, ``eq``.

    Raises:
        RQLError: If a field or a value cannot be written in RQL.
    """

    __slots__ = ("_field", "_node", "_text")

    _field: str
    _node: Node | None
    _text: str | None

    def __init__(
        self,
        *,
        _op: str = "expr",
        _children: Sequence[RQLQuery] | None = None,
        _negated: bool = False,
        _expr: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Combine everything given with ``and`` (the children with ``_op``)."""
        if _op not in ("expr", "and", "or"):
            raise RQLError(f"_op must be 'expr', 'and' or 'or', not {_op!r}")
        node: Node | None = None
        for child in _children or ():
            node = _combine("or" if _op == "or" else "and", node, child.__rql_node__())
        if _expr is not None:
            node = _combine("and", node, filter_node(_expr))
        for keyword, value in kwargs.items():
            node = _combine("and", node, _keyword(keyword, value))
        self._set(_negate(node) if _negated else node)

    def _set(self, node: Node | None, field: str = "") -> None:
        object.__setattr__(self, "_node", node)
        object.__setattr__(self, "_field", field)
        object.__setattr__(self, "_text", None)

    @classmethod
    def from_node(cls, node: Node | None, field: str = "") -> RQLQuery:
        """Make an R of a tree, or of a field that waits for its operator."""
        self = cls.__new__(cls)
        self._set(node, field)
        return self

    @classmethod
    def parse(cls, text: str) -> RQLQuery:
        """Read RQL text, as the server's grammar has it.

        Raises:
            RQLSyntaxError: If it is not RQL; it names the position.
        """
        return cls.from_node(parse(text))

    def __len__(self) -> int:
        """Count the conditions: 0 if empty, else 1, or the operands of the outer ``and``/``or``."""
        return 0 if self._node is None else len(operands_of(self._node)[1])

    def __bool__(self) -> bool:
        """Tell whether there is any condition."""
        return self._node is not None

    def __eq__(self, other: object) -> bool:
        """Compare by the RQL that is written."""
        if not isinstance(other, RQLQuery):
            return NotImplemented
        return str(self) == str(other) and self._field == other._field

    def __hash__(self) -> int:
        """Hash as :meth:`__eq__` compares."""
        return hash((str(self), self._field))

    def __and__(self, other: RQLQuery) -> RQLQuery:
        """Require both; an empty side changes nothing."""
        if not _is_query(other):
            return NotImplemented
        return self._combined("and", other)

    def __or__(self, other: RQLQuery) -> RQLQuery:
        """Require either; an empty side changes nothing."""
        if not _is_query(other):
            return NotImplemented
        return self._combined("or", other)

    def _combined(self, op: str, other: RQLQuery) -> RQLQuery:
        return self.from_node(_combine(op, self.__rql_node__(), other.__rql_node__()))

    def __invert__(self) -> RQLQuery:
        """Require the opposite; the opposite of no condition is no condition."""
        return self.from_node(_negate(self.__rql_node__()))

    def __getattr__(self, name: str) -> RQLQuery:
        """Step into the field ``name``."""
        if name.startswith("_"):
            raise AttributeError(name)
        return self.n(name)

    def n(self, name: str) -> RQLQuery:
        """Set the current field by name, for names that Python cannot write as attributes.

        Args:
            name: A field, or a path with dots.

        Returns:
            A new R with that field, below the current one if there is one.

        Raises:
            AttributeError: If this R already is a condition.
            RQLError: If RQL has no such field name.
        """
        if self._node is not None:
            raise AttributeError(f"{self!r} is a condition already: fields come before operators")
        return self.from_node(
            None, _checked_field(f"{self._field}.{name}" if self._field else name)
        )

    def eq(self, value: Any) -> RQLQuery:
        """Require the field to equal ``value`` (see :func:`cnct.rql.encode` for the types)."""
        return self._condition("eq", value)

    def ne(self, value: Any) -> RQLQuery:
        """Require the field to differ from ``value``; null does differ."""
        return self._condition("ne", value)

    def lt(self, value: Any) -> RQLQuery:
        """Require the field to be less than ``value``."""
        return self._condition("lt", value)

    def le(self, value: Any) -> RQLQuery:
        """Require the field to be at most ``value``."""
        return self._condition("le", value)

    def gt(self, value: Any) -> RQLQuery:
        """Require the field to be greater than ``value``."""
        return self._condition("gt", value)

    def ge(self, value: Any) -> RQLQuery:
        """Require the field to be at least ``value``."""
        return self._condition("ge", value)

    def like(self, value: Any) -> RQLQuery:
        """Require the field to match a pattern; ``*`` stands for anything."""
        return self._condition("like", value)

    def ilike(self, value: Any) -> RQLQuery:
        """Require the field to match a pattern in any letter case."""
        return self._condition("ilike", value)

    def in_(self, value: Iterable[Any]) -> RQLQuery:
        """Require the field to be one of the values; of no values, nothing is."""
        return self._condition("in", value)

    def oneof(self, value: Iterable[Any]) -> RQLQuery:
        """Require the field to be one of the values: another name of :meth:`in_`."""
        return self._condition("oneof", value)

    def out(self, value: Iterable[Any]) -> RQLQuery:
        """Require the field to be none of the values; null is none of them."""
        return self._condition("out", value)

    def null(self, value: bool) -> RQLQuery:
        """Require the field to be null (True) or not to be (False)."""
        return self._condition("null", value)

    def empty(self, value: bool) -> RQLQuery:
        """Require the field to be the empty text (True) or not to be (False)."""
        return self._condition("empty", value)

    def _condition(self, op: str, value: Any) -> RQLQuery:
        if self._node is not None:
            raise AttributeError(f"{self!r} is a condition already: combine it with & or |")
        if not self._field:
            raise RQLError(f"{op}() needs a field: R().field.{op}(...) or R().n('field').{op}(...)")
        return self.from_node(_OPERATORS[op](op, self._field, value))

    def __rql_node__(self) -> Node | None:
        """Return the tree; the name leaves every field name free.

        Raises:
            RQLError: If this is a field without an operator.
        """
        if self._field:
            name = self._field
            raise RQLError(f"The field {name!r} has no operator: expected R().{name}.eq(...)")
        return self._node

    def __str__(self) -> str:
        """Write the RQL; ``""`` if there is no condition."""
        if self._text is None:
            text = "" if self._node is None else to_text(self._node)
            object.__setattr__(self, "_text", text)
            return text
        return self._text

    def __repr__(self) -> str:
        """Show the RQL, or the field that waits for its operator."""
        return f"<R {self}>" if self._node is not None else f"<R {self._field or '()'}>"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: R objects never change."""
        raise AttributeError(f"R objects are immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse: R objects never change."""
        raise AttributeError(f"R objects are immutable: cannot delete {name!r}")

    def __copy__(self) -> RQLQuery:
        """Return itself, which never changes."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> RQLQuery:
        """Return itself, which never changes."""
        return self

    def __reduce__(self) -> tuple[Callable[..., RQLQuery], tuple[Any, ...]]:
        """Pickle as text, which nests no deeper than a line."""
        if isinstance(self._node, Truth):
            return _truth, (self._node.value, self._node.field)
        return _revive, (str(self), self._field)


R = RQLQuery


def matches_nothing(query: RQLQuery) -> bool:
    """Tell whether no row can match, as after ``in_([])``: such a query need not be sent."""
    node = query.__rql_node__()
    return isinstance(node, Truth) and not node.value


def filter_text(query: RQLQuery) -> str:
    """Write the query as the server takes it: ``""`` where every row matches.

    Raises:
        RQLError: If the query is a field without an operator.
    """
    node = query.__rql_node__()
    return "" if isinstance(node, Truth) else str(query)


def parse_filter(text: str) -> RQLQuery:
    """Read a filter that somebody wrote as text.

    Beside what :meth:`RQLQuery.parse` reads, it takes ``a=1|b=2`` and ``a=1;b=2``, which the
    server takes in parentheses only.

    Raises:
        RQLSyntaxError: If it is not RQL; it names the position.
    """
    return RQLQuery.from_node(filter_node(text))


def filter_node(text: str) -> Node | None:
    """Read a filter as :func:`parse_filter` does, into a tree."""
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


def _is_query(value: object) -> bool:
    return isinstance(value, RQLQuery)


def _revive(text: str, field: str) -> RQLQuery:
    return RQLQuery.parse(text).n(field) if field else RQLQuery.parse(text)


def _truth(value: bool, field: str) -> RQLQuery:
    return RQLQuery.from_node(Truth(value, field))


def _combine(op: str, left: Node | None, right: Node | None) -> Node | None:
    if left is None or right is None:
        return right if left is None else left
    for side, other in ((left, right), (right, left)):
        if isinstance(side, Truth):
            return other if side.value == (op == "and") else side
    return Logical(op, (*_args(op, left), *_args(op, right)))


def _args(op: str, node: Node) -> tuple[Node, ...]:
    return node.args if isinstance(node, Logical) and node.op == op else (node,)


def _negate(node: Node | None) -> Node | None:
    match node:
        case None:
            return None
        case Negation(arg):
            return arg
        case Truth(value, field):
            return Truth(not value, field)
        case _:
            return Negation(node)


def _keyword(keyword: str, value: Any) -> Node:
    path, _, op = keyword.rpartition("__")
    if not path or op not in _OPERATORS:
        path, op = keyword, "eq"
    return _OPERATORS[op](op, _checked_field(path.replace("__", ".")), value)


def _checked_field(name: str) -> str:
    if not is_field(name):
        raise RQLError(
            f"{name!r} is no field name of RQL: expected an ASCII letter, then letters, digits, "
            "'_', '-' and '.'"
        )
    return name


def _comparison(op: str, field: str, value: Any) -> Node:
    return Comparison(op, field, encode(value, op))


def _membership(op: str, field: str, values: Any) -> Node:
    op = "in" if op == "oneof" else op
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        raise RQLError(
            f"{op} of {field!r} takes a list, tuple, set or generator of values, "
            f"not {type(values).__name__}"
        )
    encoded = tuple(encode(value, op) for value in values)
    return Membership(op, field, encoded) if encoded else Truth(op == "out", field)


def _flag(op: str, field: str, value: Any) -> Node:
    if not isinstance(value, bool):
        raise RQLError(f"{op} of {field!r} takes True or False, not {value!r}")
    constant: Constant = NULL if op == "null" else EMPTY
    return Comparison("eq" if value else "ne", field, constant)


_OPERATORS: dict[str, Callable[[str, str, Any], Node]] = {
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "like", "ilike"), _comparison),
    **dict.fromkeys(("in", "oneof", "out"), _membership),
    **dict.fromkeys(("null", "empty"), _flag),
}
