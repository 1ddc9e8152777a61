"""Evaluates conditions that are nested too deeply for SQL, as the SQL function ``logic``.

SQLite's parser has a stack of 100 symbols. Conditions beyond some depth are handed over as a flat
text of their results and a program: their operators in postfix order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

NAME = "logic"
"""Name of the SQL function."""

TERM = "?"
"""Step of a program that takes the next result."""

_TERMS = 500  # in one argument; SQLite allows an expression a depth of 1,000


class _Step(NamedTuple):
    op: str
    operands: int


def operator(op: str, operands: int) -> str:
    """Return the step of a program that joins the last operands with ``and`` or ``or``."""
    return f"{op}:{operands}"


def call(program: Sequence[str], terms: Sequence[str]) -> str:
    """Write the call of the function in SQL.

    Args:
        program: Steps: ``TERM`` and `operator`, in postfix order.
        terms: SQL of the terms, each of which is 0, 1 or null.
    """
    flags = [f"ifnull({term}, 0)" for term in terms]
    chunks = [" || ".join(flags[at : at + _TERMS]) for at in range(0, len(flags), _TERMS)]
    return f"{NAME}('{' '.join(program)}', {', '.join(chunks)})"


def evaluate(program: str, *chunks: object) -> bool:
    """Return the result of a program; SQLite calls this for every row.

    Args:
        program: Steps, separated by spaces.
        chunks: Results of the terms in their order, as texts of 0 and 1.
    """
    flags = iter("".join(map(str, chunks)))
    stack: list[bool] = []
    for step in _steps(program):
        if step.op == TERM:
            stack.append(next(flags) == "1")
            continue
        operands = stack[-step.operands :]
        stack[-step.operands :] = [all(operands) if step.op == "and" else any(operands)]
    return stack[-1]


@lru_cache(maxsize=64)
def _steps(program: str) -> tuple[_Step, ...]:
    parts = (step.partition(":") for step in program.split(" "))
    return tuple(_Step(op, int(number or 0)) for op, _, number in parts)
