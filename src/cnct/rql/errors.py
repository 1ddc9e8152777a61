"""The errors of building and reading RQL."""

from __future__ import annotations


class RQLError(ValueError):
    """A value, field or expression that RQL cannot express; the message says which and why."""


class RQLSyntaxError(RQLError):
    """Text that is not RQL.

    Attributes:
        text: The text that was read.
        position: Zero-based index in it where reading stopped.
        expected: What would have been right there.
    """

    def __init__(self, text: str, position: int, expected: str) -> None:
        """Build the message from what was read and where it went wrong."""
        found = repr(text[position : position + 12]) if position < len(text) else "the end"
        super().__init__(f"Bad RQL at position {position}: expected {expected}, found {found}")
        self.text = text
        self.position = position
        self.expected = expected

    def __reduce__(self) -> tuple[type[RQLSyntaxError], tuple[str, int, str]]:
        """Pickle by the constructor's arguments, not by the message."""
        return type(self), (self.text, self.position, self.expected)
