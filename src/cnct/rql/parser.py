"""Parses RQL by the grammar of lib-rql 2.0.2 (docs/rql.md, "Grammar").

Iterative, so that deep nesting cannot exhaust the stack, as it does on the server (docs/rql.md,
"Limits of the parser"). Converts no values: a literal stays text.
"""

from __future__ import annotations

from cnct.exceptions import RQLSyntaxError
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
)
from cnct.text import late_pattern

COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
PATTERNS = frozenset({"like", "ilike"})
LISTS = frozenset({"in", "out"})
LISTINGS = frozenset({"ordering", "select"})

_NAME = late_pattern(r"[A-Za-z][\w\-.]*")
_CALL = late_pattern(r"(and|or|not)\(")
_INFIX = late_pattern(r"(eq|ne|lt|le|gt|ge)=")
_CONSTANT = late_pattern(r"(?:null|empty)\(\)")
_QUOTED = late_pattern(r"\"([^\"]*)\"|'([^']*)'")
_UNQUOTED = late_pattern(r"[\w\-*+\\][\w.\s\-:+@*\\]*")

_TUPLE = "t"  # neither an unquoted value nor a field before "="
_MAX_TUPLES = 100  # nested tuples are the one part of the parser that is recursive


def parse(text: str) -> Node | None:
    """Return the tree of a query that is already percent-decoded.

    Args:
        text: The query; ``""`` is the query without conditions.

    Returns:
        The tree, nested like the text but without redundant parentheses; ``None`` for ``""``.

    Raises:
        RQLSyntaxError: If the server's grammar rejects the query; the message names the position.
    """
    return _Parser(text).query() if text else None


def is_field(name: str) -> bool:
    """Return whether ``name`` can be a field (docs/rql.md, "Field names")."""
    return _NAME.fullmatch(name) is not None


class _Frame:
    """An open parenthesis, or the query itself, with the terms read so far."""

    def __init__(self, kind: str, *, plain: bool = False) -> None:
        self.kind = kind  # "top", "(", "and", "or" or "not"
        self.plain = plain  # within not(), which takes no tuple, t is an ordinary field
        self.separator = ""
        self.terms: list[Node] = []
        self.chain: list[Node] = []  # terms joined by "&", which binds more tightly


_SEPARATORS = {"top": ",", "(": ",|;", "and": ",", "or": ",", "not": ""}


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._frames = [_Frame("top")]

    def query(self) -> Node:
        while True:
            node = self._open_or_leaf()
            if node is None:
                continue
            root = self._close(node)
            if root is not None:
                return root

    def _open_or_leaf(self) -> Node | None:
        """Read a condition, or open a frame for a parenthesis and return ``None``."""
        if self._peek() == "(":
            self._at += 1
            self._frames.append(_Frame("(", plain=self._frames[-1].plain))
            return None
        call = _CALL.match(self._text, self._at)
        if call:
            self._at = call.end()
            self._frames.append(_Frame(call[1], plain=call[1] == "not"))
            return None
        return self._leaf()

    def _close(self, node: Node) -> Node | None:
        """Add a term to the open frame and close finished ones.

        Returns:
            The tree at the end of the query; ``None`` if another term must follow.
        """
        while True:
            frame = self._frames[-1]
            frame.chain.append(node)
            sign = self._peek()
            if sign == "&" and frame.kind != "not":
                self._at += 1
                return None
            frame.terms.append(_chained(frame.chain))
            frame.chain = []
            if sign and sign in (frame.separator or _SEPARATORS[frame.kind]):
                frame.separator = sign
                self._at += 1
                return None
            if frame.kind == "top":
                if sign:
                    raise self._error("',', '&' or the end")
                return _joined("and", frame.terms)
            if sign != ")":
                raise self._error("')'" if frame.kind == "not" else "a separator or ')'")
            node = self._finished(frame)
            self._at += 1
            self._frames.pop()

    def _finished(self, frame: _Frame) -> Node:
        match frame.kind:
            case "not":
                if not isinstance(frame.terms[0], Comparison | Membership | Listing):
                    raise self._error("a single condition inside not()")
                return Negation(frame.terms[0])
            case "and" | "or":
                if len(frame.terms) == 1:
                    raise self._error(f"a second argument of {frame.kind}()")
                return Logical(frame.kind, tuple(frame.terms))
            case _:
                return _joined("or" if frame.separator in ("|", ";") else "and", frame.terms)

    def _leaf(self) -> Node:
        name = self._word("a condition")
        if self._peek() == "(":
            if name in LISTS:
                return self._membership(name)
            if name in LISTINGS:
                return self._listing(name)
            if name == _TUPLE:
                return self._group(0)
        elif name == _TUPLE and not self._frames[-1].plain:
            raise self._error("'(' (the field t needs eq(t,...))")
        return self._comparison(name, 0)

    def _comparison(self, name: str, tuples: int) -> Comparison:
        if self._peek() == "(":
            if name not in COMPARISONS and name not in PATTERNS:
                raise self._error(f"an operator instead of {name!r}", name)
            self._expect("(")
            target = self._word("a field")
            self._expect(",")
            value = self._value(tuples)
            self._expect(")")
            return Comparison(name, target, value)
        if not self._accept("="):
            raise self._error(f"'=' (write {name}=value or eq({name},value))")
        infix = _INFIX.match(self._text, self._at)
        if infix:
            self._at = infix.end()
        return Comparison(infix[1] if infix else "eq", name, self._value(tuples))

    def _membership(self, name: str) -> Membership:
        self._expect("(")
        target = self._word("a field")
        self._expect(",")
        self._expect("(")
        values = [self._value(0)]
        while self._accept(","):
            values.append(self._value(0))
        self._expect(")")
        self._expect(")")
        return Membership(name, target, tuple(values))

    def _listing(self, name: str) -> Listing:
        self._expect("(")
        fields: list[str] = []
        if not self._accept(")"):
            fields.append(self._signed())
            while self._accept(","):
                fields.append(self._signed())
            self._expect(")")
        return Listing(name, tuple(fields))

    def _signed(self) -> str:
        sign = "-" if self._accept("-") else ""
        if not sign:
            self._accept("+")
        return sign + self._word("a field")

    def _group(self, tuples: int) -> Group:
        if tuples >= _MAX_TUPLES:
            raise self._error(f"at most {_MAX_TUPLES} tuples within one another")
        self._expect("(")
        args = [self._comparison(self._word("a comparison"), tuples + 1)]
        while self._accept(","):
            args.append(self._comparison(self._word("a comparison"), tuples + 1))
        self._expect(")")
        return Group(tuple(args))

    def _value(self, tuples: int) -> Value:
        constant = _CONSTANT.match(self._text, self._at)
        if constant:
            self._at = constant.end()
            return Constant(constant[0])
        quoted = _QUOTED.match(self._text, self._at)
        if quoted:
            self._at = quoted.end()
            return Literal(quoted[0][1:-1], quoted[0][0])
        bare = _UNQUOTED.match(self._text, self._at)
        if not bare:
            raise self._error("a value (quote it if it is not a plain word)")
        self._at = bare.end()
        if bare[0] == _TUPLE:
            return self._group(tuples)
        return Literal(bare[0])

    def _word(self, expected: str) -> str:
        name = _NAME.match(self._text, self._at)
        if not name:
            raise self._error(expected)
        self._at = name.end()
        return name[0]

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _accept(self, sign: str) -> bool:
        accepted = self._peek() == sign
        self._at += accepted
        return accepted

    def _expect(self, sign: str) -> None:
        if not self._accept(sign):
            raise self._error(repr(sign))

    def _error(self, expected: str, back: str = "") -> RQLSyntaxError:
        return RQLSyntaxError(self._text, self._at - len(back), expected)


def _joined(op: str, terms: list[Node]) -> Node:
    return terms[0] if len(terms) == 1 else Logical(op, tuple(terms))


def _chained(chain: list[Node]) -> Node:
    """Nest ``a&b&c`` to the right, as the server does."""
    node = chain[-1]
    for term in reversed(chain[:-1]):
        node = Logical("and", (term, node))
    return node
