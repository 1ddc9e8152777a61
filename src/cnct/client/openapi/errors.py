"""What can go wrong with a document. Knows nothing of how one is read."""

from __future__ import annotations


class SpecError(ValueError):
    """An OpenAPI document cannot be read; the message says what is wrong and where."""


class SpecWarning(UserWarning):
    """Something about the document that is worth a word but stops no call."""
