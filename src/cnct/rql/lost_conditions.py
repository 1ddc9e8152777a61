"""Recognizes conditions that Python's ``and`` and ``or`` combine, which keep only one of them.

Reads the line of the caller. A condition on either side must be visible there, as in
``R(a=1) and R(b=2)``: ``query and more`` may be meant as it stands.
"""

from __future__ import annotations

import ast
import linecache
import warnings
from functools import lru_cache, reduce
from inspect import currentframe
from itertools import islice
from types import CodeType

from cnct.user_warnings import LostConditionWarning, users_level

_NAMES = frozenset({"R", "RQLQuery", "fields"})
_SIGNS: dict[type[ast.boolop], tuple[str, ast.operator]] = {
    ast.And: ("and", ast.BitAnd()),
    ast.Or: ("or", ast.BitOr()),
}


def warn_of_lost_condition() -> None:
    """Warn if the caller's caller evaluates ``and`` or ``or`` between conditions."""
    own = currentframe()
    frame = own.f_back.f_back if own and own.f_back else None
    message = _message(frame.f_code, frame.f_lasti) if frame else ""
    if message:
        warnings.warn(message, LostConditionWarning, users_level())


@lru_cache(maxsize=256)
def _message(code: CodeType, instruction: int) -> str:
    places = islice(code.co_positions(), instruction // 2, None)
    line, end_line, start, end = next(places, (None, None, None, None))
    if line is None or end_line is None or start is None or end is None:
        return ""
    lines = [linecache.getline(code.co_filename, number) for number in range(line, end_line + 1)]
    lines[-1] = _cut(lines[-1], 0, end)
    lines[0] = _cut(lines[0], start, None)
    try:
        tree = ast.parse(f"({''.join(lines)})", mode="eval").body
    except (SyntaxError, ValueError):  # no expression, as of an if in Python 3.11
        return ""
    if not isinstance(tree, ast.BoolOp) or not all(map(_is_condition, tree.values)):
        return ""
    word, sign = _SIGNS[type(tree.op)]
    right = reduce(lambda left, other: ast.BinOp(left, sign, other), tree.values)
    return (
        f"{word!r} keeps one of these conditions and loses the others: write {ast.unparse(right)}"
    )


def _cut(text: str, start: int, end: int | None) -> str:
    """Return a part of a line, whose columns are counted in bytes of UTF-8."""
    return text.encode()[start:end].decode()


def _is_condition(node: ast.expr) -> bool:
    """Return whether an expression is a call that begins with ``R``, or of some fields."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Invert) and _is_condition(node.operand)
    if isinstance(node, ast.BinOp):
        return _is_condition(node.left)
    is_call, names = isinstance(node, ast.Call), set[str]()
    while isinstance(node, ast.Call | ast.Attribute):
        names |= {node.attr} if isinstance(node, ast.Attribute) else set()
        node = node.func if isinstance(node, ast.Call) else node.value
    names |= {node.id} if isinstance(node, ast.Name) else set()
    return is_call and not names.isdisjoint(_NAMES)
