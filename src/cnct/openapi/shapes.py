"""Type guards for decoded JSON: objects and arrays. Knows no OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

JSON = "application/json"
"""The media type."""

Object: TypeAlias = Mapping[str, Any]
"""A JSON object that is only read."""

Record: TypeAlias = dict[str, Any]
"""A JSON object that can be changed."""

_EMPTY: Object = {}


def is_object(value: Any) -> TypeGuard[Object]:
    """Return whether a value is a JSON object."""
    return isinstance(value, Mapping)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Return whether a value is a JSON array."""
    return isinstance(value, list)


def is_array(value: Any) -> TypeGuard[Sequence[Any]]:
    """Return whether a Python value is encoded as a JSON array: a list or a tuple."""
    return isinstance(value, list | tuple)


def is_record(value: Any) -> TypeGuard[Record]:
    """Return whether a value is a JSON object that can be changed."""
    return isinstance(value, dict)


def as_object(value: Any) -> Object:
    """Return a JSON object unchanged; an empty one for any other value."""
    return value if is_object(value) else _EMPTY


def as_list(value: Any) -> list[Any]:
    """Return a list unchanged; an empty one for any other value."""
    return value if is_list(value) else []


def as_record(value: Any) -> Record:
    """Return a record unchanged; an empty one for any other value."""
    return value if is_record(value) else {}
