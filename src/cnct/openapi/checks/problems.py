"""The result of a check, as plain data."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """A contradiction between a request and the document.

    Attributes:
        kind: ``path``, ``method``, ``field``, ``operator``, ``value``, ``ordering``, ``select``,
            ``search`` or ``syntax``; in payloads ``unknown``, ``required``, ``read-only``,
            ``value`` or, if the document is broken, ``schema``.
        message: The mistake and the correction, in one or two sentences.
        path: Path within the payload: ``items[2].quantity``; empty for other parts of a request.
    """

    kind: str
    message: str
    path: str = ""

    def __str__(self) -> str:
        """Return the message."""
        return self.message
