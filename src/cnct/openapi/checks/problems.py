"""What a check finds, and the nearest right name beside a wrong one. Plain data, no look-ups."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """Something about a call that the document speaks against.

    Attributes:
        kind: What sort of mistake it is: ``path``, ``method``, ``field``, ``operator``, ``value``,
            ``ordering``, ``select``, ``search`` or ``syntax``; in payloads ``unknown``,
            ``required``, ``read-only``, ``value`` or, if the document is to blame, ``schema``.
        message: What is wrong and what would be right; enough to mend it.
        path: Where in the payload it is: ``items[2].quantity``; empty elsewhere.
    """

    kind: str
    message: str
    path: str = ""

    def __str__(self) -> str:
        """Tell the message."""
        return self.message
