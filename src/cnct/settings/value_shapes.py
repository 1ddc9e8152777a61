"""Guards for the shapes of decoded TOML and JSON, for type checkers and for readers."""

from __future__ import annotations

from typing import Any, TypeGuard


def is_table(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a decoded value is a table of TOML, or an object of JSON."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Return whether a decoded value is an array."""
    return isinstance(value, list)


def is_pair(value: object) -> TypeGuard[tuple[Any, ...]]:
    """Return whether a checked value is a tuple of several parts; timeouts can be."""
    return isinstance(value, tuple)
