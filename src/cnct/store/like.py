"""Compiles patterns of ``like`` and ``ilike`` to SQL. The column is written as ``@``."""

from __future__ import annotations

import re
from itertools import pairwise

from cnct.rql.nodes import Literal
from cnct.rql.printer import value_text
from cnct.store.comparables import fold
from cnct.store.refusals import NUL, bad_condition
from cnct.store.sql import SqlExpression
from cnct.store.wildcards import ANY, Step, encoded

_TOKEN = re.compile(r"\\[*\\]|\*|[^*\\]+|\\")
_STAR = "*"
_ESCAPED_STAR = "\\*"


def like_expression(field: str, op: str, value: Literal) -> SqlExpression:
    """Compile a pattern; where the stars stand decides the comparison, as on the server.

    Raises:
        QueryError: If the server cannot read the pattern.
    """
    tokens: list[str] = _TOKEN.findall(value.text)
    if NUL in value.text or any(pair == (_STAR, _STAR) for pair in pairwise(tokens)):
        raise bad_condition(field, op, value_text(value))
    if tokens == [_STAR]:
        return SqlExpression("@ IS NOT NULL")
    target = "fold(@)" if op == "ilike" else "@"
    stars = [index for index, token in enumerate(tokens) if token == _STAR]
    starts, ends = 0 in stars, len(tokens) - 1 in stars
    if set(stars) - {0, len(tokens) - 1}:
        return SqlExpression(f"matches(?, {target})", (_pattern(field, op, value, tokens),))
    text = "".join(_unescaped(token) for token in tokens if token != _STAR)
    text = fold(text) if op == "ilike" else text
    if starts and ends:
        return SqlExpression(f"instr({target}, ?) > 0", (text,))
    if starts:
        return SqlExpression(f"substr({target}, -length(?)) = ?", (text, text))
    if ends:
        return SqlExpression(f"substr({target}, 1, length(?)) = ?", (text, text))
    return SqlExpression(f"{target} = ?", (text,))


def _unescaped(token: str) -> str:
    return token[1] if token in (_ESCAPED_STAR, "\\\\") else token


def _pattern(field: str, op: str, value: Literal, tokens: list[str]) -> str:
    """Write a pattern for `wildcards`, in which an escaped star is a quantifier, as there."""
    folded = fold if op == "ilike" else str
    steps: list[Step] = []
    for token in tokens:
        if token == _STAR:
            steps.append(ANY)
        elif token != _ESCAPED_STAR:
            steps += [Step(letter) for letter in folded(_unescaped(token))]
        elif steps and not steps[-1].repeated:
            steps[-1] = steps[-1]._replace(repeated=True)
        else:
            raise bad_condition(field, op, value_text(value))  # the server answers 500 here
    return encoded(steps)
