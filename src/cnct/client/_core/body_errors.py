"""Errors of bodies, which drivers pass to the flow like those of the HTTP libraries."""

from __future__ import annotations


class BodyError(Exception):
    """A body that cannot be used; the message names the problem.

    Args:
        message: The problem.
        transient: Whether another attempt may succeed.
    """

    def __init__(self, message: str, *, transient: bool = False) -> None:
        super().__init__(message)
        self.transient = transient


class SourceError(BodyError):
    """A file in the body of a request that cannot be read, or changed while it was sent."""
