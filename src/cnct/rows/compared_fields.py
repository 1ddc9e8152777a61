"""Chooses the fields of rows that a comparison includes. Reads no rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, Self


class Fields(Protocol):
    """The fields of an object, or of the objects in a list."""

    def below(self, name: str) -> Fields | None:
        """Return the fields below a field; ``None`` if the field is left out."""
        ...


class AllFields:
    """Every field, on all levels."""

    def below(self, name: str) -> Self:  # noqa: ARG002 - of a protocol
        """Return all fields below."""
        return self


class AllFieldsBut:
    """Every field but some.

    Args:
        names: Names of the fields that are left out, with dots for nested ones.
        others: The other fields.
    """

    def __init__(self, names: Iterable[str], others: Fields | None = None) -> None:
        self._others = others or ALL
        self._left_out: frozenset[str] = frozenset()
        nested: dict[str, list[str]] = {}
        for name in names:
            first, dot, rest = name.partition(".")
            if dot:
                nested.setdefault(first, []).append(rest)
            else:
                self._left_out |= {first}
        self._below = {name: AllFieldsBut(rests) for name, rests in nested.items()}

    def below(self, name: str) -> Fields | None:
        """Return the fields below a field; ``None`` if the field is left out."""
        if name in self._left_out:
            return None
        return self._below.get(name) or self._others.below(name)


ALL = AllFields()
SERVER_MADE = frozenset({"id", "events", "created", "updated"})
"""Fields of a resource itself that no write sets."""
WRITABLE = AllFieldsBut(SERVER_MADE)
"""The fields of a resource that a write sets, as far as can be known without a document."""
